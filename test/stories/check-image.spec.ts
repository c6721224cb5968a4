import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startApp, type TestApp } from '../support/app.js';
import { digestOf } from '../support/docker-hub/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let app: TestApp;
let nextName = 0;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.hub.heal());
afterAll(async () => app.close());

/** A repository and its image, each test its own. */
async function anImage(columns: Record<string, unknown> = {}): Promise<{ id: number; name: string }> {
  const name = `image-${nextName++}`;
  app.hub.world.repository(name);
  return { id: await app.addImage(name, columns), name };
}

async function check(id: number): Promise<{
  outcome: string;
  tags_seen: number;
  new_tags: number;
  requests_created: number;
  error: string | null;
}> {
  const answer = await app.api('POST', `/images/${id}/check`);
  expect(answer.status).toBe(200);
  return answer.body.check;
}

interface Request {
  id: number;
  tag_name: string;
  status: string;
  digest: string;
  bump: string;
  line: string;
  metadata: Record<string, unknown>;
}

async function requests(imageId: number, status?: string): Promise<Request[]> {
  const query = status ? `&status=${status}` : '';
  const answer = await app.api(
    'GET',
    `/images/approval-requests?image_id=${imageId}&limit=500&sort=oldest${query}`,
  );
  return answer.body.approval_requests;
}

async function namesOf(imageId: number, status = 'pending'): Promise<string[]> {
  return (await requests(imageId, status)).map((request) => request.tag_name);
}

async function column<T>(imageId: number, name: string): Promise<T> {
  const rows = await app.dataSource.query<{ value: T }[]>(
    `SELECT ${name} AS value FROM images WHERE id = $1`,
    [imageId],
  );
  return rows[0]?.value as T;
}

const approve = (id: number): ReturnType<TestApp['api']> =>
  app.api('POST', `/images/approval-requests/${id}/approve`, {});
const reject = (id: number): ReturnType<TestApp['api']> =>
  app.api('POST', `/images/approval-requests/${id}/reject`, { rejection_reason: 'not now' });

describe('the first check', () => {
  it('opens one request, for the newest of a thousand tags and not the oldest', async () => {
    const { id, name } = await anImage();
    const [newest] = app.hub.seedTags(name, { tags: 1_000 });

    expect(await check(id)).toMatchObject({ outcome: 'changed', tags_seen: 100, requests_created: 1 });

    expect(await namesOf(id)).toEqual([newest]);
  });

  it('opens one for every tag of the first page where the policy is "all"', async () => {
    const { id, name } = await anImage({ request_policy: 'all' });
    const names = app.hub.seedTags(name, { tags: 150 });

    await check(id);

    expect((await namesOf(id)).sort()).toEqual(names.slice(0, 100).sort());
  });

  it('records everything and opens nothing with baseline, and then asks about what is new', async () => {
    const { id, name } = await anImage({ baseline: true, request_policy: 'all' });
    app.hub.seedTags(name, { tags: 5 });
    await check(id);
    expect(await namesOf(id)).toEqual([]);

    app.hub.push(name, '9.0.0');
    await check(id);

    expect(await namesOf(id)).toEqual(['9.0.0']);
  });

  it('of an empty repository finds nothing, and what comes later is new', async () => {
    const { id, name } = await anImage();
    expect(await check(id)).toMatchObject({ outcome: 'unchanged', tags_seen: 0 });

    app.hub.push(name, '1.0.0');
    await check(id);

    expect(await namesOf(id)).toEqual(['1.0.0']);
  });

  it('takes old tags further down as inventory when they come up later', async () => {
    const { id, name } = await anImage({ request_policy: 'all' });
    app.hub.seedTags(name, { tags: 100, newestAt: Date.now() - 2 * MINUTE, stepMs: 1 });
    app.hub.push(name, 'ancient', { at: Date.now() - 5 * MINUTE });
    await check(id);
    const before = await namesOf(id);

    // All of page 1 is younger than ten minutes, so the second check reads on and meets the ancient one.
    await check(id);

    expect(await namesOf(id)).toEqual(before);
    const observed = await app.api('GET', `/images/${id}/observed-tags?limit=500`);
    expect(observed.body.observed_tags.find((tag: { tag: string }) => tag.tag === 'ancient')).toMatchObject({
      state: 'seen',
    });
  });
});

