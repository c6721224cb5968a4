import { describe, expect, it } from '@jest/globals';
import { wordsOf } from './request-filter.sql.js';

describe('the words of a search', () => {
  it.each([
    ['  Redis   ALPINE ', ['alpine', 'redis']],
    ['7.4 redis:7.4 7', ['redis:7.4']],
    ['a a A', ['a']],
    [' ', []],
  ])('of %j are %j', (q, words) => {
    expect(wordsOf(q)).toEqual(words);
  });
});
