import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keepBudgetMinute } from '../../src/monitor/stats.sql.js';
import { startApp, type TestApp } from '../support/app.js';
import { reviewOf, type Asked, type Review } from '../support/review.js';

let app: TestApp;
let review: Review;
let one: Asked;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all' } });
  review = reviewOf(app);
  one = await review.asked({
    '7.4.1-alpine': 'a',
    '7.4.2-alpine': 'b',
    '8.0.0-alpine': 'c',
    alpine: 'c',
    '8.0.0': 'd',
  });
  await review.act(one.ids['7.4.1-alpine'], 'approve');
  await review.act(one.ids['8.0.0'], 'reject');
});
afterAll(async () => app.close());

type Tag = Record<string, unknown> & { tag: string };

async function tagsOf(query: string): Promise<string[]> {
  const { body } = await app.api('GET', `/images/${one.imageId}/observed-tags?${query}`);
  const tags = (body.observed_tags as Tag[]).map((row) => row.tag);
  expect(body.total).toBe(tags.length);
  return tags.sort();
}

describe('the observed tags', () => {
  it('say where each stands, in which line, and what else has its content', async () => {
    const { body } = await app.api('GET', `/images/${one.imageId}/observed-tags`);
    const byTag = Object.fromEntries((body.observed_tags as Tag[]).map((row) => [row.tag, row]));
    expect(byTag).toMatchObject({
      '7.4.1-alpine': { state: 'approved', line: '7-alpine', variant: '-alpine', same_as: [] },
      '8.0.0-alpine': { state: 'pending', line: '7-alpine', same_as: ['alpine'] },
      alpine: { line: 'alpine', variant: '', same_as: ['8.0.0-alpine'] },
      '8.0.0': { state: 'rejected', line: '8', variant: '', request_id: one.ids['8.0.0'] },
    });
  });

  it.each([
    ['line=7-alpine', ['7.4.1-alpine', '7.4.2-alpine', '8.0.0-alpine']],
    ['variant=', ['8.0.0', 'alpine']],
    ['variant=-alpine&state=pending', ['7.4.2-alpine', '8.0.0-alpine']],
    ['state=approved&state=rejected', ['7.4.1-alpine', '8.0.0']],
    ['same_as=alpine', ['8.0.0-alpine', 'alpine']],
    ['line=nothing', []],
  ])('are narrowed by %s', async (query, tags) => {
    expect(await tagsOf(query)).toEqual(tags);
  });

  it('are narrowed to the tag of a request, and page by page', async () => {
    expect(await tagsOf(`request_id=${one.ids['8.0.0']}`)).toEqual(['8.0.0']);
    const path = `/images/${one.imageId}/observed-tags?state=pending&limit=1`;
    const first = await app.api('GET', path);
    const second = await app.api('GET', `${path}&cursor=${first.body.next_cursor}`);
    const rest = await app.api(
      'GET',
      `${path.replace('limit=1', 'limit=5')}&cursor=${second.body.next_cursor}`,
    );
    expect(
      [first, second, rest].flatMap(({ body }) => (body.observed_tags as Tag[]).map((row) => row.tag)),
    ).toEqual(['alpine', '8.0.0-alpine', '7.4.2-alpine']);
    expect((await app.api('GET', `/images/${one.imageId}/observed-tags?state=lost`)).status).toBe(400);
  });

  it('tell their sizes over time, of a line, a variant or a platform', async () => {
    const history = async (query: string): Promise<Tag[]> =>
      (await app.api('GET', `/images/${one.imageId}/size-history?${query}`)).body.size_history as Tag[];
    const line = await history('line=7-alpine&limit=2');
    expect(line.map((row) => row.tag)).toEqual(['8.0.0-alpine', '7.4.2-alpine']);
    expect(line[0]).toEqual({
      tag: '8.0.0-alpine',
      digest: expect.stringMatching(/^sha256:/),
      pushed_at: expect.any(String),
      size_bytes: expect.any(Number),
      state: 'pending',
    });
    const ofPlatform = await history('variant=-alpine&platform=linux/amd64');
    expect(ofPlatform).toHaveLength(3);
    expect(typeof ofPlatform[0]?.['size_bytes']).toBe('number');
    expect(await history('platform=linux/s390x')).toEqual([]);
    expect((await app.api('GET', '/images/4711/size-history')).status).toBe(404);
    expect((await app.api('GET', `/images/${one.imageId}/size-history?platform=x`)).status).toBe(400);
  });
});