describe('a new tag', () => {
  it("opens a request with the user's metadata and everything needed to decide", async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '7.4.1-alpine', { at: Date.now() - 3 * HOUR, sizeBytes: 10_000_000 });
    await check(id);
    await approve((await requests(id))[0]?.id ?? 0);

    app.hub.push(name, '7.5.0-alpine', { sizeBytes: 12_000_000 });
    await check(id);

    const [request] = await requests(id, 'pending');
    expect(request).toMatchObject({
      tag_name: '7.5.0-alpine',
      bump: 'minor',
      line: '7-alpine',
      digest: app.hub.digest(name, '7.5.0-alpine'),
    });
    expect(request?.metadata).toMatchObject({
      last_updated: expect.stringMatching(/^\d{4}-.*Z$/),
      digest: app.hub.digest(name, '7.5.0-alpine'),
      architectures: ['amd64', 'arm64'],
      auto_detected: true,
      source: 'image_monitor',
      change: 'new',
      previous_digest: null,
      aliases: [],
      version: { numbers: [7, 5, 0], variant: '-alpine' },
      compared_with: { tag: '7.4.1-alpine', bump: 'minor', size_change_bytes: 2_000_000 },
      size_bytes: 12_000_000,
      url: `https://hub.docker.com/_/${name}/tags?name=7.5.0-alpine`,
    });
    expect(request?.metadata['platforms']).toHaveLength(2);
  });

  it('is named by its most specific alias, and the others are told', async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '7.4.0', { at: Date.now() - HOUR });
    await check(id);

    const digest = digestOf(`${name} 7.5.1`);
    for (const tag of ['7.5.1', '7.5', '7', 'latest']) app.hub.push(name, tag, { digest });
    await check(id);

    const newest = (await requests(id)).at(-1);
    expect(newest).toMatchObject({ tag_name: '7.5.1' });
    expect(newest?.metadata['aliases']).toEqual(['7', '7.5', 'latest']);
  });

  it('opens one request each under the policy "all"', async () => {
    const { id, name } = await anImage({ request_policy: 'all', baseline: true });
    app.hub.push(name, '1.0.0', { at: Date.now() - HOUR });
    await check(id);
    for (const tag of ['7.5-alpine', '7.5', 'latest']) app.hub.push(name, tag);
    await check(id);
    expect((await namesOf(id)).sort()).toEqual(['7.5', '7.5-alpine', 'latest']);
  });

  it('is found beneath 150 old tags that were pushed again with the same digest', async () => {
    const { id, name } = await anImage({ baseline: true });
    const names = app.hub.seedTags(name, { tags: 90, newestAt: Date.now() - 4 * HOUR });
    await check(id);
    for (let i = 0; i < 60; i++)
      names.push(app.hub.push(name, `2.0.${i}`, { at: Date.now() - 2 * HOUR + i }).name);
    await check(id);
    const [asked] = await requests(id);
    await reject(asked?.id ?? 0);
    app.hub.push(name, '9.0.0', { at: Date.now() - 40 * MINUTE });
    for (const [i, old] of names.entries()) app.hub.pushAgain(name, old, Date.now() - 30 * MINUTE + i);

    await check(id);

    expect(await namesOf(id)).toEqual(['9.0.0']);
  });

  it('is not missed by the retry of a check that broke off on page 2', async () => {
    const { id, name } = await anImage({ baseline: true, request_policy: 'all' });
    app.hub.seedTags(name, { tags: 3, newestAt: Date.now() - 5 * HOUR });
    await check(id);
    for (let i = 0; i < 150; i++) app.hub.push(name, `2.0.${i}`, { at: Date.now() - HOUR + i * 1_000 });
    app.hub.fail({ match: { page: 2 }, times: 1, fault: 503 });

    const lastCheckedAt = await column(id, 'last_checked_at');
    expect(await check(id)).toMatchObject({ outcome: 'failed' });
    expect(await namesOf(id)).toEqual([]);
    expect(await column(id, 'last_checked_at')).toEqual(lastCheckedAt);

    expect(await check(id)).toMatchObject({ outcome: 'changed', requests_created: 150 });
    expect(await namesOf(id)).toHaveLength(150);
  });

  it('is seen although the newest before it is pending and the next one rejected', async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '1.0.0', { at: Date.now() - 4 * HOUR });
    await check(id);
    app.hub.push(name, '1.0.1', { at: Date.now() - 3 * HOUR });
    await check(id);
    const [, second] = await requests(id);
    await reject(second?.id ?? 0);

    app.hub.push(name, '1.0.2', { at: Date.now() - 2 * HOUR });
    await check(id);
    app.hub.push(name, '1.0.3', { at: Date.now() - HOUR });
    await check(id);

    expect(await namesOf(id)).toEqual(['1.0.0', '1.0.2', '1.0.3']);
  });

  it('opens nothing more once it is approved or rejected', async () => {
    const { id, name } = await anImage({ request_policy: 'all' });
    app.hub.push(name, '1.0.0');
    app.hub.push(name, '1.1.0');
    await check(id);
    const [first, second] = await requests(id);
    await approve(first?.id ?? 0);
    await reject(second?.id ?? 0);

    await check(id);
    app.hub.pushAgain(name, '1.0.0');
    app.hub.pushAgain(name, '1.1.0');
    await check(id);

    expect(await requests(id)).toHaveLength(2);
  });

  it('that is a signature, an attestation or no image at all is recorded and not asked about', async () => {
    const { id, name } = await anImage({ request_policy: 'all', baseline: true });
    app.hub.push(name, '1.0.0', { at: Date.now() - HOUR });
    await check(id);
    const hex = 'a'.repeat(64);
    app.hub.push(name, `sha256-${hex}.sig`);
    app.hub.push(name, `sha256-${hex}.att`);
    app.hub.push(name, 'chart', { contentType: 'helm' });
    app.hub.push(name, '1.0.1');

    await check(id);

    expect(await namesOf(id)).toEqual(['1.0.1']);
  });

  it('that the filters leave out is seen, and changing them asks about nothing old', async () => {
    const { id, name } = await anImage({
      request_policy: 'all',
      tag_include: ['^[0-9.]+-alpine$'],
      tag_exclude: ['^6\\.'],
      baseline: true,
    });
    app.hub.push(name, '5.0.0', { at: Date.now() - HOUR });
    await check(id);
    for (const tag of ['7.0.0', '7.0.0-alpine', '6.0.0-alpine']) app.hub.push(name, tag);
    await check(id);
    expect(await namesOf(id)).toEqual(['7.0.0-alpine']);

    await app.dataSource.query(`UPDATE images SET tag_include = '{}', tag_exclude = '{}' WHERE id = $1`, [
      id,
    ]);
    await check(id);
    expect(await namesOf(id)).toEqual(['7.0.0-alpine']);
  });

  it('that lacks a platform is held, and opens its request when the index is complete', async () => {
    const { id, name } = await anImage({ platforms: ['linux/arm64'], baseline: true });
    app.hub.push(name, '1.0.0', { at: Date.now() - HOUR });
    await check(id);
    app.hub.push(name, '1.1.0', { platforms: ['linux/amd64'] });
    await check(id);
    expect(await namesOf(id)).toEqual([]);
    const observed = await app.api('GET', `/images/${id}/observed-tags`);
    expect(observed.body.observed_tags[0]).toMatchObject({ tag: '1.1.0', state: 'held' });

    app.hub.push(name, '1.1.0', { platforms: ['linux/amd64', 'linux/arm64/v8'] });
    await check(id);

    expect(await namesOf(id)).toEqual(['1.1.0']);
  });
});

