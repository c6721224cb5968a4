import { expect, test } from '@jest/globals';
import { isTagName } from './tag.js';

test.each(['7.5-alpine', 'latest', '_x', 'V1', 'a'.repeat(128), 'sha256-abc.sig'])('%s is a tag', (text) =>
  expect(isTagName(text)).toBe(true),
);

test.each(['', '.a', '-a', 'a:b', 'a/b', 'a b', 'ä', 'a\n', 'a'.repeat(129)])('%j is no tag', (text) =>
  expect(isTagName(text)).toBe(false),
);