describe('the statistics', () => {
  it('count what was opened and decided on each day', async () => {
    await review.repush(one, '7.4.2-alpine');
    await review.repush(one, '7.4.1-alpine');
    const { body } = await app.api('GET', `/stats/tags?days=3&image_id=${one.imageId}`);
    expect(body.days).toHaveLength(3);
    expect(body.days[0]).toMatchObject({ opened: 0, approved: 0, rejected: 0, repushed: 0 });
    expect(body.days[2]).toEqual({
      day: new Date().toISOString().slice(0, 10),
      opened: 6,
      approved: 1,
      rejected: 1,
      repushed: 2,
    });
    expect((await app.api('GET', '/stats/tags')).body.days).toHaveLength(30);
    expect((await app.api('GET', '/stats/tags?days=0')).status).toBe(400);
  });

  it("keep the budget's minutes, each once, and tell what was used", async () => {
    const key = { registry: 'docker.io', credential: 'anonymous' };
    // The application's own timer may have kept some.
    await app.dataSource.query(`DELETE FROM image_monitor.budget_minutes`);
    await keepBudgetMinute(app.dataSource, key);
    await keepBudgetMinute(app.dataSource, key);
    await app.dataSource.query(
      `INSERT INTO image_monitor.budget_minutes
       SELECT registry, credential, minute - interval '1 minute', spent - 7, ceiling, 3, true
         FROM image_monitor.budget_minutes ORDER BY minute DESC LIMIT 1
       ON CONFLICT (registry, credential, minute) DO UPDATE
         SET spent = excluded.spent, waiting = excluded.waiting, is_paused = excluded.is_paused`,
    );
    await app.dataSource.query(
      `INSERT INTO image_monitor.budget_minutes
       SELECT registry, credential, minute - interval '2 days', 0, ceiling, 0, false
         FROM image_monitor.budget_minutes ORDER BY minute DESC LIMIT 1`,
    );
    const { body } = await app.api('GET', '/stats/budget?minutes=10');
    expect(body.minutes.slice(0, 2)).toMatchObject([
      { used: null, waiting: 3, paused: true },
      { used: 7, limit: 100_000, waiting: 0, paused: false },
    ]);
    await keepBudgetMinute(app.dataSource, key);
    const old = await app.dataSource.query(
      `SELECT FROM image_monitor.budget_minutes WHERE minute < now() - interval '1 day'`,
    );
    expect(old).toEqual([]);
  });
});

describe('reading again', () => {
  it('costs no body where nothing changed', async () => {
    for (const path of [
      '/images',
      '/images/categories',
      `/images/${one.imageId}`,
      `/images/${one.imageId}/checks`,
      `/images/${one.imageId}/observed-tags`,
      `/images/${one.imageId}/size-history`,
      '/stats/tags',
    ]) {
      const first = await app.api('GET', path);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\//);
      const again = await app.api('GET', path, undefined, { 'if-none-match': etag });
      expect([path, again.status, again.text]).toEqual([path, 304, '']);
    }
  });
});

describe('the status', () => {
  it('says since when the monitor runs, which images fail and why', async () => {
    const missing = await app.addImage('gone-away');
    await app.api('POST', `/images/${missing}/check`);
    const { body } = await app.api('GET', '/images/monitor/status');
    expect(body).toMatchObject({ started_at: null, failing_images: 1, errors_by_cause: { not_found: 1 } });
  });
});