describe('a re-push', () => {
  async function approvedTag(columns: Record<string, unknown> = {}): Promise<{ id: number; name: string }> {
    const image = await anImage(columns);
    app.hub.push(image.name, '1.0.0', { at: Date.now() - HOUR });
    await check(image.id);
    const [request] = await requests(image.id);
    expect((await approve(request?.id ?? 0)).status).toBe(200);
    return image;
  }

  it('of an approved tag opens a request with both digests, and the approved one stays in force', async () => {
    const { id, name } = await approvedTag();
    const approved = app.hub.digest(name, '1.0.0');
    app.hub.push(name, '1.0.0');

    await check(id);

    const [request] = await requests(id, 'pending');
    expect(request).toMatchObject({
      tag_name: '1.0.0',
      bump: 'repush',
      digest: app.hub.digest(name, '1.0.0'),
    });
    expect(request?.metadata).toMatchObject({ change: 'repush', previous_digest: approved });
    const image = await app.api('GET', `/images/${id}`);
    expect(image.body.image.tags[0]).toMatchObject({ tag: '1.0.0', digest: approved, status: 'approved' });
  });

  it('of a pending tag moves its request, which keeps its place and its history', async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '1.0.0', { at: Date.now() - HOUR });
    await check(id);
    const [before] = await requests(id);
    app.hub.push(name, '1.0.0');

    await check(id);

    const after = await requests(id);
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({
      id: before?.id,
      status: 'pending',
      digest: app.hub.digest(name, '1.0.0'),
    });
    expect(after[0]?.metadata['digest_history']).toMatchObject([{ digest: before?.digest }]);
  });

  it('back to the approved digest settles the request about the other one', async () => {
    const { id, name } = await approvedTag();
    const approved = app.hub.digest(name, '1.0.0');
    app.hub.push(name, '1.0.0');
    await check(id);

    app.hub.push(name, '1.0.0', { digest: approved });
    await check(id);

    expect(await namesOf(id)).toEqual([]);
    expect(await namesOf(id, 'superseded')).toEqual(['1.0.0']);
  });

  it('of a rejected or merely seen tag opens nothing, nor does a digest that was asked about before', async () => {
    const { id, name } = await approvedTag();
    app.hub.push(name, '1.0.0', { digest: digestOf(`${name} bad`) });
    await check(id);
    const [asked] = await requests(id, 'pending');
    await reject(asked?.id ?? 0);
    app.hub.push(name, '1.0.0', { digest: digestOf(`${name} other`) });
    await check(id);
    await reject((await requests(id, 'pending'))[0]?.id ?? 0);

    app.hub.push(name, '1.0.0', { digest: digestOf(`${name} bad`) });
    await check(id);

    expect(await namesOf(id)).toEqual([]);
  });
});

