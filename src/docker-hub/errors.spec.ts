import { expect, it } from '@jest/globals';
import { DockerHubError, redactUrl } from './errors.js';

it('an address is shown without its query, its credentials and its fragment', () => {
  expect(redactUrl('https://me:pass@hub.docker.com/v2/x/?page=2#y')).toBe('https://hub.docker.com/v2/x/');
  expect(redactUrl('page\ntwo')).toBe('(not an address)');
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
