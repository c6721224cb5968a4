import { describe, expect, it } from '@jest/globals';
import { isTime } from './time.js';

describe('a time', () => {
  it.each([
    '2026-11-25T03:50:15Z',
    '2026-11-25T03:50Z',
    '2026-11-25T03:50:15.123456+14:00',
    '2024-02-29T23:59:59-03:30',
  ])('is %s', (text) => {
    expect(isTime(text)).toBe(true);
  });

  it.each([
    ['a day, whose beginning depends on the zone', '2026-11-25'],
    ['without a zone', '2026-11-25T03:50:15'],
    ['a week', '2024-W05-2'],
    ['a day of the year', '2024-366'],
    ['a year', '2024'],
    ['a day that is not there', '2023-02-29T00:00Z'],
    ['a month that is not there', '2024-13-01T00:00Z'],
    ['an hour too many', '2024-01-01T24:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['a zone that is not there', '2024-01-01T00:00+99:99'],
    ['the year 0', '0000-01-01T00:00Z'],
    ['a comma', '2024-01-01T00:00:00,5Z'],
    ['more than microseconds', '2024-01-01T00:00:00.1234567Z'],
  ])('is not %s', (_, text) => {
    expect(isTime(text)).toBe(false);
  });
});
