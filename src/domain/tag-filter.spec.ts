import { describe, expect, test } from '@jest/globals';
import { compileTagFilter } from './tag-filter.js';

const passing = (include: string[], exclude: string[], tags: string[]) =>
  tags.filter(compileTagFilter({ include, exclude }));

describe('compileTagFilter', () => {
  const tags = ['7.4.1', '7.4.1-alpine', '8.0-rc1', 'latest', 'LATEST'];

  test.each<[string[], string[], string[]]>([
    [[], [], tags],
    [['^7\\.'], [], ['7.4.1', '7.4.1-alpine']],
    [['alpine'], [], ['7.4.1-alpine']],
    [['^7', '^8'], ['-rc'], ['7.4.1', '7.4.1-alpine']],
    [[], ['(?i)latest'], ['7.4.1', '7.4.1-alpine', '8.0-rc1']],
    [['latest'], ['latest'], []],
    [['^(a+)+$'], [], []],
  ])('include %j, exclude %j leaves %j', (include, exclude, left) =>
    expect(passing(include, exclude, tags)).toEqual(left),
  );

  test.each<[string[], string[], RegExp]>([
    [['^7', '('], [], /^tag_include\[1\]: is not a pattern/],
    [[], ['(?=x)'], /^tag_exclude\[0\]: is not a pattern/],
    [['(a)\\1'], [], /^tag_include\[0\]: is not a pattern/],
    [[''], [], /^tag_include\[0\]: takes a pattern/],
    [['a'.repeat(501)], [], /^tag_include\[0\]: takes at most 500 characters/],
    [[], Array.from({ length: 51 }, () => 'a'), /^tag_exclude: takes at most 50 patterns/],
    [['a{1000}'.repeat(50)], [], /^tag_include\[0\]: is too costly/],
    [['(\n'], [], /^[^\n]*$/],
  ])('include %j, exclude %j is refused: %s', (include, exclude, why) =>
    expect(() => compileTagFilter({ include, exclude })).toThrow(why),
  );

  test('a refusal names the fields as the caller calls them', () => {
    const fieldNames = { include: 'filter.include', exclude: 'filter.exclude' };
    expect(() => compileTagFilter({ include: [], exclude: ['['], fieldNames })).toThrow(
      /^filter\.exclude\[0\]/,
    );
  });

  test('equal filters are compiled once', () => {
    const compile = () => compileTagFilter({ include: ['^9'], exclude: ['x'] });
    expect(compile()).toBe(compile());
  });
});
