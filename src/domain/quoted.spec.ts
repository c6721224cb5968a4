import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoted } from './quoted.js';

describe('quoted', () => {
  test.each([
    ['redis', '"redis"'],
    ['a\nb', '"a\\nb"'],
    ['\u0085', '"\\u0085"'],
    [7, '7'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2], 'a list of 2'],
    [{ a: 1 }, 'an object'],
  ])('%j becomes %s', (value, text) => expect(quoted(value)).toBe(text));

  test('no text from outside breaks a line or runs on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        // eslint-disable-next-line no-control-regex -- they are what is looked for
        expect(quoted(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(quoted(text).length).toBeLessThan(600);
      }),
    );
  });
});
