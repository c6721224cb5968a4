import { inspect } from 'node:util';
import { HttpModule } from '@nestjs/axios';
import type { LoggerService } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { Secret } from '../../src/config/secret.js';
import { SETTINGS, type Settings } from '../../src/config/settings.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { DockerHubClient } from '../../src/docker-hub/docker-hub.client.js';
import { DockerHubError } from '../../src/docker-hub/errors.js';
import { Transport } from '../../src/docker-hub/transport.js';
import type { TagPage } from '../../src/docker-hub/answers.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import type { Fault } from '../support/docker-hub/faults.js';

const REDIS = { namespace: 'library', repository: 'redis' };

let hub: DockerHubStandIn;
let modules: TestingModule[] = [];
let payments = 0;
const pay = () => {
  payments++;
  return Promise.resolve();
};

beforeEach(async () => {
  payments = 0;
  hub = await startDockerHub();
});

afterEach(async () => {
  await Promise.all(modules.map((module) => module.close()));
  modules = [];
  await hub.close();
});

async function clientWith(settings: Partial<Settings> = {}): Promise<DockerHubClient> {
  const module = await Test.createTestingModule({
    imports: [HttpModule],
    providers: [
      Transport,
      DockerHubClient,
      { provide: SETTINGS, useValue: { ...loadSettings({}), dockerHubUrl: hub.url, ...settings } },
    ],
  })
    .setLogger(silent)
    .compile();
  modules.push(module);
  return module.get(DockerHubClient);
}

const silent: LoggerService = { log: () => {}, warn: () => {}, error: () => {} };
const withAccount = { dockerHubUsername: 'me', dockerHubToken: new Secret('dckr_pat_secret') };

async function errorOf(asking: Promise<unknown>): Promise<DockerHubError> {
  try {
    await asking;
  } catch (error) {
    if (error instanceof DockerHubError) return error;
    throw error;
  }
  throw new Error('Docker Hub answered.');
}

/** A short deadline where nothing ends but by it; elsewhere the usual one, so that a slow machine changes nothing. */
function patience(fault: Fault): Partial<Settings> {
  return fault === 'hang' || fault === 'hang_after_headers' || fault === 'drip'
    ? { dockerHubTimeoutMs: 200 }
    : {};
}

async function everyPage(client: DockerHubClient): Promise<TagPage[]> {
  const pages: TagPage[] = [];
  let url: string | null = null;
  do {
    const page: TagPage = await client.readTagPage(REDIS, { url, pay });
    pages.push(page);
    url = page.next;
  } while (url !== null);
  return pages;
}

