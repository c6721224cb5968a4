import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDateMs, readRateLimit, readRetryAfterMs } from './rate-limit.js';

// The moment of the recorded 429 (captures/headers-429-hub-api-2025-05-01.json): its reset is 60 s later.
const ANSWERED = Date.UTC(2025, 4, 1, 22, 1, 18);
const headers = (values: Record<string, string>) => (name: string) => values[name] ?? null;

describe('readRetryAfterMs', () => {
  it.each([
    ['seconds', '30', 30_000],
    ['unix seconds', '1746136938', 60_000],
    ['unix milliseconds', '1746136938000', 60_000],
    ['an HTTP date', 'Thu, 01 May 2025 22:03:18 GMT', 120_000],
    ['spaces around', ' 7 ', 7_000],
    ['a part of a second', '1.5', 1_500],
    ['0', '0', 1_000],
    ['a time that has passed', '1746136000', 1_000],
    ['a date that has passed', 'Thu, 01 May 2025 21:00:00 GMT', 1_000],
    ['a day', '86400', 900_000],
    ['the year 2033', '2000000000', 900_000],
    ['nothing', undefined, 60_000],
    ['an empty text', '', 60_000],
    ['a negative number', '-5', 60_000],
    ['a text that Date.parse would take', 'apples 5', 60_000],
  ])('reads %s (%s)', (_, value, expected) => {
    expect(readRetryAfterMs(headers(value === undefined ? {} : { 'retry-after': value }), ANSWERED)).toBe(
      expected,
    );
  });

  it('falls back on the reset of the window', () => {
    expect(readRetryAfterMs(headers({ 'x-ratelimit-reset': '1746136898' }), ANSWERED)).toBe(20_000);
    expect(
      readRetryAfterMs(headers({ 'retry-after': 'soon', 'x-ratelimit-reset': '1746136898' }), ANSWERED),
    ).toBe(20_000);
  });

  it('waits between 1 s and 15 min whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)),
        fc.nat(),
        (text, at) => {
          const wait = readRetryAfterMs(headers({ 'retry-after': text }), at);
          expect(wait).toBeGreaterThanOrEqual(1_000);
          expect(wait).toBeLessThanOrEqual(900_000);
        },
      ),
    );
  });
});

describe('readRateLimit', () => {
  it('reads the recorded headers', () => {
    const recorded = {
      'x-ratelimit-limit': '180',
      'x-ratelimit-reset': '1746136938',
      'x-ratelimit-remaining': '0',
    };
    expect(readRateLimit(headers(recorded), ANSWERED)).toEqual({
      limit: 180,
      remaining: 0,
      resetsInMs: 60_000,
    });
  });

  it('is null where nothing is said, and null in part where only a part is', () => {
    expect(readRateLimit(headers({}), ANSWERED)).toBeNull();
    expect(readRateLimit(headers({ 'x-ratelimit-limit': 'many' }), ANSWERED)).toBeNull();
    expect(readRateLimit(headers({ 'x-ratelimit-remaining': '5' }), ANSWERED)).toEqual({
      limit: null,
      remaining: 5,
      resetsInMs: null,
    });
  });

  it('says 0 for a window that is over', () => {
    expect(readRateLimit(headers({ 'x-ratelimit-reset': '1746136000' }), ANSWERED)?.resetsInMs).toBe(0);
  });
});

it('readDateMs reads the Date header, and nothing that only looks like a date', () => {
  expect(readDateMs(headers({ date: 'Thu, 01 May 2025 22:01:18 GMT' }))).toBe(ANSWERED);
  expect(readDateMs(headers({ date: '2025-05-01' }))).toBeNull();
  expect(readDateMs(headers({}))).toBeNull();
});
