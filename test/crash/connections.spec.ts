import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import pg from 'pg';
import { createDataSource } from '../../src/database/data-source.js';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { inTransaction } from '../../src/database/in-transaction.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/entities.js';
import type { DomainEvent } from '../../src/events/domain-events.js';
import { DomainEvents } from '../../src/events/domain-events.service.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { eventually, startApp, type ApiAnswer, type TestApp } from '../support/app.js';
import { startCuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { compiled } from '../support/processes.js';
import { forkReplica } from '../support/replica.js';
import { startDockerHub } from '../support/docker-hub/docker-hub.js';
import { RETURN_MS, timeServerReturn } from './server-return.js';

const HOUR = 3_600_000;
/** A machine that runs other tests beside this one; `npm run chaos` holds the figure itself. */
const SLACK = 2.5;
/** More than any of the two ways sends; the last cuts never come. */
const STATEMENTS = Array.from({ length: 14 }, (_, i) => i + 1);

describe('the connection to the database cut', () => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  let app: TestApp;
  let db: pg.Client;
  let next = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await startCuttableProxy(database.url);
    app = await startApp({
      database: { url: proxy.url, drop: () => Promise.resolve() },
      settings: { requestPolicy: 'all' },
    });
    db = new pg.Client({ connectionString: database.url });
    db.on('error', () => undefined);
    await db.connect();
  });
  afterAll(async () => {
    await app.close();
    await db.end();
    await proxy.close();
    await database.drop();
  });

  async function anImage(): Promise<{ id: number; name: string }> {
    const name = `image-${next++}`;
    app.hub.push(name, 'old', { at: Date.now() - 5 * HOUR });
    const id = await app.addImage(name, { baseline: true });
    await until200(() => app.api('POST', `/images/${id}/check`));
    for (const tag of ['1.0.0', '1.1.0', '1.2.0']) app.hub.push(name, tag);
    return { id, name };
  }

  /** As a client does: again, until it is let through. The lease of a check that was cut off runs out meanwhile. */
  async function until200(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    for (let tries = 0; tries < 50; tries++) {
      await db.query(`UPDATE images SET lease_expires_at = now() WHERE lease_token IS NOT NULL`);
      const answer = await ask().catch(() => null);
      if (answer?.status === 200 || answer?.status === 409) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('It does not come back');
  }

  const requestsOf = async (id: number): Promise<{ id: number; tag_name: string; status: string }[]> =>
    (
      await db.query<{ id: number; tag_name: string; status: string }>(
        `SELECT id, tag_name, status FROM image_approval_requests WHERE image_id = $1 ORDER BY id`,
        [id],
      )
    ).rows;

  it.each(STATEMENTS.flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const]))(
    'at statement %i of a check, %s the server has it, loses and doubles nothing',
    async (n, when) => {
      const { id } = await anImage();
      proxy.cutAt(n, when);
      await app.api('POST', `/images/${id}/check`).catch(() => null);
      // Fewer statements than these there are none.
      if (n <= 5) expect(proxy.hasCut()).toBe(true);
      proxy.cutAt(0, 'before');
      // A failed try puts the next one off; a person asks again at once.
      await until200(() => app.api('POST', `/images/${id}/check`));
      await until200(() => app.api('POST', `/images/${id}/check`));

      expect((await requestsOf(id)).map((request) => request.tag_name).sort()).toEqual([
        '1.0.0',
        '1.1.0',
        '1.2.0',
      ]);
    },
  );

  it.each(STATEMENTS.flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const]))(
    'at statement %i of a decision, %s the server has it, leaves it whole or undone',
    async (n, when) => {
      const { id } = await anImage();
      await until200(() => app.api('POST', `/images/${id}/check`));
      const [request] = await requestsOf(id);
      const path = `/images/approval-requests/${request?.id}/approve`;
      proxy.cutAt(n, when);
      const answer = await app.api('POST', path, {}).catch(() => null);
      if (n <= 5) expect(proxy.hasCut()).toBe(true);
      proxy.cutAt(0, 'before');

      const { rows } = await db.query<{ status: string; audited: number; approved: number }>(
        `SELECT r.status,
                (SELECT count(*)::int FROM image_monitor.audit_log a WHERE a.subject_type = 'approval_request'
                    AND a.subject_id = r.id AND a.action = 'approval_request.approved') AS audited,
                (SELECT count(*)::int FROM image_tags t WHERE t.image_id = r.image_id AND t.tag = r.tag_name) AS approved
           FROM image_approval_requests r WHERE r.id = $1`,
        [request?.id],
      );
      const isDone = rows[0]?.status === 'approved';
      expect(rows[0]).toMatchObject({ audited: Number(isDone), approved: Number(isDone) });
      if (answer?.status === 200) expect(isDone).toBe(true);
      // Whoever asks again decides it, or is told that it is decided.
      expect((await until200(() => app.api('POST', path, {}))).status).toBe(isDone ? 409 : 200);
    },
  );

  it.each([1, 2, 3, 4].flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const]))(
    'at statement %i of a delivery, %s the server has it, loses no event and gives it no other id',
    async (n, when) => {
      const taken: string[] = [];
      const emitter = app.app.get(EventEmitter2);
      emitter
        .removeAllListeners('tag.revoked')
        .on('tag.revoked', (event: DomainEvent) => taken.push(event.id));
      const events = app.app.get(DomainEvents);
      const data = { image_id: 1, image_name: 'redis', tag: '7.4', digest: null, revoked_by: 'ana' };
      const stored = await inTransaction(app.dataSource, (tx) =>
        events.publish(tx, [
          { name: 'tag.revoked', data },
          { name: 'tag.revoked', data },
        ]),
      );
      proxy.cutAt(n, when);
      events.announce(stored);
      const ids = stored.map(({ id }) => id).sort();
      const open = async (): Promise<number> =>
        (
          await db.query<{ open: number }>(
            `SELECT count(*)::int AS open FROM image_monitor_jobs.job WHERE name = 'domain-events' AND state < 'completed'`,
          )
        ).rows[0]?.open ?? 0;
      await eventually('the cut, or the end', async () => proxy.hasCut() || (await open()) === 0);
      proxy.cutAt(0, 'before');

      // The minute passes that a job may take whose worker is not heard of, and every wait before a try.
      const { boss } = app.app.get<JobQueue, { boss: { supervise(queue: string): Promise<void> } }>(JobQueue);
      await eventually('the delivery', async () => {
        await db.query(
          `UPDATE image_monitor_jobs.job SET start_after = now(), started_on = started_on - interval '2 minutes'
            WHERE name = 'domain-events' AND state < 'completed'`,
        );
        await db.query(`UPDATE image_monitor_jobs.queue SET monitor_on = NULL, monitor_claim_on = NULL`);
        await boss.supervise('domain-events').catch(() => undefined);
        app.app.get(JobQueue).wake('domain-events');
        return (await open()) === 0;
      });

      expect([...new Set(taken)].sort()).toEqual(ids);
      const { rows } = await db.query<{ state: string }>(
        `SELECT DISTINCT state::text FROM image_monitor_jobs.job WHERE data ->> 'id' = ANY ($1)`,
        [ids],
      );
      expect(rows).toEqual([{ state: 'completed' }]);
    },
  );
});