describe('reading tags', () => {
  it("asks for the address of the user's text and reads what was pushed", async () => {
    hub.push('redis', '7.5-alpine', {
      at: '2026-10-17T10:00:00.1Z',
      platforms: ['linux/amd64', 'linux/arm64'],
      sizeBytes: 42,
    });
    const client = await clientWith();

    const page = await client.readTagPage(REDIS, { url: null, pay });

    expect(client.tagsUrl(REDIS)).toBe(`${hub.url}/v2/repositories/library/redis/tags/`);
    expect(hub.requests).toMatchObject([
      {
        method: 'GET',
        path: '/v2/repositories/library/redis/tags/',
        query: { page_size: '100', ordering: 'last_updated' },
        authorization: 'none',
        userAgent: expect.stringMatching(/^image-monitoring-service\/\d+\.\d+\.\d+$/),
      },
    ]);
    expect(page).toMatchObject({
      count: 1,
      next: null,
      rateLimit: { limit: 180, remaining: 179 },
      tags: [
        {
          name: '7.5-alpine',
          digest: hub.digest('redis', '7.5-alpine'),
          lastUpdated: { text: '2026-10-17T10:00:00.1Z' },
          sizeBytes: 42,
          platforms: [{ architecture: 'amd64' }, { architecture: 'arm64' }],
          isImage: true,
        },
      ],
    });
  });

  it('an image with 1,000 tags comes newest first, page by page, each request paid', async () => {
    const names = hub.seedTags('redis', { tags: 1_000 });
    const pages = await everyPage(await clientWith());
    expect(pages.flatMap((page) => page.tags.map((tag) => tag.name))).toEqual(names);
    expect([pages.length, hub.requests.length, payments]).toEqual([10, 10, 10]);
  });

  it('tags without a time come last, and neighbours that changed places are put right', async () => {
    hub.push('redis', 'old', { at: null });
    hub.push('redis', 'second', { at: '2026-10-17T10:00:00Z' });
    hub.push('redis', 'first', { at: '2026-10-17T10:05:00Z' });
    // Sent with a stamp that does not fit its place, as in a batch that is still being written.
    hub.push('redis', 'late', { at: '2026-10-17T10:04:00Z', row: { last_updated: '2026-10-17T10:06:00Z' } });
    const page = await (await clientWith()).readTagPage(REDIS, { url: null, pay });
    expect(page.tags.map((tag) => tag.name)).toEqual(['late', 'first', 'second', 'old']);
  });

  it("says when Docker Hub answered, by Docker Hub's clock", async () => {
    hub.options.now = () => Date.UTC(2031, 0, 1);
    hub.push('redis', '7.5');
    const page = await (await clientWith()).readTagPage(REDIS, { url: null, pay });
    expect(page.answeredAtMs).toBe(Date.UTC(2031, 0, 1));
  });

  it('reads one tag', async () => {
    hub.push('grafana/grafana', '12.0');
    const client = await clientWith();
    const path = { namespace: 'grafana', repository: 'grafana' };
    expect(await client.readTag(path, '12.0', { pay })).toMatchObject({
      name: '12.0',
      digest: hub.digest('grafana/grafana', '12.0'),
    });
    expect(await errorOf(client.readTag(path, '13.0', { pay }))).toMatchObject({
      kind: 'not_found',
      status: 404,
    });
  });

  it('follows a redirect to the address with a slash, and pays for it', async () => {
    hub.push('redis', '7.5');
    hub.fail({
      fault: { redirect: '/v2/namespaces/library/repositories/redis/tags?page_size=100' },
      times: 1,
    });
    const page = await (await clientWith()).readTagPage(REDIS, { url: null, pay });
    expect(page.tags).toHaveLength(1);
    expect(payments).toBe(2);
  });

  it('sends nothing that is not paid, and passes on why', async () => {
    const client = await clientWith();
    const broke = () => Promise.reject(new Error('no budget'));
    await expect(client.readTagPage(REDIS, { url: null, pay: broke })).rejects.toThrow('no budget');
    expect(hub.requests).toEqual([]);
  });

  it('knows where a person looks at a tag', async () => {
    const client = await clientWith();
    expect(client.tagPageUrl(REDIS, '7.5-alpine')).toBe(
      'https://hub.docker.com/_/redis/tags?name=7.5-alpine',
    );
    expect(client.tagPageUrl({ namespace: 'grafana', repository: 'grafana' }, '12.0')).toBe(
      'https://hub.docker.com/r/grafana/grafana/tags?name=12.0',
    );
  });
});

describe('the order of a page', () => {
  it("is turned once when Docker Hub's sign is the documented one, and the sign is remembered", async () => {
    hub.options.orderingSign = 'documented';
    const names = hub.seedTags('redis', { tags: 250 });
    const client = await clientWith();

    const pages = await everyPage(client);
    expect(pages.flatMap((page) => page.tags.map((tag) => tag.name))).toEqual(names);
    expect(payments).toBe(4);

    await client.readTagPage(REDIS, { url: null, pay });
    expect(payments).toBe(5);
  });

  it('that is the oldest first either way is malformed', async () => {
    hub.seedTags('redis', { tags: 150 });
    hub.fail({ fault: 'oldest_first' });
    expect(await errorOf((await clientWith()).readTagPage(REDIS, { url: null, pay }))).toMatchObject({
      kind: 'malformed',
    });
    expect(payments).toBe(2);
  });

  it('that is none is malformed', async () => {
    hub.seedTags('redis', { tags: 150 });
    hub.fail({ fault: 'by_name' });
    expect(await errorOf((await clientWith()).readTagPage(REDIS, { url: null, pay }))).toMatchObject({
      kind: 'malformed',
    });
    expect(payments).toBe(1);
  });

  it('that changes on a later page is malformed', async () => {
    hub.seedTags('redis', { tags: 350 });
    hub.fail({ match: { page: 2 }, fault: 'oldest_first' });
    expect(await errorOf(everyPage(await clientWith()))).toMatchObject({ kind: 'malformed' });
  });
});

