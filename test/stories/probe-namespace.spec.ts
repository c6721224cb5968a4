import { afterEach, describe, expect, it } from '@jest/globals';
import { ImageMonitorService } from '../../src/monitor/image-monitor.service.js';
import { eventually, startApp, type TestApp, type TestAppOptions } from '../support/app.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let app: TestApp;

async function start(options: TestAppOptions = {}): Promise<void> {
  app = await startApp({ ...options, settings: { monitorEnabled: true, ...options.settings } });
}

afterEach(async () => app.close());

async function addImages(names: readonly string[]): Promise<void> {
  await app.dataSource.query(
    `INSERT INTO images (image_name, namespace, approval_status, watch_for_updates, baseline)
     SELECT name, CASE WHEN name LIKE '%/%' THEN split_part(name, '/', 1) ELSE 'library' END, 'approved', true, true
       FROM unnest($1::text[]) AS name`,
    [names],
  );
}

/** Makes everything due, waits until nothing is, and answers what was asked of Docker Hub. */
async function cycle(): Promise<{ listings: number; tags: number; images: string[] }> {
  app.hub.forgetRequests();
  await app.dataSource.query(`UPDATE images SET next_check_at = now()`);
  await settled();
  const tags = app.hub.requests.filter((request) => request.kind === 'tags');
  return {
    listings: app.hub.count({ kind: 'listing' }),
    tags: tags.length,
    images: tags.map((request) => request.repository ?? '').sort(),
  };
}

async function settled(): Promise<void> {
  await eventually('nothing to be due', async () => {
    // A beat more than the clock's, so that nobody waits for the next second.
    await app.app.get(ImageMonitorService).beat();
    const { body } = await app.api('GET', '/images/monitor/status');
    return body.images_due === 0 && body.checks_in_flight === 0 && body.last_cycle?.finished_at !== null;
  });
}

async function pending(): Promise<string[]> {
  const list = await app.api('GET', '/images/approval-requests?status=pending&limit=500');
  return list.body.approval_requests.map(
    (r: { image_name: string; tag_name: string }) => `${r.image_name}:${r.tag_name}`,
  );
}

/** Two namespaces with images that have been at rest for an hour, all checked. */
async function atRest(): Promise<string[]> {
  const names = app.hub.seedRepositories({ repositories: 10, tags: 3, namespaces: ['library', 'grafana'] });
  await addImages(names);
  await eventually('the first cycle', () => Promise.resolve(app.hub.count({ kind: 'tags' }) === 10));
  await settled();
  return names;
}

