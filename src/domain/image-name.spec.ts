import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseImageName, repositoryPathOf } from './image-name.js';
import { Refusal } from './refusals.js';

describe('parseImageName', () => {
  test.each([
    ['redis', 'library', 'redis', 'redis'],
    ['library/redis', 'library', 'redis', 'redis'],
    ['docker.io/redis', 'library', 'redis', 'redis'],
    ['docker.io/library/redis', 'library', 'redis', 'redis'],
    ['docker.io/grafana/grafana', 'grafana', 'grafana', 'grafana/grafana'],
    ['index.docker.io/grafana/grafana', 'grafana', 'grafana', 'grafana/grafana'],
    ['registry-1.docker.io/grafana/grafana', 'grafana', 'grafana', 'grafana/grafana'],
    ['registry.hub.docker.com/library/redis', 'library', 'redis', 'redis'],
    ['Docker.io/redis', 'library', 'redis', 'redis'],
    ['a__b/c--d.e', 'a__b', 'c--d.e', 'a__b/c--d.e'],
    ['8.x', 'library', '8.x', '8.x'],
    [`x/${'a'.repeat(64)}`, 'x', 'a'.repeat(64), `x/${'a'.repeat(64)}`],
  ])('%s is %s and %s, written %s', (text, namespace, repository, imageName) => {
    expect(parseImageName(text)).toEqual({
      registry: 'docker.io',
      namespace,
      repository,
      imageName,
      isOfficial: namespace === 'library',
    });
  });

  test.each([
    ['ghcr.io/x/y', /only Docker Hub is watched, not "ghcr\.io"/],
    ['localhost/x', /only Docker Hub is watched, not "localhost"/],
    ['host:5000/x', /only Docker Hub is watched, not "host:5000"/],
    ['evil.docker.io/x', /only Docker Hub is watched/],
    ['redis:7', /takes no tag/],
    ['grafana/grafana:latest', /takes no tag/],
    ['Redis:', /takes no tag/],
    [`redis@sha256:${'a'.repeat(64)}`, /takes no digest/],
    ['https://hub.docker.com/_/redis', /is not a URL/],
    ['docker.io', /names a registry only/],
    ['library/docker.io', /names a registry only/],
    ['../x', /letters and digits/],
    ['./x', /letters and digits/],
    ['x/..', /letters and digits/],
    ['a/b/c', /too many parts/],
    ['docker.io/a/b/c', /too many parts/],
    ['Redis', /lower case only/],
    ['Grafana/grafana', /lower case only/],
    ['', /is empty/],
    ['/redis', /letters and digits/],
    ['redis/', /letters and digits/],
    ['docker.io/', /letters and digits/],
    ['-redis', /letters and digits/],
    ['a___b', /letters and digits/],
    ['re%2fdis', /letters and digits/],
    ['rédis', /letters and digits/],
    [' redis', /no spaces or control characters/],
    ['redis\n', /no spaces or control characters/],
    ['redis\u0000', /no spaces or control characters/],
    ['a'.repeat(256), /at most 255 characters, got 256/],
    ['0123456789abcdef'.repeat(4), /image id/],
  ])('%j is refused: %s', (text, why) => {
    const refusal = refusalOf(() => parseImageName(text));
    expect(refusal.kind).toBe('invalid');
    expect(refusal.fields.map((one) => one.field)).toEqual(['image_name']);
    expect(refusal.fields[0]?.message).toMatch(why);
  });

  test('what it accepts it writes in a form that reads as the same image, and that cannot leave its path', () => {
    const piece = fc.constantFrom('a', '0', '.', '_', '-', '/', ':', 'docker.io', 'library', 'B', '%', '..');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        let name;
        try {
          name = parseImageName(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          return;
        }
        expect(parseImageName(name.imageName)).toEqual(name);
        const { pathname } = new URL(`https://h/${name.namespace}/${name.repository}/tags`);
        expect(pathname).toBe(`/${name.namespace}/${name.repository}/tags`);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('a stored name leads to its address', () => {
  expect(repositoryPathOf('redis')).toEqual({ namespace: 'library', repository: 'redis' });
  expect(repositoryPathOf('grafana/grafana')).toEqual({ namespace: 'grafana', repository: 'grafana' });
});

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was not refused');
}