describe('when Docker Hub misbehaves', () => {
  const faults: [string, Fault, DockerHubError['kind']][] = [
    ['404', 404, 'not_found'],
    ['429', 429, 'rate_limited'],
    ['500', 500, 'unavailable'],
    ['503 in HTML', 503, 'unavailable'],
    ['401 to somebody without an account', 401, 'unauthorized'],
    ['403', 403, 'unauthorized'],
    ['403 of the paging cap', 'paging_refused', 'paging_refused'],
    ['400', 400, 'refused'],
    ['204', { status: 204 }, 'malformed'],
    ['no answer', 'hang', 'unavailable'],
    ['headers and no body', 'hang_after_headers', 'unavailable'],
    ['a byte from time to time, for ever', 'drip', 'unavailable'],
    ['a cut connection', 'reset', 'unavailable'],
    ['a connection cut in the middle', 'reset_midway', 'unavailable'],
    ['half a JSON', 'half_json', 'malformed'],
    ['HTML with 200', 'html', 'malformed'],
    ['an empty body', 'empty_body', 'malformed'],
    ['null', 'null_body', 'malformed'],
    ['no results', 'no_results', 'malformed'],
    ['no count', 'no_count', 'malformed'],
    ['results of a wrong type', 'wrong_types', 'malformed'],
    ['tags of wrong types', 'wrong_tag_types', 'malformed'],
    ['no rows in spite of a count', 'empty_results', 'malformed'],
    ['64 MB in 64 kB of gzip', 'gzip_bomb', 'refused'],
    ['11 MB', 'long_body', 'refused'],
    ['a body that is not the gzip it says', 'broken_gzip', 'malformed'],
    ['a redirect to itself', 'redirect_loop', 'refused'],
    ['a redirect to no address', 'redirect_nowhere', 'refused'],
    ['a redirect to another host', { redirect: 'http://elsewhere.invalid/v2/' }, 'refused'],
    ['a redirect to another port', { redirect: 'http://127.0.0.1:9/v2/' }, 'refused'],
    ['a redirect to another scheme', { redirect: 'file:///etc/passwd' }, 'refused'],
    ['a next on another host', 'foreign_next', 'refused'],
    ['a next of another repository', 'next_of_other_repository', 'refused'],
    ['a next that is no address', 'next_no_address', 'refused'],
    ['a next to itself', 'next_to_itself', 'refused'],
    ['a next back to the first page', 'next_to_first', 'refused'],
  ];

  it.each(faults)('%s on the first page', async (_, fault, kind) => {
    hub.seedTags('redis', { tags: 250 });
    hub.fail({ fault });
    const client = await clientWith(patience(fault));
    expect((await errorOf(client.readTagPage(REDIS, { url: null, pay }))).kind).toBe(kind);
    expect(hub.requests).toHaveLength(payments);
  });

  it.each(faults)('%s on a later page', async (_, fault, kind) => {
    hub.seedTags('redis', { tags: 250 });
    const client = await clientWith(patience(fault));
    const { next } = await client.readTagPage(REDIS, { url: null, pay });
    hub.fail({ fault });
    expect((await errorOf(client.readTagPage(REDIS, { url: next, pay }))).kind).toBe(kind);
  });

  it.each([
    404,
    429,
    503,
    'hang',
    'drip',
    'reset',
    'half_json',
    'wrong_types',
    'gzip_bomb',
    'redirect_loop',
  ] as Fault[])('%s to a question about one tag is an error too', async (fault) => {
    hub.push('redis', '7.5');
    hub.fail({ fault });
    await errorOf((await clientWith(patience(fault))).readTag(REDIS, '7.5', { pay }));
  });

  it('an answer after an error is read as if nothing had been', async () => {
    hub.push('redis', '7.5');
    const client = await clientWith({ dockerHubTimeoutMs: 1_000 });
    for (const fault of ['reset', 'drip', 'long_body', 503] as const) {
      hub.failNext(fault);
      await errorOf(client.readTagPage(REDIS, { url: null, pay }));
    }
    expect((await client.readTagPage(REDIS, { url: null, pay })).tags).toHaveLength(1);
  });

  it('nobody there, and no such host, are unavailable', async () => {
    const gone = await startDockerHub();
    await gone.close();
    for (const dockerHubUrl of [gone.url, 'http://hub.invalid']) {
      const client = await clientWith({ dockerHubUrl });
      expect(await errorOf(client.readTagPage(REDIS, { url: null, pay }))).toMatchObject({
        kind: 'unavailable',
        status: null,
      });
    }
  });

  it('a 429 says for how long, by the clock of Docker Hub', async () => {
    const date = Date.UTC(2031, 0, 1);
    hub.options.now = () => date;
    const client = await clientWith();
    for (const [retryAfter, retryAfterMs] of [
      ['30', 30_000],
      [String(date / 1000 + 60), 60_000],
      [String(date + 90_000), 90_000],
      [new Date(date + 120_000).toUTCString(), 120_000],
      [undefined, 60_000],
    ] as const) {
      hub.failNext({ status: 429, retryAfter });
      expect(await errorOf(client.readTagPage(REDIS, { url: null, pay }))).toMatchObject({
        kind: 'rate_limited',
        retryAfterMs,
      });
    }
  });

  it("the minute's limit of the stand-in is a 429 with its own headers", async () => {
    hub.push('redis', '7.5');
    hub.options.rateLimit = { anonymous: 2, authenticated: 600, enforce: true };
    const client = await clientWith();
    await client.readTagPage(REDIS, { url: null, pay });
    await client.readTagPage(REDIS, { url: null, pay });
    expect(await errorOf(client.readTagPage(REDIS, { url: null, pay }))).toMatchObject({
      kind: 'rate_limited',
      status: 429,
    });
  });

  it('deep pages are refused to whoever has no account, and a page past the end is not found', async () => {
    hub.seedTags('redis', { tags: 1_200 });
    const client = await clientWith();
    expect(await errorOf(everyPage(client))).toMatchObject({ kind: 'paging_refused', status: 403 });
    const pastTheEnd = `${client.tagsUrl(REDIS)}?page=13&page_size=50&ordering=last_updated`;
    hub.deleteTag('redis', '1.0.0');
    hub.removeRepository('redis');
    hub.seedTags('redis', { tags: 600 });
    expect(await errorOf(client.readTagPage(REDIS, { url: pastTheEnd, pay }))).toMatchObject({
      kind: 'not_found',
    });
  });

  it('an address of a next page from elsewhere is not asked', async () => {
    const client = await clientWith();
    const url = 'http://elsewhere.invalid/v2/repositories/library/redis/tags/?page=2';
    expect(await errorOf(client.readTagPage(REDIS, { url, pay }))).toMatchObject({ kind: 'refused' });
    expect(payments).toBe(0);
  });
});