describe('what a check costs', () => {
  it('is one request and two statements beside its claim when nothing changed', async () => {
    const { id, name } = await anImage();
    app.hub.seedTags(name, { tags: 100 });
    await check(id);
    app.hub.forgetRequests();

    const statements = await app.statementsOf(() => check(id));

    expect(app.hub.count()).toBe(1);
    const ofCheck = statements.filter((text) => !/WITH image AS MATERIALIZED|"checks" "Check"/.test(text));
    expect(ofCheck).toHaveLength(2);
  });

  it('is at most eight statements, and one for the payment of each further page, with 500 new tags', async () => {
    const { id, name } = await anImage({ request_policy: 'all', baseline: true });
    app.hub.seedTags(name, { tags: 10, newestAt: Date.now() - 20 * HOUR });
    await check(id);
    for (let i = 0; i < 500; i++) app.hub.push(name, `3.0.${i}`, { at: Date.now() - 2 * HOUR + i * 1_000 });
    app.hub.forgetRequests();

    const statements = await app.statementsOf(() => check(id));

    expect(await namesOf(id)).toHaveLength(500);
    expect(app.hub.count()).toBe(6);
    const ofCheck = statements.filter((text) => !/WITH image AS MATERIALIZED|"checks" "Check"/.test(text));
    expect(ofCheck.length).toBeLessThanOrEqual(8 + 5);
  });
});