describe('the database server restarted', () => {
  it('the service serves and checks again within seconds of its return, and has lost nothing', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'image-monitoring-restart-'));
    let server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    const proxy = await startCuttableProxy(server.url);
    const home = server.home;
    try {
      await migrate(createDataSource({ url: proxy.url, entities: [] }), MIGRATIONS, () => undefined);
      const app = await startApp({
        database: { url: proxy.url, drop: () => Promise.resolve() },
        settings: { monitorEnabled: true, requestPolicy: 'all' },
      });
      app.hub.push('redis', '1.0.0', { at: Date.now() - HOUR });
      const id = await app.addImage('redis');
      while ((await app.api('GET', `/images/${id}/checks`)).body.total === 0) await pause(50);
      app.hub.push('redis', '2.0.0');

      const found = await timeServerReturn({
        hub: app.hub,
        imageId: id,
        query: (sql) => app.dataSource.query(sql),
        api: async (path) => {
          const { status, body } = await app.api('GET', path);
          return { status, total: body.total };
        },
        takeAway: async () => {
          await server.stop();
          proxy.cutAll();
        },
        bringBack: async () => {
          server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
          proxy.leadTo(server.url);
        },
      });

      expect(new Set(found.awayStatuses)).toEqual(new Set([503]));
      expect(found.readMs).toBeLessThan(RETURN_MS * SLACK);
      expect(found.checkedMs).toBeLessThan(RETURN_MS * SLACK);
      const list = await app.api('GET', '/images/approval-requests');
      const asked = list.body.approval_requests as { tag_name: string }[];
      expect(asked.map((request) => request.tag_name).sort()).toEqual(['1.0.0', '2.0.0']);
      await app.close();
    } finally {
      await proxy.close();
      await server.stop();
      for (const folder of [dataDir, home]) await rm(folder, { recursive: true, force: true });
    }
  }, 90_000);
});

describe('a replica stopped beyond its lease', () => {
  it('writes nothing when it goes on, and holds nobody up', async () => {
    const database = await createTestDatabase();
    const hub = await startDockerHub({ rateLimit: { anonymous: 1e6, authenticated: 1e6, enforce: false } });
    const db = new pg.Client({ connectionString: database.url });
    await db.connect();
    const settings = {
      databaseUrl: database.url,
      dockerHubUrl: hub.url,
      dockerHubRequestsPerMinute: 100_000,
    };
    const [stopped, other] = await Promise.all([forkReplica(compiled('')), forkReplica(compiled(''))]);
    try {
      hub.push('redis', '1.0.0');
      await db.query(
        `INSERT INTO images (image_name, approval_status, watch_for_updates) VALUES ('redis', 'approved', true)`,
      );
      // The first one is stopped while it waits for Docker Hub.
      let isFirst = true;
      let letGo = (): void => undefined;
      const isAsked = new Promise<void>((resolve) => {
        hub.onRequest(async () => {
          if (!isFirst) return;
          isFirst = false;
          resolve();
          await new Promise<void>((done) => {
            letGo = done;
          });
        });
      });
      await stopped.start(settings);
      await isAsked;
      stopped.child.kill('SIGSTOP');
      await db.query(`UPDATE images SET lease_expires_at = now()`);
      letGo();
      await other.start(settings);
      const checks = async (): Promise<number> =>
        (await db.query<{ count: number }>(`SELECT count(*)::int FROM image_monitor.checks`)).rows[0]
          ?.count ?? 0;
      while ((await checks()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));

      stopped.child.kill('SIGCONT');
      while (!stopped.output().includes('took longer than its lease')) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await checks()).toBe(1);
      const { rows } = await db.query<{ count: number }>(`SELECT count(*)::int FROM image_approval_requests`);
      expect(rows[0]?.count).toBe(1);
    } finally {
      await Promise.all([stopped.kill(), other.kill()]);
      await db.end();
      await hub.close();
      await database.drop();
    }
  }, 60_000);
});
