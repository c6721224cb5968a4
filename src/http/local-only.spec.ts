import { expect, test } from '@jest/globals';
import { isLoopbackHost } from './local-only.js';

test.each(['localhost', 'LocalHost:4002', '127.0.0.1', '127.255.255.255:65535', '[::1]', '[::1]:4002'])(
  '%s is this machine',
  (host) => expect(isLoopbackHost(host)).toBe(true),
);

test.each([
  undefined,
  '',
  'localhost.',
  'localhost.evil.example',
  'evil.localhost',
  '127.0.0.1.nip.io',
  '127.0.0.256',
  '127.1',
  '0x7f.0.0.1',
  '128.0.0.1',
  '0.0.0.0',
  '::1',
  '[::1',
  '[::ffff:127.0.0.1]',
  'localhost:',
  'localhost:4002:1',
  'localhost, evil.example',
  'user@localhost',
])('%s is not', (host) => expect(isLoopbackHost(host)).toBe(false));