describe('a Docker account', () => {
  beforeEach(() => {
    hub.addAccount('me', 'dckr_pat_secret');
    hub.push('redis', '7.5');
    hub.push('me/private', '1.0');
    hub.setPrivate('me/private');
  });

  it('logs in once and reads what is private', async () => {
    const client = await clientWith(withAccount);
    const path = { namespace: 'me', repository: 'private' };
    await Promise.all([
      client.readTagPage(path, { url: null, pay }),
      client.readTagPage(path, { url: null, pay }),
      client.readTag(path, '1.0', { pay }),
    ]);
    expect(hub.count({ kind: 'token' })).toBe(1);
    expect(hub.requests.filter((r) => r.kind !== 'token').map((r) => r.authorization)).toEqual([
      'bearer',
      'bearer',
      'bearer',
    ]);
    expect(payments).toBe(4);
    expect(client.credentialsState()).toBe('ok');
  });

  it('is in no state when there is none', async () => {
    expect((await clientWith()).credentialsState()).toBe('none');
  });

  it('whose token has ended gets another one', async () => {
    const client = await clientWith(withAccount);
    await client.readTagPage(REDIS, { url: null, pay });
    hub.revokeTokens();
    await client.readTagPage(REDIS, { url: null, pay });
    expect(hub.requests.map((r) => r.kind)).toEqual(['token', 'tags', 'tags', 'token', 'tags']);
    expect(payments).toBe(5);
  });

  it('with a wrong secret is tried once, then everything is asked anonymously', async () => {
    const client = await clientWith({ ...withAccount, dockerHubToken: new Secret('wrong') });
    for (let i = 0; i < 5; i++) await client.readTagPage(REDIS, { url: null, pay });
    expect(hub.count({ kind: 'token' })).toBe(1);
    expect(hub.count((r) => r.kind === 'tags' && r.authorization === 'none')).toBe(5);
    expect(client.credentialsState()).toBe('rejected');
  });

  it('whose new token is answered 401 as well is given up, and no login loop follows', async () => {
    hub.fail({ match: (r) => r.kind === 'tags' && r.authorization === 'bearer', fault: 401 });
    const client = await clientWith(withAccount);
    for (let i = 0; i < 3; i++) await client.readTagPage(REDIS, { url: null, pay });
    expect(hub.count({ kind: 'token' })).toBe(2);
    expect(client.credentialsState()).toBe('rejected');
  });

  it.each([
    ['503', 503, 'unavailable'],
    ['a hang', 'hang', 'unavailable'],
    ['HTML', 'html', 'malformed'],
    ['null', 'null_body', 'malformed'],
  ] as const)('whose login gets %s is not given up', async (_, fault, kind) => {
    hub.fail({ match: { kind: 'token' }, fault });
    const client = await clientWith({ ...withAccount, ...patience(fault) });
    expect((await errorOf(client.readTagPage(REDIS, { url: null, pay }))).kind).toBe(kind);
    expect(client.credentialsState()).toBe('ok');
  });

  it('does not send its secret or its token to another origin', async () => {
    const elsewhere = await startDockerHub();
    try {
      hub.failNext({ redirect: `${elsewhere.url}/v2/auth/token` });
      const client = await clientWith(withAccount);
      await client.readTagPage(REDIS, { url: null, pay });
      const second = await clientWith(withAccount);
      hub.fail({
        match: { kind: 'tags' },
        fault: { redirect: `${elsewhere.url}/v2/repositories/library/redis/tags/` },
      });
      expect(await errorOf(second.readTagPage(REDIS, { url: null, pay }))).toMatchObject({ kind: 'refused' });
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('shows neither secret nor token in an error', async () => {
    const client = await clientWith({ ...withAccount, dockerHubTimeoutMs: 1_000 });
    for (const fault of ['reset', 'hang', 'drip', 503, 404] as const) {
      const cancelled = hub.fail({ fault });
      const shown = inspect(await errorOf(client.readTagPage(REDIS, { url: null, pay })), { depth: 9 });
      cancelled.cancel();
      expect(shown).not.toMatch(/dckr_pat|stand-in-token/);
      await client.readTagPage(REDIS, { url: null, pay });
    }
  });
});

describe('without a network', () => {
  let closed: DockerHubStandIn;
  beforeAll(async () => {
    closed = await startDockerHub();
  });
  afterAll(() => closed.close());

  it('a server that goes away between two questions is unavailable', async () => {
    closed.push('redis', '7.5');
    const client = await clientWith({ dockerHubUrl: closed.url });
    await client.readTagPage(REDIS, { url: null, pay });
    await closed.close();
    expect(await errorOf(client.readTagPage(REDIS, { url: null, pay }))).toMatchObject({
      kind: 'unavailable',
    });
  });
});
