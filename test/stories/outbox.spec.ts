import { afterEach, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DecideRequests } from '../../src/approval-requests/decide-requests.js';
import { inTransaction } from '../../src/database/in-transaction.js';
import { DOMAIN_EVENT_NAMES, type DomainEvent, type NewDomainEvent } from '../../src/events/domain-events.js';
import { DomainEvents } from '../../src/events/domain-events.service.js';
import { RemoveOldChecks } from '../../src/monitor/remove-old-checks.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { eventually, startApp, type TestApp, type TestAppOptions } from '../support/app.js';

const apps: TestApp[] = [];

async function start(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startApp(options);
  apps.push(app);
  // Retries without their pauses: how long those are is pg-boss's own business.
  await app.dataSource
    .query(`UPDATE image_monitor_jobs.queue SET retry_limit = 3, retry_delay = 0, retry_backoff = false
                               WHERE name = 'domain-events'`);
  return app;
}

afterEach(async () => {
  for (const app of apps.splice(0).reverse()) await app.close();
});

function revoked(imageId: number): NewDomainEvent {
  return {
    name: 'tag.revoked',
    data: { image_id: imageId, image_name: 'redis', tag: '7.4', digest: null, revoked_by: 'ana' },
  };
}

async function publish(app: TestApp, events: NewDomainEvent[]): Promise<DomainEvent[]> {
  const service = app.app.get(DomainEvents);
  const stored = await inTransaction(app.dataSource, (tx) => service.publish(tx, events));
  service.announce(stored);
  return stored;
}

function listen(app: TestApp, name: string, handler: (event: DomainEvent) => unknown): void {
  app.app.get(EventEmitter2).on(name, handler as (...values: unknown[]) => void);
}

/** Waits, and lets the worker look in between: a retry without a pause is still found by a look only. */
async function eventuallyDelivered<T>(
  app: TestApp,
  what: string,
  look: () => Promise<T | null | undefined | false>,
): Promise<T> {
  return eventually(what, async () => {
    app.app.get(JobQueue).wake('domain-events');
    return look();
  });
}

async function openJobs(app: TestApp): Promise<number> {
  const rows = await app.dataSource.query<{ open: number }[]>(
    `SELECT count(*)::int AS open FROM image_monitor_jobs.job WHERE name = 'domain-events' AND state < 'completed'`,
  );
  return rows[0]?.open ?? 0;
}

describe('an event', () => {
  it('reaches every handler once when nothing fails, with the id it was published with', async () => {
    const app = await start();
    const [first, second]: string[][] = [[], []];
    listen(app, 'tag.revoked', (event) => first?.push(event.id));
    listen(app, 'tag.revoked', (event) => second?.push(event.id));

    const stored = await publish(app, [revoked(1), revoked(2)]);

    await eventually('the delivery', async () => (await openJobs(app)) === 0);
    const ids = stored.map(({ id }) => id).sort();
    expect(first?.sort()).toEqual(ids);
    expect(second?.sort()).toEqual(ids);
  });

  it('is delivered again, under the same id, until its handler has taken it', async () => {
    const app = await start();
    const seen: DomainEvent[] = [];
    listen(app, 'tag.revoked', (event) => {
      seen.push(event);
      if (seen.length <= 2) throw new Error('not yet');
    });

    const [stored] = await publish(app, [revoked(1)]);

    await eventuallyDelivered(
      app,
      'the third try',
      async () => seen.length === 3 && (await openJobs(app)) === 0,
    );
    expect(seen).toEqual([stored, stored, stored]);
  });

  it('is taken by the others although one handler fails', async () => {
    const app = await start();
    let tries = 0;
    const taken = new Set<string>();
    listen(app, 'tag.revoked', () => {
      tries += 1;
      throw new Error('never');
    });
    listen(app, 'tag.revoked', (event) => taken.add(event.id));

    const stored = await publish(app, [revoked(1), revoked(2)]);

    await eventuallyDelivered(app, 'both', () => Promise.resolve(taken.size === 2 && tries >= 2));
    expect([...taken].sort()).toEqual(stored.map(({ id }) => id).sort());
  });

  it('ends in the dead letters when its handler fails for ever, and is delivered when an admin sends it again', async () => {
    const app = await start();
    let isBroken = true;
    const taken: DomainEvent[] = [];
    listen(app, 'tag.revoked', (event) => {
      if (isBroken) throw new Error('the fleet does not answer');
      taken.push(event);
    });
    const [stored] = await publish(app, [revoked(1)]);

    const letter = await eventuallyDelivered(app, 'the dead letter', async () => {
      const answer = await app.api('GET', '/dead-letters');
      return answer.body.dead_letters[0];
    });
    expect(letter).toMatchObject({ queue: 'domain-events', job_id: stored?.id, tries: 4, data: stored });
    expect(letter.error).toContain('the fleet does not answer');
    isBroken = false;
    expect((await app.api('POST', `/dead-letters/${letter.id}/replay`)).status).toBe(200);

    await eventuallyDelivered(app, 'the delivery', () => Promise.resolve(taken.length > 0));
    expect(taken).toEqual([stored]);
    expect((await app.api('GET', '/dead-letters')).body).toEqual({
      dead_letters: [],
      total: 0,
      next_cursor: null,
    });
    expect((await app.api('POST', `/dead-letters/${letter.id}/replay`)).status).toBe(404);
    expect((await app.api('POST', '/dead-letters/1/replay')).status).toBe(400);
  });

  it('does not exist when its transaction is rolled back', async () => {
    const app = await start();
    const events = app.app.get(DomainEvents);

    const broken = inTransaction(app.dataSource, async (tx) => {
      await events.publish(tx, [revoked(1)]);
      throw new Error('changed my mind');
    });

    await expect(broken).rejects.toThrow('changed my mind');
    const rows = await app.dataSource.query<unknown[]>(
      `SELECT id FROM image_monitor_jobs.job WHERE name = 'domain-events'
       UNION ALL SELECT NULL FROM image_monitor.event_log`,
    );
    expect(rows).toEqual([]);
  });

  it('survives the process that published it: another replica delivers', async () => {
    const first = await start();
    const service = first.app.get(DomainEvents);
    const second = await startApp({ database: first.database, hub: first.hub });
    apps.push(second);
    const taken: string[] = [];
    // Before there is anything to take: an event that is delivered where nobody listens is done.
    listen(first, 'tag.revoked', (event) => taken.push(event.id));
    listen(second, 'tag.revoked', (event) => taken.push(event.id));
    // Committed, and never announced, as by a process that is gone.
    const stored = await inTransaction(first.dataSource, (tx) => service.publish(tx, [revoked(7)]));

    await eventuallyDelivered(second, 'the delivery', () => Promise.resolve(taken.length > 0));
    expect(taken).toEqual(stored.map(({ id }) => id));
  });

  it('of a thousand is stored in one round trip', async () => {
    const app = await start();
    const many = Array.from({ length: 1_000 }, (_, index) => revoked(index + 1));

    const statements = await app.statementsOf(() => publish(app, many));

    expect(statements.filter((text) => /domain-events/.test(text))).toHaveLength(1);
    const rows = await app.dataSource.query(`SELECT name, ids, total FROM image_monitor.event_log`);
    expect(rows).toEqual([{ name: 'tag.revoked', ids: [], total: 1_000 }]);
  });
});

