import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bumpBetween,
  compareVersions,
  mostSpecificTag,
  parseVersion,
  specificity,
  variantOf,
  type Version,
} from './version.js';

const read = (tag: string): Version => {
  const version = parseVersion(tag);
  if (!version) throw new Error(`${tag} has no version`);
  return version;
};

describe('parseVersion', () => {
  test.each<[string, number[], string | null, string]>([
    ['7', [7], null, ''],
    ['7.5', [7, 5], null, ''],
    ['v2.45.0', [2, 45, 0], null, ''],
    ['7.5.1-alpine', [7, 5, 1], null, '-alpine'],
    ['7.2-alpine3.20', [7, 2], null, '-alpine3.20'],
    ['16.4-bookworm', [16, 4], null, '-bookworm'],
    ['22-alpine3.19-slim', [22], null, '-alpine3.19-slim'],
    ['7.0-rc1', [7, 0], 'rc1', ''],
    ['7.0rc1', [7, 0], 'rc1', ''],
    ['8.0-RC2-alpine', [8, 0], 'rc2', '-alpine'],
    ['3.13.0a6-slim', [3, 13, 0], 'a6', '-slim'],
    ['3.14-rc-slim', [3, 14], 'rc', '-slim'],
    ['1.0.0-beta.2', [1, 0, 0], 'beta.2', ''],
    ['1.0.0-alpha3', [1, 0, 0], 'alpha3', ''],
    ['8.0-m2', [8, 0], 'm2', ''],
    ['1.2-alpine-preview1', [1, 2], 'preview1', '-alpine'],
    ['11.0.0-dev', [11, 0, 0], 'dev', ''],
    ['2.0.0.Final', [2, 0, 0], null, '.Final'],
    ['1.2.3_build5', [1, 2, 3], null, '_build5'],
    ['1.2.3+build5', [1, 2, 3], null, '+build5'],
    ['10.0.17763.1-nanoserver', [10, 0, 17763, 1], null, '-nanoserver'],
    ['20240101', [20240101], null, ''],
    ['1.2.3.4.5.6', [1, 2, 3, 4, 5, 6], null, ''],
    ['999999999999999.1', [999999999999999, 1], null, ''],
    ['7.2-a', [7, 2], null, '-a'],
    ['1-2', [1], null, '-2'],
  ])('%s is %j, %s, variant %j', (tag, numbers, prerelease, variant) =>
    expect(parseVersion(tag)).toEqual({ numbers, prerelease, variant }),
  );

  test.each([
    'latest',
    'alpine',
    'stable-alpine',
    'bookworm-20240101',
    'v',
    '',
    'version1',
    '32bit',
    '8u292-jre',
    '7f3a9c1',
    '1e5',
    '1.2.3.4.5.6.7',
    '9999999999999999',
    '1.9999999999999999',
    'sha256-ab.sig',
    '.7',
    '7.',
    '7..1',
  ])('%j has no version', (tag) => expect(parseVersion(tag)).toBeNull());
});

test.each([
  ['7.4.1-alpine', '-alpine'],
  ['7.4.1', ''],
  ['7.0-rc1', ''],
  ['latest', ''],
  ['alpine', ''],
  ['stable-alpine', '-alpine'],
])('the variant of %s is %j', (tag, variant) => expect(variantOf(tag)).toBe(variant));

describe('compareVersions', () => {
  test('orders releases above their pre-releases, and what says more above what says less', () => {
    const ascending = [
      '6.2.14',
      '7.4-dev',
      '7.4-alpha',
      '7.4-alpha1',
      '7.4-beta.2',
      '7.4-beta.11',
      '7.4-m1',
      '7.4-rc1',
      '7.4.0-rc1',
      '7.4-rc2',
      '7.4-rc10',
      '7.4',
      '7.4.0',
      '7.4.1',
      '7.4.10',
      '7.10',
      '10',
    ];
    const shuffled = [...ascending].reverse().sort((a, b) => compareVersions(read(a), read(b)));
    expect(shuffled).toEqual(ascending);
  });

  test('is an order: it turns round with its arguments, and is transitive', () => {
    const version = fc.record({
      numbers: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 4 }),
      prerelease: fc.constantFrom(null, 'rc', 'rc1', 'rc.2', 'beta', 'a1'),
      variant: fc.constant(''),
    });
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

test.each([
  ['7.4.1', '8.0.0', 'major'],
  ['7.4.1', '7.5', 'minor'],
  ['7.4.1', '7.4.2', 'patch'],
  ['1.2.3.4', '1.2.3.5', 'patch'],
  ['7.4.1', '7.4.1', 'rebuild'],
  ['7.4', '7.4.1', 'rebuild'],
  ['7.4.1', '7.4', 'rebuild'],
  ['7.4.1', '7', 'rebuild'],
  ['7.4.1', '7.4.0', 'other'],
  ['8', '7.9.9', 'other'],
  ['8.0-rc1', '8.0-rc2', 'patch'],
  ['8.0-rc1', '8.0', 'patch'],
  ['8.0', '8.0-rc1', 'other'],
  ['7.4', '8.0-rc1', 'major'],
])('from %s to %s is %s', (from, to, bump) => expect(bumpBetween(read(from), read(to))).toBe(bump));

test('the most specific name of a build is the one with the most numbers, then the shortest', () => {
  expect(mostSpecificTag(['latest', '7.5.1-bookworm', '7.5', '7.5.1', '7', 'bookworm'])).toBe('7.5.1');
  expect(mostSpecificTag(['8.0-rc', '8.0-rc1', '8.0-rc1-bookworm'])).toBe('8.0-rc1');
  expect(mostSpecificTag(['stable', 'latest'])).toBe('latest');
  expect(mostSpecificTag([])).toBeNull();
  expect([specificity('7.5.1'), specificity('7'), specificity('latest')]).toEqual([3, 1, 0]);
});

test('which alias is named does not depend on the order they come in', () => {
  const tag = fc.constantFrom(
    '7',
    '7.5',
    '7.5.1',
    '7.5.2',
    'v7.5.1',
    '7.5.1-a',
    'latest',
    'stable',
    '7.5-rc1',
  );
  fc.assert(
    fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
      expect(mostSpecificTag(tags)).toBe(mostSpecificTag([...tags].reverse()));
    }),
  );
});