describe('a namespace', () => {
  it('at rest costs one request, however many of its images are watched', async () => {
    await start();
    const names = await atRest();

    expect(await cycle()).toEqual({ listings: 2, tags: 0, images: [] });
    const rows = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int FROM images WHERE next_check_at > now() + interval '50 minutes'
          AND last_checked_at > now() - interval '1 minute'`,
    );
    expect(rows[0]?.count).toBe(names.length);
  });

  it('with one moved image costs one request more, and one in the next cycle', async () => {
    await start();
    const [name = ''] = await atRest();
    app.hub.push(name, '9.0.0');

    expect(await cycle()).toEqual({ listings: 2, tags: 1, images: [name] });
    expect(await pending()).toEqual([`${name}:9.0.0`]);
    // The stamp is younger than ten minutes, in which a tag may still become visible.
    expect(await cycle()).toEqual({ listings: 2, tags: 1, images: [name] });
  });

  it('of one watched image is not probed', async () => {
    await start();
    app.hub.seedTags('alone/image', { tags: 2 });
    await addImages(['alone/image']);
    await eventually('its check', () => Promise.resolve(app.hub.count({ kind: 'tags' }) === 1));
    await settled();
    expect(await cycle()).toEqual({ listings: 0, tags: 1, images: ['alone/image'] });
  });

  it('is not probed where probing is off', async () => {
    await start({ settings: { dockerHubProbe: false } });
    await atRest();
    expect(await cycle()).toMatchObject({ listings: 0, tags: 10 });
  });

  it('of 300 repositories, of which anonymous callers see 100, loses no push', async () => {
    await start();
    const names = app.hub.seedRepositories({ repositories: 300, tags: 1 });
    await addImages(names);
    await eventually('the first cycle', () => Promise.resolve(app.hub.count({ kind: 'tags' }) === 300));
    await settled();
    expect(await cycle()).toMatchObject({ tags: 0 });

    const deep = names.at(-1) ?? '';
    app.hub.push(deep, '9.0.0');
    expect(await cycle()).toMatchObject({ images: [deep] });
    expect(await pending()).toEqual([`${deep}:9.0.0`]);
  });

  it.each(['html', 'no_results', 'wrong_types', 404, 403] as const)(
    'whose listing is broken (%s) has its images checked one by one',
    async (fault) => {
      await start();
      const names = await atRest();
      app.hub.push(names[0] ?? '', '9.0.0');
      app.hub.fail({ match: { kind: 'listing' }, fault });
      // Retries of a broken listing wait up to a minute: what is to be seen is what comes after the last one.
      await app.dataSource.query(`UPDATE image_monitor.namespaces SET consecutive_failures = 4`);

      expect(await cycle()).toMatchObject({ tags: 10 });
      expect(await pending()).toEqual([`${names[0]}:9.0.0`]);
    },
  );

  it('with two repositories of the same stamp loses neither', async () => {
    await start();
    const [, , one = '', , two = ''] = await atRest();
    const at = Date.now() - 20 * MINUTE;
    app.hub.push(one, '9.0.0', { at });
    app.hub.push(two, '9.0.0', { at });

    expect(await cycle()).toMatchObject({ images: [one, two].sort() });
    expect((await pending()).sort()).toEqual([`${one}:9.0.0`, `${two}:9.0.0`].sort());
  });

  it('checks an image itself once a day, whatever its stamp', async () => {
    await start();
    const [name = ''] = await atRest();
    await app.dataSource.query(
      `UPDATE images SET last_full_check_at = now() - interval '25 hours' WHERE image_name = $1`,
      [name],
    );
    expect(await cycle()).toMatchObject({ images: [name] });
  });

  it('tells nothing of an image that was switched on since the last probe', async () => {
    await start();
    const names = await atRest();
    const name = names[0] ?? '';
    await app.dataSource.query(`UPDATE images SET watch_for_updates = false WHERE image_name = $1`, [name]);
    app.hub.push(name, '9.0.0', { at: Date.now() - 30 * MINUTE });
    await cycle();
    await app.dataSource.query(`UPDATE images SET watch_for_updates = true WHERE image_name = $1`, [name]);

    expect(await cycle()).toMatchObject({ images: [name] });
    expect(await pending()).toEqual([`${name}:9.0.0`]);
  });
});

describe('when Docker Hub is down', () => {
  it('ten failures in a row stop all checks for half a minute', async () => {
    await start({ settings: { dockerHubProbe: false, monitorConcurrency: 4 } });
    const names = app.hub.seedRepositories({ repositories: 30, tags: 1 });
    app.hub.fail({ fault: 503 });
    await addImages(names);

    await eventually('the circuit to open', async () => {
      const { body } = await app.api('GET', '/images/monitor/status');
      return body.budget.breaker === 'open';
    });
    const asked = app.hub.count();
    expect(asked).toBeLessThan(20);

    app.hub.heal();
    await app.dataSource.query(`UPDATE image_monitor.request_budgets SET paused_until = NULL`);
    await app.dataSource.query(`UPDATE images SET next_check_at = now()`);
    await settled();
    const status = await app.api('GET', '/images/monitor/status');
    expect(status.body.budget.breaker).toBe('closed');
  });

  it('five images that turn 404 within a minute are a block, and asked for once more after a pause', async () => {
    await start({ settings: { dockerHubProbe: false, monitorConcurrency: 1 } });
    const names = app.hub.seedRepositories({ repositories: 6, tags: 1 });
    await addImages(names);
    await eventually('the first cycle', () => Promise.resolve(app.hub.count() === 6));
    await settled();
    app.hub.fail({ fault: 404 });
    await app.dataSource.query(`UPDATE images SET next_check_at = now()`);

    await eventually('the pause', async () => {
      const { body } = await app.api('GET', '/images/monitor/status');
      return body.budget.paused_until !== null;
    });
    const rows = await app.dataSource.query<{ last_error: string; count: number }[]>(
      `SELECT last_error, count(*)::int FROM images WHERE last_error IS NOT NULL GROUP BY 1`,
    );
    expect(rows).toEqual([{ last_error: expect.stringContaining('taken for a block'), count: 5 }]);
  });
});

describe('the back-fill', () => {
  it('reads the old tags on budget that nobody wants, up to where Docker Hub refuses', async () => {
    await start();
    app.hub.seedTags('short/image', { tags: 250, newestAt: Date.now() - 2 * HOUR });
    app.hub.seedTags('long/image', { tags: 1_200, newestAt: Date.now() - 2 * HOUR });
    await addImages(['short/image', 'long/image']);

    await eventually('both to be read', async () => {
      await app.app.get(ImageMonitorService).beat();
      const rows = await app.dataSource.query<{ states: string }[]>(
        `SELECT string_agg(inventory_state, ',' ORDER BY image_name) AS states FROM images`,
      );
      return rows[0]?.states === 'truncated,complete';
    });
    const rows = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int FROM image_monitor.observed_tags GROUP BY image_id ORDER BY 1`,
    );
    expect(rows.map((row) => row.count)).toEqual([250, 1_000]);
    expect(await pending()).toEqual([]);
  });
});
