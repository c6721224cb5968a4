import { describe, expect, test } from '@jest/globals';
import { architecturesOf, missingPlatforms, parsePlatformPattern, platformText } from './platform.js';

test.each([
  ['linux/amd64', { os: 'linux', architecture: 'amd64', variant: null }],
  ['linux/arm/v7', { os: 'linux', architecture: 'arm', variant: 'v7' }],
  ['linux/x86_64', { os: 'linux', architecture: 'amd64', variant: null }],
  ['linux/aarch64', { os: 'linux', architecture: 'arm64', variant: null }],
])('%s is a wanted platform', (text, pattern) => expect(parsePlatformPattern(text)).toEqual(pattern));

test.each([
  '',
  'linux',
  'linux/',
  '/arm64',
  'linux/adm64',
  'linx/amd64',
  'linux/arm/7',
  'LINUX/amd64',
  'linux/arm/v7/x',
  'linux/amd64\n',
])('%j is refused as a platform', (text) =>
  expect(() => parsePlatformPattern(text)).toThrow(/^platforms: takes/),
);

test('a platform is written as Docker writes it', () => {
  expect(platformText({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe('linux/arm64/v8');
  expect(platformText({ os: 'linux', architecture: 'amd64', variant: null })).toBe('linux/amd64');
});

describe('missingPlatforms', () => {
  test.each([
    [['linux/arm64'], ['linux/arm64/v8'], []],
    [['linux/arm64/v8'], ['linux/arm64'], []],
    [['linux/arm64/v9'], ['linux/arm64'], ['linux/arm64/v9']],
    [['linux/arm/v7'], ['linux/arm/v6', 'linux/arm/v7'], []],
    [['linux/arm/v7'], ['linux/arm/v6', 'linux/arm'], ['linux/arm/v7']],
    [['linux/arm'], ['linux/arm/v6'], []],
    [['linux/amd64', 'linux/arm64', 'linux/s390x'], ['linux/arm64'], ['linux/amd64', 'linux/s390x']],
    [['windows/amd64'], ['linux/amd64'], ['windows/amd64']],
    [['linux/amd64'], [], ['linux/amd64']],
    [[], [], []],
  ])('of %j with %j there are missing %j', (wanted, have, missing) =>
    expect(missingPlatforms(wanted, have)).toEqual(missing),
  );

  test('an empty variant, as some publishers send it, is none', () => {
    const have = [{ os: 'linux', architecture: 'arm64', variant: '', digest: null, sizeBytes: 1 }];
    expect(missingPlatforms(['linux/arm64/v8'], have)).toEqual([]);
  });
});

test('architectures stand once, in their order', () => {
  const of = (...names: string[]) => names.map((architecture) => ({ architecture }));
  expect(architecturesOf(of('arm', 'amd64', 'arm', 'arm64'))).toEqual(['arm', 'amd64', 'arm64']);
});