describe('what happens', () => {
  it('is told of: a check that opens a request, its approval, its reopening', async () => {
    const app = await start();
    const told: DomainEvent[] = [];
    for (const name of DOMAIN_EVENT_NAMES) listen(app, name, (event) => told.push(event));
    app.hub.push('redis', '7.4.1');
    const imageId = await app.addImage('redis');

    await app.api('POST', `/images/${imageId}/check`);
    await app.api('POST', '/images/approval-requests/1/approve', { notes: 'fine' });
    await app.app.get(DecideRequests).run({ action: 'reopen', requests: [{ id: 1 }], actor: 'local' });
    await app.api('PUT', `/images/${imageId}`, { approval_status: 'rejected' });
    app.hub.removeRepository('redis');
    await app.api('PUT', `/images/${imageId}`, { approval_status: 'approved' });
    await app.api('POST', `/images/${imageId}/check`);

    await eventually('all deliveries', async () => (await openJobs(app)) === 0);
    const names = told.map(({ name }) => name).sort();
    expect(names).toEqual([
      'approval_request.decided',
      'approval_request.opened',
      'approval_request.reopened',
      'check.failed',
      'image.status_changed',
      'image.status_changed',
      'tag.approved',
      'tag.revoked',
    ]);
    const about = { image_id: imageId, image_name: 'redis', tag: '7.4.1' };
    expect(told.find(({ name }) => name === 'approval_request.decided')?.data).toMatchObject({
      ...about,
      approval_request_id: 1,
      decision: 'approved',
      decided_by: 'local',
      reason: 'fine',
    });
    expect(told.find(({ name }) => name === 'tag.revoked')?.data).toMatchObject({
      ...about,
      revoked_by: 'local',
    });
    expect(told.find(({ name }) => name === 'check.failed')?.data).toMatchObject({ error_kind: 'not_found' });
  });
});

describe('housekeeping', () => {
  it('deletes checks of more than 30 days, and is asked for by a schedule', async () => {
    const app = await start();
    const imageId = await app.addImage('redis');
    await app.dataSource.query(
      `INSERT INTO image_monitor.checks (image_id, reason, outcome, started_at, finished_at)
       SELECT $1, 'due', 'unchanged', at, at FROM unnest(ARRAY[now() - interval '31 days', now() - interval '29 days']) AS at`,
      [imageId],
    );

    expect(await app.app.get(RemoveOldChecks).run()).toBe(1);

    const history = await app.api('GET', `/images/${imageId}/checks`);
    expect(history.body.total).toBe(1);
    const schedules = await app.dataSource.query(`SELECT name, cron FROM image_monitor_jobs.schedule`);
    expect(schedules).toEqual([{ name: 'housekeeping', cron: '17 * * * *' }]);
  });
});
