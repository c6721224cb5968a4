import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { judgeOrder, parseTag, parseTagPage, readErrorMessage } from '../../src/docker-hub/answers.js';
import { readDateMs, readRetryAfterMs } from '../../src/docker-hub/rate-limit.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { digestOf } from '../support/docker-hub/world.js';

/**
 * The stand-in against recorded answers of the real Docker Hub. The captures are read where they lie and never
 * copied into the project; without them only the rules of the stand-in's own are tested, and that is said.
 */
const CAPTURES = process.env.DOCKER_HUB_CAPTURES ?? resolve('..', 'shared', 'docker-hub', 'captures');
const atHand = existsSync(CAPTURES);

type Json = Record<string, unknown>;

let hub: DockerHubStandIn;

beforeAll(async () => {
  hub = await startDockerHub();
});
afterAll(() => hub.close());

const capture = (name: string): unknown => JSON.parse(readFileSync(join(CAPTURES, name), 'utf8'));

async function ask(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; headers: Headers; body: Json }> {
  const response = await fetch(hub.url + path, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

const rowsOf = (body: Json): Json[] => body.results as Json[];

/** The shape of a value: its fields and their types, lists by their first element. */
function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

/** Fields of `ours` that the recorded objects do not have, or have with other types. */
function differences(ours: Json, recorded: Json[], alsoKnown: Record<string, string[]>): string[] {
  return Object.entries(ours).flatMap(([field, value]) => {
    const types = new Set(recorded.filter((row) => field in row).map((row) => typeOf(row[field])));
    for (const type of alsoKnown[field] ?? []) types.add(type);
    if (types.size === 0) return [`${field} is in no capture`];
    return types.has(typeOf(value))
      ? []
      : [`${field} is ${typeOf(value)}, recorded: ${[...types].join(', ')}`];
  });
}

if (!atHand) {
  process.stdout.write(
    `captures not at hand: ${CAPTURES} is not there, so the stand-in is compared with nothing recorded.\n`,
  );
  it(`captures not at hand: nothing recorded was compared (${CAPTURES})`, () => {
    expect(atHand).toBe(false);
  });
} else {
  describe('against recorded answers', () => {
    const currentTags = (): Json[] => [
      ...rowsOf(capture('tags-xmrig2021-r2021-2022-11.json') as Json),
      ...(capture('tags-results-only-marqaaron-2021-01.json') as Json[]),
      capture('tag-grafana-2.1.3-null-dates-2023-08.json') as Json,
    ];

    it('tags have the recorded fields with the recorded types, and none is missing', async () => {
      hub.push('shapes', 'multi', { at: '2026-10-15T10:30:00.367170055Z' });
      hub.push('shapes', 'single', { platforms: ['linux/amd64'] });
      hub.push('shapes', 'ancient', { at: null, digest: null });
      const { body } = await ask('/v2/repositories/library/shapes/tags/');
      const recorded = currentTags();
      // facts.md, section 2: the digest of a tag is on answers since 2022, nanoseconds and variants likewise.
      const known = { digest: ['string'], tag_last_pulled: ['null'] };
      for (const row of rowsOf(body)) {
        expect(differences(row, recorded, known)).toEqual([]);
        for (const image of row.images as Json[]) {
          const images = recorded.flatMap((r) => r.images as Json[]);
          expect(differences(image, images, { variant: ['string'], last_pulled: ['null'] })).toEqual([]);
        }
      }
      const [newest] = rowsOf(capture('tags-xmrig2021-r2021-2022-11.json') as Json);
      expect(Object.keys(rowsOf(body)[0] ?? {})).toEqual(expect.arrayContaining(Object.keys(newest ?? {})));
    });

    it('a page has the recorded envelope', async () => {
      const recorded = capture('tags-xmrig2021-r2021-2022-11.json') as Json;
      const { body } = await ask('/v2/repositories/library/shapes/tags/');
      expect(Object.keys(body)).toEqual(Object.keys(recorded));
      expect(differences(body, [recorded], {})).toEqual([]);
    });

    it('a listing has the recorded fields with the recorded types', async () => {
      const recorded = [
        ...rowsOf(capture('listing-docker-namespace-openapi-example-2025.json') as Json),
        capture('repo-ebusinessdocker-disney-2026-01.json') as Json,
      ];
      const { body } = await ask('/v2/namespaces/library/repositories');
      expect(differences(rowsOf(body)[0] ?? {}, recorded, {})).toEqual([]);
    });

    it('errors have the recorded bodies', async () => {
      expect(Object.keys((await ask('/v2/repositories/4chainstudio/bux-server/tags/')).body)).toEqual(
        Object.keys(capture('error-404-tags.json') as Json),
      );
      expect((await ask('/v2/repositories/library/shapes/tags?page=11&page_size=100')).body).toEqual(
        capture('error-403-anonymous-pagination-2026-09.json'),
      );
      expect((await ask('/v2/namespaces/library/repositories?ordering=age')).body).toEqual(
        capture('error-400-listing-invalid-ordering.json'),
      );
      expect((await ask('/v2/auth/token', { method: 'POST', body: '{}' })).body).toEqual(
        capture('error-401-login.json'),
      );
      hub.failNext(429);
      expect((await ask('/v2/repositories/library/shapes/tags/')).body).toEqual(
        capture('error-429-hub-api.json'),
      );
    });

    it('a refused request has the recorded headers', async () => {
      const limited = await startDockerHub({ rateLimit: { anonymous: 0, authenticated: 0, enforce: true } });
      try {
        const { headers } = await fetch(`${limited.url}/v2/repositories/library/redis/tags/`);
        const recorded = capture('headers-429-hub-api-2025-05-01.json') as Record<string, string>;
        for (const name of [
          'date',
          'x-ratelimit-limit',
          'x-ratelimit-remaining',
          'x-ratelimit-reset',
          'retry-after',
        ]) {
          expect([name, headers.has(name)]).toEqual([name, name in recorded]);
        }
        expect(headers.get('retry-after')).toBe(headers.get('x-ratelimit-reset'));
      } finally {
        await limited.close();
      }
    });

    it.each(readdirSync(CAPTURES).filter((name) => /^tags?-/.test(name)))('our parser reads %s', (name) => {
      const content = capture(name) as Json | Json[];
      const rows = Array.isArray(content) ? content : 'results' in content ? rowsOf(content) : [content];
      const text = JSON.stringify({ count: rows.length, next: null, results: rows });

      const page = parseTagPage(text, 'https://hub.docker.com/');

      expect(page.tags.map((tag) => tag.name)).toEqual(rows.map((row) => row.name));
      expect(page.tags.map((tag) => tag.lastUpdated?.text ?? null)).toEqual(
        rows.map((row) => row.last_updated),
      );
      expect(page.tags.every((tag) => tag.isImage && tag.digest === null && tag.sizeBytes !== null)).toBe(
        true,
      );
      expect(judgeOrder(page.tags, true)).toBe('newest_first');
      for (const row of rows) parseTag(JSON.stringify(row), row.name as string, 'https://hub.docker.com/');
    });

    it.each(readdirSync(CAPTURES).filter((name) => /^(error|listing|repo)-/.test(name)))(
      'our parser does not take %s for a page of tags',
      (name) => {
        const read = () =>
          parseTagPage(readFileSync(join(CAPTURES, name), 'utf8'), 'https://hub.docker.com/');
        // A listing with its envelope is made of rows with names, so it is the address that tells them apart.
        const isPageOfNames = !Array.isArray(capture(name)) && 'results' in (capture(name) as Json);
        if (isPageOfNames) expect(read().tags.length).toBeGreaterThan(0);
        else expect(read).toThrow(/Docker Hub's answer has/);
      },
    );

    it('the sentence of every recorded error is found', () => {
      for (const name of readdirSync(CAPTURES).filter((file) => file.startsWith('error-'))) {
        expect([name, readErrorMessage(readFileSync(join(CAPTURES, name), 'utf8'))]).toEqual([
          name,
          expect.any(String),
        ]);
      }
    });

    it('the recorded 429 asks to wait for one minute', () => {
      const recorded = capture('headers-429-hub-api-2025-05-01.json') as Record<string, string>;
      const header = (name: string) => recorded[name] ?? null;
      expect(readRetryAfterMs(header, readDateMs(header) ?? 0)).toBe(60_000);
    });
  });
}

describe('the stand-in', () => {
  it('inverts the sign of ordering, clamps the size of pages and sorts the parameters of next', async () => {
    const names = hub.seedTags('many', { tags: 120 });
    const first = await ask('/v2/repositories/library/many/tags/?page_size=1000&ordering=last_updated');
    expect(rowsOf(first.body).map((row) => row.name)).toEqual(names.slice(0, 100));
    expect(first.body).toMatchObject({
      count: 120,
      next: `${hub.url}/v2/repositories/library/many/tags/?ordering=last_updated&page=2&page_size=1000`,
    });
    const oldest = await ask('/v2/namespaces/library/repositories/many/tags?ordering=-last_updated');
    expect(rowsOf(oldest.body).map((row) => row.name)).toEqual([...names].reverse().slice(0, 10));
  });

  it('answers 404 past the end and an empty page for a repository without tags', async () => {
    hub.world.repository('empty');
    expect((await ask('/v2/repositories/library/empty/tags/')).body).toEqual({
      count: 0,
      next: null,
      previous: null,
      results: [],
    });
    expect((await ask('/v2/repositories/library/empty/tags/?page=2')).status).toBe(404);
  });

  it("keeps the id of a tag over re-pushes, and moves its stamp and its repository's", async () => {
    const before = hub.push('moving', 'latest', { at: '2026-10-01T00:00:00Z' });
    const after = hub.pushAgain('moving', 'latest', '2026-10-02T00:00:00Z');
    expect(after).toMatchObject({
      id: before.id,
      digest: before.digest,
      lastUpdated: '2026-10-02T00:00:00Z',
    });
    hub.deleteTag('moving', 'latest');
    const { body } = await ask('/v2/repositories/library/moving/');
    expect(body.last_updated).toBe('2026-10-02T00:00:00.3Z');
  });

  it('gives aliases the content of their tag, pushed a moment before it', () => {
    hub.push('aliased', '7.5.1', {
      aliases: ['7.5', 'latest'],
      digest: digestOf('x'),
      at: '2026-10-01T00:00:10Z',
    });
    hub.push('aliased', '7', { aliasOf: '7.5.1' });
    for (const name of ['7.5', 'latest', '7']) expect(hub.digest('aliased', name)).toBe(digestOf('x'));
    expect(
      hub.world
        .repository('aliased')
        .inOrder('newest_first')
        .map((tag) => tag.name),
    ).toEqual(['7', '7.5.1', '7.5', 'latest']);
  });

  it('lets a test push between two pages', async () => {
    hub.seedTags('between', { tags: 150 });
    const end = hub.onRequest((request) => {
      if (request.page === 2) hub.push('between', 'new');
    });
    const address = '/v2/repositories/library/between/tags/?page_size=100&ordering=last_updated';
    expect((await ask(address)).body.count).toBe(150);
    expect((await ask(`${address}&page=2`)).body.count).toBe(151);
    end();
  });

  it('lists the oldest registration first unless asked otherwise, and 100 rows to whoever has no account', async () => {
    let now = Date.UTC(2026, 0, 1);
    const registry = await startDockerHub({ now: () => (now += 1_000) });
    try {
      const images = registry.seedRepositories({ repositories: 130, tags: 1, namespaces: ['many'] });
      const rows = async (query: string) => {
        const response = await fetch(`${registry.url}/v2/namespaces/many/repositories?page_size=100${query}`);
        return {
          status: response.status,
          names: (((await response.json()) as Json).results as Json[] | undefined)?.map(
            (r) => `many/${String(r.name)}`,
          ),
        };
      };
      expect((await rows('')).names).toEqual(images.slice(0, 100));
      registry.push('many/image-0100', 'new');
      expect((await rows('&ordering=last_updated')).names?.[0]).toBe('many/image-0100');
      expect((await rows('&ordering=last_updated&page=2')).status).toBe(403);
    } finally {
      await registry.close();
    }
  });

  it('is steered over HTTP by other processes', async () => {
    const control = (action: string, body: object) =>
      ask(`/_control/${action}`, { method: 'POST', body: JSON.stringify(body) });
    await control('push', { image: 'steered', tag: '1.0', platforms: ['linux/arm/v7'] });
    await control('fail', { fault: 503, times: 1, match: { repository: 'steered' } });
    expect((await fetch(`${hub.url}/v2/repositories/library/steered/tags/`)).status).toBe(503);
    expect(rowsOf((await ask('/v2/repositories/library/steered/tags/')).body)).toMatchObject([
      { name: '1.0' },
    ]);
    expect((await ask('/_control/requests')).body).toEqual(hub.requests);
    expect((await fetch(`${hub.url}/_control/push`, { method: 'POST', body: '{}' })).status).toBe(400);
  });
});
