import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparer, compareWithApproved, type ApprovedTag } from './comparison.js';
import { parseVersion } from './version.js';

let nextId = 1;
const approved = (tag: string, extra: Partial<ApprovedTag> = {}): ApprovedTag => ({
  id: nextId++,
  tag,
  digest: null,
  sizeBytes: null,
  platforms: [],
  pushedAt: null,
  ...extra,
});
const tag = (name: string, sizeBytes: number | null = null, platforms: string[] = []) => ({
  name,
  sizeBytes,
  platforms,
});

describe('compareWithApproved', () => {
  const rows = [
    approved('7.2.4'),
    approved('7.4.1'),
    approved('7.4'),
    approved('6.2.14'),
    approved('7.4.0-alpine'),
    approved('latest'),
  ];

  test.each([
    ['7.4.2', '7.4.1', 'patch', '7', ''],
    ['8.0', '7.4.1', 'major', '7', ''],
    ['6.2.15', '7.4.1', 'other', '7', ''],
    ['7.4.1', '7.4.1', 'repush', '7', ''],
    ['7.2.4', '7.2.4', 'repush', '7', ''],
    ['7', '7.4.1', 'rebuild', '7', ''],
    ['7.6-alpine', '7.4.0-alpine', 'minor', '7-alpine', '-alpine'],
    ['8-bookworm', null, 'other', '8-bookworm', '-bookworm'],
    ['latest', 'latest', 'repush', 'latest', ''],
    ['stable', null, 'other', 'stable', ''],
    ['stable-alpine', null, 'other', 'stable-alpine', '-alpine'],
  ])('%s is compared with %s: %s, line %s', (name, with_, bump, line, variant) => {
    const comparison = compareWithApproved(tag(name), rows);
    expect(comparison).toMatchObject({ bump, line, variant });
    expect(comparison.comparedWith?.tag ?? null).toBe(with_);
  });

  test('sizes and lost platforms are told only where both sides are known', () => {
    const row = approved('7.4', { sizeBytes: 100, platforms: ['linux/amd64', 'linux/arm/v7'] });
    expect(compareWithApproved(tag('7.5', 130, ['linux/amd64']), [row])).toMatchObject({
      sizeChangeBytes: 30,
      missingPlatforms: ['linux/arm/v7'],
      versionNumbers: [7, 5],
    });
    expect(compareWithApproved(tag('7.5'), [row])).toMatchObject({
      sizeChangeBytes: null,
      missingPlatforms: [],
    });
    expect(compareWithApproved(tag('latest', 1), [row])).toMatchObject({
      sizeChangeBytes: null,
      versionNumbers: null,
    });
  });

  test('a line is one major version of one variant, or one tag without a version', () => {
    const name = fc.constantFrom(
      '7',
      '7.1',
      '7-alpine',
      '8.1-alpine',
      '7_alpine',
      '7.x',
      '7.0-alpine-rc1',
      'v7',
      '32bit',
      'alpine',
      'latest',
      '7-1',
      '8-rc1',
    );
    fc.assert(
      fc.property(name, name, (a, b) => {
        const key = (one: string) => {
          const version = parseVersion(one);
          return version ? JSON.stringify([version.numbers[0], version.variant]) : one;
        };
        const [lineA, lineB] = [compareWithApproved(tag(a), []).line, compareWithApproved(tag(b), []).line];
        expect(lineA === lineB).toBe(key(a) === key(b));
      }),
    );
  });

  test('the order of the approved tags does not matter', () => {
    const set = fc.uniqueArray(
      fc.constantFrom('7', 'v7', '7.0', '7.1', '7.1-rc1', '7.1.0', 'v7.1.0', '8-alpine', 'latest'),
    );
    fc.assert(
      fc.property(set, fc.constantFrom('7.2', '9-alpine', 'latest', '7.1'), (names, name) => {
        const list = names.map((one) => approved(one));
        expect(compareWithApproved(tag(name), [...list].reverse())).toEqual(
          compareWithApproved(tag(name), list),
        );
      }),
    );
  });
});

test('a thousand requests are compared with a thousand approved tags in one walk over each', () => {
  let reads = 0;
  const rows = Array.from({ length: 1_000 }, (_, i) => {
    const row = approved(`7.${i}-v${i % 5}`);
    return Object.defineProperty({ ...row }, 'tag', { get: () => (reads++, row.tag) });
  });
  const compare = comparer(rows);
  const afterSorting = reads;
  for (let i = 0; i < 1_000; i++) compare(tag(`8.${i}-v${i % 5}`));
  expect(reads - afterSorting).toBe(0);
  expect(afterSorting).toBeLessThan(10_000);
});
