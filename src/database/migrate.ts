import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm';
import { ServiceClient } from './data-source.js';

/** A class of `migrations/`. */
export type MigrationClass = new () => MigrationInterface;

/** The schema that holds everything but the user's three tables, our table of migrations included. */
const SCHEMA = 'image_monitor';

/** The one advisory lock of all who migrate, held by the session: any number, as long as nobody changes it. */
const MIGRATION_LOCK = 4_002_000_001;

/** How often a waiting replica looks whether the lock is free. */
const LOCK_POLL_MS = 200;

/**
 * What a DDL statement waits for running transactions. Ours end within seconds, a platform's may take longer; while it
 * waits everybody else queues up behind it, so this is not for ever.
 */
const LOCK_TIMEOUT_MS = 60_000;

/**
 * Brings the database to the newest of `migrations` and answers the names of those that ran, in their order. Each runs
 * in a transaction of its own.
 *
 * `target` is a data source, connected or not, ours or a platform's: the work is done on a
 * connection of its own, with no entities, under our own table `image_monitor.migrations`, and nothing of the target
 * is touched. Any number of replicas may call this at once: one works, the others wait and then find nothing to do.
 */
export async function migrate(
  target: DataSource,
  migrations: MigrationClass[],
  log: (line: string) => void,
): Promise<string[]> {
  return withMigrationConnection(target, migrations, async (dataSource) => {
    await takeLock(dataSource, log);
    // Not CREATE SCHEMA IF NOT EXISTS: that asks for the right to create even where there is nothing to create.
    const found = await dataSource.query<{ there: boolean }[]>(
      `SELECT to_regnamespace($1) IS NOT NULL AS there`,
      [SCHEMA],
    );
    if (found[0]?.there !== true) await dataSource.query(`CREATE SCHEMA ${SCHEMA}`);
    try {
      const ran = (await dataSource.runMigrations({ transaction: 'each' })).map(({ name }) => name);
      if (ran.length > 0) log(`Migrated the database: ${ran.join(', ')}`);
      return ran;
    } catch (error) {
      const [failed] = await namesOfPending(dataSource).catch(() => []);
      log(`The migration ${failed ?? '(unknown)'} failed and left nothing behind; those before it stay.`);
      throw error;
    }
  });
}

/** The names of the migrations that {@link migrate} would run. Changes nothing and waits for nobody. */
export async function pendingMigrations(target: DataSource, migrations: MigrationClass[]): Promise<string[]> {
  return withMigrationConnection(target, migrations, namesOfPending);
}

async function namesOfPending(dataSource: DataSource): Promise<string[]> {
  const table = await dataSource.query<{ there: boolean }[]>(`SELECT to_regclass($1) IS NOT NULL AS there`, [
    `${SCHEMA}.migrations`,
  ]);
  // Asking TypeORM would create the table, and fail where its schema is missing too.
  if (table[0]?.there !== true) {
    return dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  }
  return (await new MigrationExecutor(dataSource).getPendingMigrations()).map(({ name }) => name);
}

async function withMigrationConnection<T>(
  target: DataSource,
  migrations: MigrationClass[],
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const { options } = target;
  if (options.type !== 'postgres')
    throw new TypeError(`The database must be PostgreSQL, not ${options.type}.`);
  const extra = options.extra as { Client?: unknown } | undefined;
  const dataSource = new DataSource({
    ...options,
    applicationName: 'image-monitoring migrations',
    schema: SCHEMA,
    migrations,
    migrationsTableName: 'migrations',
    entities: [],
    subscribers: [],
    synchronize: false,
    dropSchema: false,
    migrationsRun: false,
    installExtensions: false,
    cache: false,
    // TypeORM's own lines go past our logger; what matters of them is told by `log`.
    logger: 'debug',
    // One connection, since the lock belongs to the session: what is done under it is done on it.
    poolSize: 1,
    extra: {
      ...extra,
      // Ours prepares what is asked often, and a plan that is kept does not outlive the next change of its table.
      Client: extra?.Client === ServiceClient ? undefined : extra?.Client,
      max: 1,
      idle_in_transaction_session_timeout: 0,
      lock_timeout: LOCK_TIMEOUT_MS,
      query_timeout: 0,
      statement_timeout: 0,
      // The pool must not close the one connection, and the lock with it, while a migration thinks.
      idleTimeoutMillis: 0,
      keepAlive: true,
    },
  });
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Asks again and again instead of waiting inside `pg_advisory_lock`: a waiting statement holds a snapshot, and a
 * `CREATE INDEX CONCURRENTLY` under the lock would wait for it for ever. Closing the connection frees the lock.
 */
async function takeLock(dataSource: DataSource, log: (line: string) => void): Promise<void> {
  let hasSaidSo = false;
  for (;;) {
    const answer = await dataSource.query<{ locked: boolean }[]>(
      `SELECT pg_try_advisory_lock($1) AS locked`,
      [MIGRATION_LOCK],
    );
    if (answer[0]?.locked === true) return;
    if (!hasSaidSo) log('Another replica is migrating the database; waiting for it.');
    hasSaidSo = true;
    await pause(LOCK_POLL_MS);
  }
}
