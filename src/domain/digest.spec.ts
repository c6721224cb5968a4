import { expect, test } from '@jest/globals';
import { isDigest } from './digest.js';

const HEX = '0123456789abcdef'.repeat(4);

test.each([`sha256:${HEX}`, `sha512:${HEX}${HEX}`, `multihash+base58:${HEX}`])('%s is a digest', (text) =>
  expect(isDigest(text)).toBe(true),
);

test.each([
  '',
  'sha256:abc123',
  `sha256:${HEX.toUpperCase()}`,
  `SHA256:${HEX}`,
  `sha256:${HEX}0`,
  `sha256:${HEX}\n`,
  HEX,
  `:${HEX}`,
  'sha256:abc123...',
  `x:${'a'.repeat(300)}`,
])('%j is no digest', (text) => expect(isDigest(text)).toBe(false));