describe('when Docker Hub does not answer as it should', () => {
  it('a 404 is a warning, and the schedule goes on', async () => {
    const { id, name } = await anImage();
    app.hub.removeRepository(name);

    expect(await check(id)).toMatchObject({ outcome: 'failed', error: 'not found on Docker Hub' });

    expect(await column(id, 'last_error')).toBe('not found on Docker Hub');
    expect(await column(id, 'last_checked_at')).toBeNull();
    expect(await column<Date>(id, 'next_check_at').then((at) => at.getTime() - Date.now())).toBeGreaterThan(
      50 * MINUTE,
    );
    expect(app.log.join('\n')).toContain(`Checking ${name} failed: not found on Docker Hub`);
  });

  it('a 429 pauses the whole budget for as long as told, and is no failure of the image', async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '1.0.0');
    app.hub.failNext({ status: 429, retryAfter: '120' });

    expect(await check(id)).toMatchObject({ outcome: 'postponed' });

    expect(await column(id, 'consecutive_failures')).toBe(0);
    const status = await app.api('GET', '/images/monitor/status');
    const pausedMs = Date.parse(status.body.budget.paused_until) - Date.now();
    expect(pausedMs).toBeGreaterThan(60_000);
    const queued = await app.api('POST', `/images/${id}/check`);
    expect(queued.status).toBe(202);
    expect(queued.body.check).toMatchObject({ outcome: 'queued' });
    expect(Date.parse(queued.body.check.starts_at)).toBeGreaterThan(Date.now() + 60_000);
    await app.dataSource.query(`UPDATE image_monitor.request_budgets SET paused_until = NULL, tokens = 1000`);
  });

  it.each([500, 'html', 'no_results', 'half_json'] as const)(
    'a %s is an error that is tried again soon, never "no tags"',
    async (fault) => {
      const { id, name } = await anImage();
      app.hub.push(name, '1.0.0');
      app.hub.failNext(fault);

      expect(await check(id)).toMatchObject({ outcome: 'failed' });
      expect(await column(id, 'consecutive_failures')).toBe(1);
      expect(await column(id, 'last_checked_at')).toBeNull();
      expect(await column<Date>(id, 'next_check_at').then((at) => at.getTime() - Date.now())).toBeLessThan(
        MINUTE,
      );

      expect(await check(id)).toMatchObject({ outcome: 'changed', requests_created: 1 });
      expect(await column(id, 'last_error')).toBeNull();
      expect(await column(id, 'consecutive_failures')).toBe(0);
    },
  );

  it('gives up trying soon after the fourth time and goes back to the interval', async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '1.0.0');
    app.hub.fail({ fault: 500 });
    for (let i = 0; i < 5; i++) await check(id);
    expect(await column<Date>(id, 'next_check_at').then((at) => at.getTime() - Date.now())).toBeGreaterThan(
      50 * MINUTE,
    );
  });

  it('reads again from the top when a push shifts the pages, and loses nothing', async () => {
    const { id, name } = await anImage({ baseline: true, request_policy: 'all' });
    app.hub.seedTags(name, { tags: 3, newestAt: Date.now() - 9 * HOUR });
    await check(id);
    for (let i = 0; i < 150; i++) app.hub.push(name, `2.0.${i}`, { at: Date.now() - HOUR + i * 1_000 });
    let hasPushed = false;
    const end = app.hub.onRequest((request) => {
      if (request.page !== 2 || hasPushed) return;
      hasPushed = true;
      app.hub.push(name, '3.0.0');
    });

    await check(id);
    end();

    expect((await namesOf(id)).sort()).toEqual(
      [...Array.from({ length: 150 }, (_, i) => `2.0.${i}`), '3.0.0'].sort(),
    );
  });
});

describe('the lease', () => {
  it('that was lost lets nothing be written', async () => {
    const { id, name } = await anImage();
    app.hub.push(name, '1.0.0');
    const end = app.hub.onRequest(async (request) => {
      if (request.repository !== name) return;
      await app.dataSource.query(`UPDATE images SET lease_token = gen_random_uuid() WHERE id = $1`, [id]);
    });

    const answer = app.api('POST', `/images/${id}/check`, undefined, { prefer: 'respond-async' });
    expect((await answer).status).toBe(202);
    await eventually('the result to be dropped', () =>
      Promise.resolve(app.log.some((line) => line.includes(`check of ${name} took longer than its lease`))),
    );
    end();
    await app.dataSource.query(
      `UPDATE images SET lease_token = NULL, lease_expires_at = NULL WHERE id = $1`,
      [id],
    );

    expect(await requests(id)).toEqual([]);
    expect(await check(id)).toMatchObject({ requests_created: 1 });
  });
});
