import { afterEach, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../src/database/data-source.js';
import * as budget from '../../src/docker-hub/budget.sql.js';
import { ENTITIES } from '../../src/entities.js';
import { claimDue } from '../../src/monitor/claim.sql.js';
import { ImageMonitorService } from '../../src/monitor/image-monitor.service.js';
import { eventually, startApp, type TestApp } from '../support/app.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { generateLargeData } from '../support/large-data.js';
import { generator } from '../support/random.js';
import { mostIn, spendFor } from '../support/simulated-budget.js';

const open: TestApp[] = [];
let database: TestDatabase | null = null;
let hub: DockerHubStandIn | null = null;

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
  await hub?.close();
  await database?.drop();
  [hub, database] = [null, null];
});

/** So many applications on one database, with one stand-in. */
async function replicas(
  count: number,
  settings: Record<string, unknown>,
  images: number,
): Promise<{ apps: TestApp[]; hub: DockerHubStandIn }> {
  hub = await startDockerHub({ rateLimit: { anonymous: 1e6, authenticated: 1e6, enforce: false } });
  database = await createTestDatabase();
  const namespaces = Array.from({ length: images }, (_, i) => `ns${i}`);
  const names = hub.seedRepositories({ repositories: images, tags: 1, namespaces });
  const apps: TestApp[] = [];
  for (let i = 0; i < count; i++) {
    const app = await startApp({ hub, database, settings: { monitorEnabled: false, ...settings } });
    apps.push(app);
    open.push(app);
  }
  await apps[0]?.dataSource.query(
    `INSERT INTO images (image_name, namespace, approval_status, watch_for_updates, baseline, next_check_at)
     SELECT name, split_part(name, '/', 1), 'approved', true, true, now() - interval '1 hour' + nr * interval '1 second'
       FROM unnest($1::text[]) WITH ORDINALITY AS t (name, nr)`,
    [names],
  );
  return { apps, hub };
}

