import { expect, it } from '@jest/globals';
import { DockerHubError, quote, redactUrl } from './errors.js';

it('an address is shown without its query, its credentials and its fragment', () => {
  expect(redactUrl('https://me:pass@hub.docker.com/v2/x/?page=2#y')).toBe('https://hub.docker.com/v2/x/');
  expect(redactUrl('page\ntwo')).toBe('(not an address)');
});

it('a text from outside is cut and cannot break a line', () => {
  expect(quote('a\nb\u0085\u2028"')).toBe('"a\\nb\\u0085\\u2028\\""');
  expect(quote('x'.repeat(500))).toHaveLength(122);
});

it('an error says null where nothing is known', () => {
  const error = new DockerHubError({
    kind: 'unavailable',
    message: 'gone',
    url: 'https://hub.docker.com/v2/?page=2',
  });
  expect(error).toMatchObject({ status: null, retryAfterMs: null, url: 'https://hub.docker.com/v2/' });
  expect(error).toBeInstanceOf(Error);
});
