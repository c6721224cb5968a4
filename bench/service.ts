import pg from 'pg';
import { forkReplica, type Replica } from '../test/support/replica.js';
import type { Bench } from './report.js';
import type { StandIn } from './stand-in.js';

/** The service in a process of its own, on a database of its own. */
export interface Service {
  replica: Replica;
  db: pg.Client;
  /** Makes everything due and waits until all of it was looked at; answers the CPU seconds that took. */
  cycle(): Promise<number>;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startService(
  bench: Bench,
  hub: StandIn,
  o: {
    images: readonly string[];
    settings?: Record<string, unknown>;
    database?: string;
  },
): Promise<Service> {
  const database = await bench.workshop.createDatabase(o.database ?? 'bench');
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  await db.query(
    `INSERT INTO images (image_name, namespace, approval_status, watch_for_updates, baseline)
     SELECT name, CASE WHEN name LIKE '%/%' THEN split_part(name, '/', 1) ELSE 'library' END, 'approved', true, true
       FROM unnest($1::text[]) AS name`,
    [o.images],
  );
  await db.query('ANALYZE');
  const replica = await forkReplica(bench.workshop.compiled);
  await replica.start({
    databaseUrl: database.url,
    dockerHubUrl: hub.url,
    dockerHubRequestsPerMinute: 100_000,
    logLevel: 'warn',
    ...o.settings,
  });
  if (replica.url === '') throw new Error(replica.output());

  const settled = async (): Promise<void> => {
    const until = Date.now() + 600_000;
    for (;;) {
      const { rows } = await db.query<{ open: boolean }>(
        `SELECT EXISTS (SELECT FROM images WHERE watch_for_updates AND (next_check_at <= now() OR lease_token IS NOT NULL
            OR last_checked_at IS NULL)) AS open`,
      );
      if (rows[0]?.open === false) return;
      if (Date.now() > until) throw new Error(`The cycle does not end:\n${replica.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const cpuSeconds = async (): Promise<number> => {
    const { cpu } = await replica.measure();
    return (cpu.user + cpu.system) / 1e6;
  };
  return {
    replica,
    db,
    settled,
    cycle: async () => {
      const before = await cpuSeconds();
      await db.query(`UPDATE images SET next_check_at = now()`);
      replica.beat();
      await settled();
      return (await cpuSeconds()) - before;
    },
    close: async () => {
      await replica.stop();
      await db.end();
      await database.drop();
    },
  };
}