async function lasting(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

describe('the budget of four replicas', () => {
  it('is never overrun, in windows of any length, and no image is checked twice', async () => {
    const ceiling = 1_200;
    const { apps, hub } = await replicas(4, { dockerHubRequestsPerMinute: ceiling }, 600);
    for (const app of apps) app.app.get(ImageMonitorService).start();
    await lasting(10);

    const times = hub.requests.map((request) => request.at).sort((a, b) => a - b);
    expect(times.length).toBeGreaterThan(ceiling / 12);
    // The bucket holds a twelfth and fills at 0.9 of the ceiling, and a paid request may leave a second late; with 60 s
    // that is the ceiling itself: 100 + 18 × 61 = 1,198.
    for (const seconds of [1, 2, 3, 5, 8]) {
      expect(mostIn(times, seconds * 1_000)).toBeLessThanOrEqual(
        ceiling / 12 + 0.015 * ceiling * (seconds + 1),
      );
    }
    const perImage = new Map<string | null, number>();
    for (const { repository } of hub.requests) perImage.set(repository, (perImage.get(repository) ?? 0) + 1);
    expect([...perImage.values()].filter((count) => count > 1)).toEqual([]);
  });

  it.each([1, 10, 180])(
    'holds at %i a minute for six simulated minutes of greedy replicas, in every window of a minute',
    async (perMinute) => {
      database = await createTestDatabase();
      const { url } = database;
      await generateLargeData(url, { images: 1_000, observedTags: 0, requests: 0 });
      const sources = await Promise.all(
        [1, 2, 3, 4].map(() => createDataSource({ url, entities: ENTITIES }).initialize()),
      );
      try {
        const times = await spendFor(
          sources,
          { ...budget, claimDue },
          { perMinute, minutes: 6, random: generator(perMinute) },
        );
        expect(mostIn(times, 60_000)).toBeLessThanOrEqual(perMinute);
        // Nothing is given away either: what a pause and a server's word leave is mostly spent.
        expect(times.length).toBeGreaterThan(perMinute * 6 * 0.6);
      } finally {
        await Promise.all(sources.map((source) => source.destroy()));
      }
    },
  );

  it('that is smaller than the images ask for starves none of them: overdue first', async () => {
    const { apps, hub } = await replicas(2, { dockerHubRequestsPerMinute: 1_200 }, 80);
    const [app] = apps;
    for (const one of apps) one.app.get(ImageMonitorService).start();
    for (let i = 0; i < 80; i++) {
      // Every image wants to be checked again at once, for ever.
      await app?.dataSource.query(`UPDATE images SET next_check_at = now() WHERE next_check_at > now()`);
      await lasting(0.1);
    }
    const perImage = new Map<string | null, number>();
    for (const { repository } of hub.requests) perImage.set(repository, (perImage.get(repository) ?? 0) + 1);
    expect(perImage.size).toBe(80);
    const counts = [...perImage.values()];
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    const { body } = await (app as TestApp).api('GET', '/images/monitor/status');
    expect(body.budget.limit).toBe(1_200);
    expect(body.budget.waiting).toBeGreaterThan(0);
  });
});

describe('a 429', () => {
  const MINUTE = 60_000;
  const forms: [string, (now: number) => string | undefined, number][] = [
    ['in seconds', () => '30', 30],
    ['as unix seconds', (now) => String(Math.round(now / 1_000) + 30), 30],
    ['as unix milliseconds', (now) => String(now + 30_000), 30],
    ['as an HTTP date', (now) => new Date(now + 30_000).toUTCString(), 30],
    ['not at all', () => undefined, 60],
    ['in a year', () => String(365 * 86_400), 900],
  ];
  it.each(
    [-10, 0, 10].flatMap((skew) =>
      forms.map(([name, form, seconds]) => [skew, name, form, seconds] as const),
    ),
  )(
    'of a Docker Hub whose clock is %i minutes off, with its Retry-After %s, pauses all replicas that long',
    async (skew, _name, form, seconds) => {
      const now = (): number => Date.now() + skew * MINUTE;
      const app = await startApp({ hubOptions: { now } });
      open.push(app);
      app.hub.push('redis', '1.0.0');
      const id = await app.addImage('redis');
      app.hub.failNext({ status: 429, retryAfter: form(now()) });
      await app.api('POST', `/images/${id}/check`);

      const rows = await app.dataSource.query<{ seconds: number; failures: number }[]>(
        `SELECT round(extract(epoch FROM b.paused_until - b.refilled_at), 2)::float8 AS seconds, i.consecutive_failures AS failures
           FROM image_monitor.request_budgets b, images i`,
      );
      // A date has no fractions of a second, and the answer took its time. The service reads the clock once for
      // each of the two columns, microseconds apart: hence hundredths.
      expect(rows[0]?.seconds).toBeGreaterThan(seconds - 2);
      expect(rows[0]?.seconds).toBeLessThanOrEqual(seconds + 1);
      expect(rows[0]?.failures).toBe(0);

      const asked = app.hub.count();
      const other = await app.addImage('nginx');
      const answer = await app.api('POST', `/images/${other}/check`);
      expect(answer.status).toBe(202);
      expect(answer.body.check.outcome).toBe('queued');
      expect(Date.parse(answer.body.check.starts_at)).toBeGreaterThan(Date.now());
      expect(app.hub.count()).toBe(asked);
    },
  );

  it('is over when its time is: what waited is checked', async () => {
    const app = await startApp({ settings: { monitorEnabled: true } });
    open.push(app);
    app.hub.failNext({ status: 429, retryAfter: '1' });
    app.hub.push('redis', '1.0.0');
    await app.addImage('redis');
    await eventually('the request', async () => {
      const list = await app.api('GET', '/images/approval-requests?status=pending');
      return list.body.total === 1;
    });
    expect(app.hub.count()).toBe(2);
  });
});
