import { describe, expect, it } from '@jest/globals';
import { marksAfter } from './change-tag.js';

const APPROVED = { status: 'approved', isRecommended: false, isDeprecated: false } as const;
const RECOMMENDED = { ...APPROVED, isRecommended: true };
const REVOKED = { ...APPROVED, status: 'revoked' } as const;

describe('the marks of a tag after a change', () => {
  it.each([
    ['nothing', RECOMMENDED, {}, RECOMMENDED],
    ['recommended', APPROVED, { isRecommended: true }, RECOMMENDED],
    ['no longer recommended', RECOMMENDED, { isRecommended: false }, APPROVED],
    ['revoked', RECOMMENDED, { status: 'revoked' }, REVOKED],
    ['deprecated', RECOMMENDED, { isDeprecated: true }, { ...APPROVED, isDeprecated: true }],
    ['back in force and recommended', REVOKED, { status: 'approved', isRecommended: true }, RECOMMENDED],
  ] as const)('%s', (_, before, changes, after) => {
    expect(marksAfter(before, changes)).toEqual(after);
  });

  it.each([
    ['tag_revoked', REVOKED, { isRecommended: true }],
    ['tag_revoked', APPROVED, { isRecommended: true, status: 'revoked' }],
    ['tag_deprecated', { ...APPROVED, isDeprecated: true }, { isRecommended: true }],
  ] as const)('%s', (code, before, changes) => {
    expect(() => marksAfter(before, changes)).toThrow(expect.objectContaining({ code }));
  });
});
