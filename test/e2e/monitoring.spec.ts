import { request, type ClientRequest } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AnswersUnderWay } from '../../src/http/answers-under-way.js';
import { ImageMonitorService } from '../../src/monitor/image-monitor.service.js';
import { eventually, startApp, type TestApp, type TestAppOptions } from '../support/app.js';

const apps: TestApp[] = [];

async function start(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startApp(options);
  apps.push(app);
  return app;
}

afterEach(async () => {
  for (const app of apps.splice(0).reverse()) await app.close();
});

async function dueNow(app: TestApp): Promise<void> {
  await app.dataSource.query(`UPDATE images SET next_check_at = now()`);
}

async function allChecked(app: TestApp): Promise<void> {
  await eventually('all images to be checked', async () => {
    const status = await app.api('GET', '/images/monitor/status');
    return status.body.images_due === 0 && status.body.checks_in_flight === 0;
  });
}

/** A caller whose body does not come, so that he waits for his answer. */
function waitingCaller(app: TestApp): ClientRequest {
  const sent = request(`${app.url}/api/v1/images/approval-requests/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '100' },
  });
  sent.on('error', () => undefined);
  sent.write('{');
  return sent;
}

describe('the monitor', () => {
  it('lets a check wait while a crowd waits for answers, but not for long', async () => {
    const app = await start({ settings: { monitorEnabled: false } });
    await app.addImage('redis');
    app.hub.seedTags('redis', { tags: 3 });
    const answers = app.app.get(AnswersUnderWay);
    const monitor = app.app.get(ImageMonitorService);
    const crowd = Array.from({ length: 5 }, () => waitingCaller(app));
    await eventually('the crowd', () => Promise.resolve(answers.waiting === 5));

    const startedAt = performance.now();
    monitor.start();
    await eventually('the check', () => Promise.resolve(app.hub.requests.length > 0));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(240);
    expect(answers.waiting).toBe(5);

    for (const caller of crowd) caller.destroy();
    await eventually('nobody to wait', () => Promise.resolve(answers.waiting === 0));
    await allChecked(app);
  });

  it("begins a cycle at its start and tells of it in the user's words", async () => {
    const first = await start();
    await first.addImage('redis', { request_policy: 'all', baseline: true });
    first.hub.seedTags('redis', { tags: 3 });
    await first.api('POST', '/images/1/check');
    for (const tag of ['7.5-alpine', '7.5', 'latest']) first.hub.push('redis', tag);
    await dueNow(first);

    const app = await start({ hub: first.hub, database: first.database, settings: { monitorEnabled: true } });
    await eventually('the end of the cycle', () =>
      Promise.resolve(app.log.includes('[ImageMonitor] Check complete')),
    );

    const lines = app.log.filter((line) => line.startsWith('[ImageMonitor]'));
    expect(lines).toEqual([
      '[ImageMonitor] Starting monitor (check interval: 60 minutes)',
      '[ImageMonitor] Checking for new image tags...',
      '[ImageMonitor] Monitoring 1 images',
      `[ImageMonitor] Checking redis at ${app.hub.url}/v2/repositories/library/redis/tags/`,
      '[ImageMonitor] Found 6 tags for redis',
      '[ImageMonitor] Found 3 new tags for redis',
      expect.stringMatching(
        /^\[ImageMonitor\] ✅ Created approval request for redis:(7\.5-alpine|7\.5|latest)$/,
      ),
      expect.stringMatching(
        /^\[ImageMonitor\] ✅ Created approval request for redis:(7\.5-alpine|7\.5|latest)$/,
      ),
      expect.stringMatching(
        /^\[ImageMonitor\] ✅ Created approval request for redis:(7\.5-alpine|7\.5|latest)$/,
      ),
      '[ImageMonitor] Check complete',
    ]);
  });

  it('takes up at the next beat what the user changes by SQL', async () => {
    const app = await start({ settings: { monitorEnabled: true } });
    app.hub.push('nginx', '1.0.0');
    app.hub.push('redis', '1.0.0');
    await app.addImage('nginx', { watch_for_updates: false });
    await app.addImage('redis', { approval_status: 'pending' });
    await app.addImage('postgres', { next_check_at: new Date(Date.now() + 3_600_000) });
    expect(app.hub.count()).toBe(0);

    await app.dataSource.query(
      `UPDATE images SET approval_status = 'approved', watch_for_updates = true, next_check_at = now()
        WHERE image_name IN ('redis', 'nginx')`,
    );
    const asked = await eventually('both requests', async () => {
      const list = await app.api('GET', '/images/approval-requests?status=pending');
      return list.body.total === 2 && (list.body.approval_requests as { image_name: string }[]);
    });

    expect(asked.map((request) => request.image_name).sort()).toEqual(['nginx', 'redis']);
    expect(app.hub.count({ repository: 'postgres' })).toBe(0);
  });

  it('answers its status as the user has it', async () => {
    const app = await start({ settings: { monitorEnabled: true, checkIntervalMinutes: 30 } });
    expect((await app.api('GET', '/images/monitor/status')).body).toMatchObject({
      running: true,
      checkIntervalMinutes: 30,
      nextCheckIn: null,
      images_watched: 0,
    });
    app.hub.push('redis', '1.0.0');
    await app.addImage('redis');
    await allChecked(app);
    await eventually('the check', () => Promise.resolve(app.hub.count() === 1));
    await allChecked(app);
    const { body } = await app.api('GET', '/images/monitor/status');
    expect(body.nextCheckIn).toBeGreaterThan(29 * 60_000);
    expect(body.nextCheckIn).toBeLessThanOrEqual(33 * 60_000 + 1_000);
    expect(body.budget).toMatchObject({ paused_until: null, waiting: 0 });
  });

  it('checks everything when asked, once', async () => {
    const app = await start();
    for (const name of ['a', 'b', 'c']) {
      app.hub.push(name, '1.0.0');
      await app.addImage(name, { next_check_at: new Date(Date.now() + 3_600_000) });
    }
    await app.addImage('unwatched', { watch_for_updates: false });

    const first = await app.api('POST', '/images/monitor/trigger');
    const second = await app.api('POST', '/images/monitor/trigger');

    expect(first.status).toBe(200);
    expect(first.body).toEqual({ message: 'Manual check triggered successfully', images_checked: 3 });
    expect(second.body.images_checked).toBe(0);
  });

  it('checks an approved image that is not watched, but no other', async () => {
    const app = await start();
    app.hub.push('redis', '1.0.0');
    const unwatched = await app.addImage('redis', { watch_for_updates: false });
    const pending = await app.addImage('nginx', { approval_status: 'pending', watch_for_updates: false });

    const answer = await app.api('POST', `/images/${unwatched}/check`);
    expect(answer.body).toMatchObject({
      message: 'Image check triggered successfully',
      image_name: 'redis',
      check: { outcome: 'changed', tags_seen: 1, new_tags: 1, requests_created: 1 },
    });
    expect((await app.api('POST', `/images/${pending}/check`)).status).toBe(409);
    expect((await app.api('POST', '/images/4711/check')).status).toBe(404);
  });

  it('does not make the caller wait who prefers not to, and tells where the outcome will stand', async () => {
    const app = await start({ hubOptions: { latencyMs: 100 } });
    app.hub.push('redis', '1.0.0');
    const id = await app.addImage('redis');

    const answer = await app.api('POST', `/images/${id}/check`, undefined, { prefer: 'respond-async' });

    expect(answer.status).toBe(202);
    const location = new URL(answer.headers.get('location') ?? '', `${app.url}/api/v1/images/${id}/check`);
    expect(location.pathname).toBe(`/api/v1/images/${id}/checks/${answer.body.check.id}`);
    expect((await app.api('GET', `/images/${id}/checks/abc`)).status).toBe(400);
    expect((await app.api('GET', `/images/${id}/checks/0`)).status).toBe(400);
    expect((await app.api('GET', `/images/${id}/checks/${'9'.repeat(30)}`)).status).toBe(404);
    await eventually('the outcome', async () => {
      const check = await app.api('GET', `/images/${id}/checks/${answer.body.check.id}`);
      return check.body.check.outcome === 'changed';
    });
    const history = await app.api('GET', `/images/${id}/checks`);
    expect(history.body).toMatchObject({
      total: 1,
      checks: [{ reason: 'manual', outcome: 'changed', pages_read: 1 }],
    });
  });

  it('waits with the caller for budget that comes soon', async () => {
    const app = await start({ settings: { monitorEnabled: true, dockerHubRequestsPerMinute: 60 } });
    app.hub.push('redis', '1.0.0');
    const id = await app.addImage('redis', { next_check_at: new Date(Date.now() + 3_600_000) });
    await app.dataSource.query(
      `UPDATE image_monitor.request_budgets SET tokens = 0, refilled_at = clock_timestamp()`,
    );

    const answer = await app.api('POST', `/images/${id}/check`);

    expect(answer.status).toBe(200);
    expect(answer.body.check).toMatchObject({ outcome: 'changed', requests_created: 1 });
  });

  it('asks for each of 200 due images once, with two replicas on one database', async () => {
    const one = await start();
    const images = one.hub.seedRepositories({ repositories: 200, tags: 3 });
    await one.dataSource.query(
      `INSERT INTO images (image_name, approval_status, watch_for_updates)
       SELECT unnest($1::text[]), 'approved', true`,
      [images],
    );
    const shared = { hub: one.hub, database: one.database, settings: { monitorEnabled: true } };
    const replicas = await Promise.all([start(shared), start(shared)]);
    await allChecked(replicas[0] ?? one);

    expect(one.hub.count({ kind: 'tags' })).toBe(200);
    const asked = one.hub.requests.filter((request) => request.kind === 'tags');
    expect(new Set(asked.map((request) => request.repository)).size).toBe(200);
    const rows = await one.dataSource.query<{ requests: number; images: number }[]>(
      `SELECT count(*)::int AS requests, count(DISTINCT image_id)::int AS images FROM image_approval_requests`,
    );
    expect(rows[0]).toEqual({ requests: 200, images: 200 });
  });

  it('stays within its budget, and works off what waits', async () => {
    const app = await start({ settings: { monitorEnabled: true, dockerHubRequestsPerMinute: 60 } });
    const images = app.hub.seedRepositories({ repositories: 12, tags: 1 });
    await app.dataSource.query(
      `INSERT INTO images (image_name, approval_status, watch_for_updates) SELECT unnest($1::text[]), 'approved', true`,
      [images],
    );
    await eventually('the bucket to be empty', () => Promise.resolve(app.hub.count() >= 4));
    const spent = await app.dataSource.query<{ spent: string }[]>(
      `SELECT spent FROM image_monitor.request_budgets`,
    );
    expect(app.hub.count()).toBeLessThanOrEqual(Number(spent[0]?.spent));

    await eventually('all twelve', () => Promise.resolve(app.hub.count() === 12));
    const [first, last] = [app.hub.requests[0], app.hub.requests.at(-1)];
    // 5 from the full bucket less the one that is kept for further pages, the rest at 0.9 a second.
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(7_000);
  });
});
