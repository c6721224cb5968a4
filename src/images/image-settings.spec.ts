import { describe, expect, it } from '@jest/globals';
import { changesBetween, NEW_IMAGE, settingsAfter } from './image-settings.js';

const APPROVED = { ...NEW_IMAGE, approvalStatus: 'approved' as const, watchForUpdates: true };

describe('the settings of an image after a change', () => {
  it.each([
    ['a new one', NEW_IMAGE, {}, 'pending', false],
    ['a new one approved', NEW_IMAGE, { approval_status: 'approved' }, 'approved', true],
    [
      'approved, but not to be watched',
      NEW_IMAGE,
      { approval_status: 'approved', watch_for_updates: false },
      'approved',
      false,
    ],
    ['watched, changed otherwise', APPROVED, { baseline: true }, 'approved', true],
    [
      'unwatched, approved again',
      { ...APPROVED, watchForUpdates: false },
      { approval_status: 'approved' },
      'approved',
      false,
    ],
    ['rejected', APPROVED, { approval_status: 'rejected' }, 'rejected', false],
    ['back to pending', APPROVED, { approval_status: 'pending', watch_for_updates: false }, 'pending', false],
  ] as const)('%s', (_, before, given, status, isWatched) => {
    expect(settingsAfter(before, given)).toMatchObject({
      approvalStatus: status,
      watchForUpdates: isWatched,
    });
  });

  it('refuse to watch what is not approved', () => {
    expect(() => settingsAfter(NEW_IMAGE, { watch_for_updates: true })).toThrow('Only approved images');
    expect(() => settingsAfter(APPROVED, { watch_for_updates: true, approval_status: 'rejected' })).toThrow();
  });

  it('tell null from not given', () => {
    const before = { ...APPROVED, category: 'web', checkIntervalMinutes: 5 };
    expect(settingsAfter(before, {})).toEqual(before);
    expect(settingsAfter(before, { category: null, check_interval_minutes: null })).toMatchObject({
      category: null,
      checkIntervalMinutes: null,
    });
  });

  it('are told by the columns that changed, or not at all', () => {
    expect(changesBetween(APPROVED, { ...APPROVED, tagExclude: [] })).toBeNull();
    expect(changesBetween(APPROVED, { ...APPROVED, tagExclude: ['-rc'], watchForUpdates: false })).toEqual({
      from: { watch_for_updates: true, tag_exclude: [] },
      to: { watch_for_updates: false, tag_exclude: ['-rc'] },
    });
  });
});
