import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ImageMonitorService } from '../../src/monitor/image-monitor.service.js';
import { KeepReplica } from '../../src/monitor/keep-replica.js';
import { startApp, type TestApp } from '../support/app.js';
import { reviewOf, type Asked } from '../support/review.js';

let app: TestApp;
let one: Asked;

beforeAll(async () => {
  app = await startApp({ settings: { requestPolicy: 'all' } });
  one = await reviewOf(app).asked(['7.4.1', '7.5.0-rc1', '8.0.0']);
  const missing = await app.addImage('missing', { next_check_at: '2020-01-01T00:00:00Z' });
  await app.api('POST', `/images/${missing}/check`);
  await app.addImage('unwatched', { watch_for_updates: false });
});
afterAll(async () => app.close());

describe('the monitor at a glance', () => {
  it('says which replicas run the monitor, since when, and when they were heard of', async () => {
    const replicas = async (): Promise<Record<string, unknown>[]> =>
      (await app.api('GET', '/images/monitor/status')).body.replicas;
    const monitor = app.app.get(ImageMonitorService);
    const replica = app.app.get(KeepReplica);
    expect(await replicas()).toEqual([]);
    monitor.start();
    await replica.look();
    const { startedAt } = monitor;
    const [own] = await replicas();
    expect(own).toMatchObject({ name: `${hostname()}:${process.pid}`, is_this: true });
    // Counted by two clocks that are not read at once.
    expect(Math.abs(Date.parse(String(own?.['started_at'])) - (startedAt?.getTime() ?? 0))).toBeLessThan(
      5_000,
    );

    await app.dataSource.query(
      `INSERT INTO image_monitor.replicas (id, name, started_at, beat_at) VALUES
         (gen_random_uuid(), 'other', now() - interval '1 hour', now() - interval '1 minute'),
         (gen_random_uuid(), 'silent', now() - interval '1 hour', now() - interval '1 hour')`,
    );
    expect((await replicas()).map((one) => [one['name'], one['is_this']])).toEqual([
      ['other', false],
      [own?.['name'], true],
    ]);

    const sent = jest.spyOn(app.dataSource, 'query');
    await replica.look();
    expect(sent.mock.calls.filter(([text]) => /replicas/.test(String(text)))).toEqual([]);
    sent.mockRestore();

    monitor.stop();
    await replica.look();
    expect((await replicas()).map((one) => one['name'])).toEqual(['other']);
    // It says so when the process ends, too.
    monitor.start();
    await replica.look();
    expect(await replicas()).toHaveLength(2);
    await replica.beforeApplicationShutdown();
    monitor.stop();
    expect((await replicas()).map((one) => one['name'])).toEqual(['other']);
  });

  it('says which checks come next', async () => {
    const { body } = await app.api('GET', '/images/monitor/upcoming?limit=5');
    expect(body.upcoming.map((check: { image_name: string }) => check.image_name).sort()).toEqual([
      'missing',
      one.name,
    ]);
    expect((await app.api('GET', '/images/monitor/upcoming?limit=0')).status).toBe(400);
  });

  it('lists the checks of all images by outcome and time, page by page', async () => {
    const failed = await app.api('GET', '/images/checks?outcome=failed');
    expect(failed.body.checks).toMatchObject([
      { image_name: 'missing', outcome: 'failed', error_kind: 'not_found' },
    ]);
    const first = await app.api('GET', '/images/checks?limit=1&since=2020-01-01T00:00:00Z');
    const second = await app.api('GET', `/images/checks?limit=1&cursor=${first.body.next_cursor}`);
    expect([...first.body.checks, ...second.body.checks]).toMatchObject([
      { image_name: 'missing' },
      { image_name: one.name },
    ]);
    expect(second.body.next_cursor).toBeNull();
    expect((await app.api('GET', '/images/checks?since=2999-01-01T00:00:00Z')).body.checks).toEqual([]);
    expect((await app.api('GET', '/images/checks?outcome=fine')).status).toBe(400);
  });

  it('tries a filter on the last tags, and says why one would not open a request', async () => {
    const answer = await app.api('POST', `/images/${one.imageId}/filter-preview`, {
      tag_include: ['^7'],
      tag_exclude: ['-rc'],
      platforms: ['linux/amd64'],
    });
    expect(answer.body).toMatchObject({
      would_open: 1,
      tags: [
        { tag: '8.0.0', would_open: false, reason: 'not_included' },
        { tag: '7.5.0-rc1', would_open: false, reason: 'excluded' },
        { tag: '7.4.1', would_open: true, reason: null },
      ],
    });
    const missing = await app.api('POST', `/images/${one.imageId}/filter-preview`, {
      platforms: ['linux/s390x'],
    });
    expect(missing.body.tags[0]).toMatchObject({
      reason: 'missing_platform',
      platforms_missing: ['linux/s390x'],
    });
    const bad = await app.api('POST', `/images/${one.imageId}/filter-preview`, { tag_include: ['('] });
    expect([bad.status, bad.body.errors[0].field]).toEqual([400, 'tag_include[0]']);
    expect((await app.api('POST', '/images/999999/filter-preview', {})).status).toBe(404);
  });
});
