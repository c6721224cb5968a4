import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { createDataSource } from '../../src/database/data-source.js';
import { inTransaction } from '../../src/database/in-transaction.js';
import { migrate, pendingMigrations } from '../../src/database/migrate.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';

class MakeToys1700000000000 implements MigrationInterface {
  name = 'MakeToys1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE toys (name text)');
    // Long enough that the others find the lock taken.
    await pause(300);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE toys');
  }
}

class BreakToys1700000001000 implements MigrationInterface {
  name = 'BreakToys1700000001000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE toys ADD broken boolean');
    await runner.query('SELECT nothing_of_this_name');
  }
  async down(): Promise<void> {
    // Never came up.
  }
}

class AskOften1700000002000 implements MigrationInterface {
  name = 'AskOften1700000002000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE blocks (name text)');
    for (let turn = 0; turn < 10; turn++) {
      await runner.query('SELECT * FROM blocks WHERE name = $1', [`${turn}`]);
      await runner.query(`ALTER TABLE blocks ADD of_${turn} text`);
    }
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE blocks');
  }
}

const quietly = () => undefined;

describe('migrate', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const source = () => createDataSource({ url: database.url, entities: [] });

  beforeAll(async () => {
    database = await createEmptyDatabase();
    dataSource = source();
  });
  afterAll(() => database.drop());

  it('is pending on an empty database, and looking changes nothing', async () => {
    expect(await pendingMigrations(dataSource, [MakeToys1700000000000])).toEqual(['MakeToys1700000000000']);
    expect(await pendingMigrations(dataSource, [MakeToys1700000000000])).toEqual(['MakeToys1700000000000']);
  });

  it('may ask the same of a table again and again while it changes', async () => {
    const other = await createEmptyDatabase();
    try {
      const empty = createDataSource({ url: other.url, entities: [] });
      expect(await migrate(empty, [AskOften1700000002000], quietly)).toEqual(['AskOften1700000002000']);
    } finally {
      await other.drop();
    }
  });

  it('runs once when three replicas start together', async () => {
    const lines: string[] = [];
    const ran = await Promise.all(
      [source(), source(), source()].map((replica) =>
        migrate(replica, [MakeToys1700000000000], (line) => lines.push(line)),
      ),
    );
    expect(ran.flat()).toEqual(['MakeToys1700000000000']);
    expect(lines).toContain('Migrated the database: MakeToys1700000000000');
    expect(lines).toContain('Another replica is migrating the database; waiting for it.');
  });

  it('keeps its own record, apart from the tables of a platform', async () => {
    await dataSource.initialize();
    const found = await dataSource.query<{ name: string }[]>('SELECT name FROM image_monitor.migrations');
    expect(found).toEqual([{ name: 'MakeToys1700000000000' }]);
    const others = await dataSource.query<unknown[]>("SELECT to_regclass('public.migrations') AS other");
    expect(others).toEqual([{ other: null }]);
    expect(await pendingMigrations(dataSource, [MakeToys1700000000000])).toEqual([]);
    await dataSource.destroy();
  });

  it('names the migration that fails, and leaves nothing of it', async () => {
    const lines: string[] = [];
    const both = [MakeToys1700000000000, BreakToys1700000001000];
    await expect(migrate(source(), both, (line) => lines.push(line))).rejects.toThrow('nothing_of_this_name');
    expect(lines.join()).toContain('The migration BreakToys1700000001000 failed');
    expect(await pendingMigrations(source(), both)).toEqual(['BreakToys1700000001000']);
    // The lock went with the connection.
    expect(await migrate(source(), [MakeToys1700000000000], quietly)).toEqual([]);
  });
});

describe('a connection', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource({ url: database.url, entities: [], poolSize: 2 }).initialize();
    await dataSource.query('CREATE TABLE toys (name text PRIMARY KEY)');
  });
  afterEach(() => dataSource.query('DELETE FROM toys'));
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const toys = async () =>
    (await dataSource.query<{ name: string }[]>('SELECT name FROM toys ORDER BY name')).map(
      ({ name }) => name,
    );

  it.each([
    ['TimeZone', 'UTC'],
    ['lock_timeout', '2s'],
    ['idle_in_transaction_session_timeout', '5s'],
    ['default_transaction_isolation', 'read committed'],
  ])('has %s %s', async (name, value) => {
    expect(await dataSource.query(`SELECT current_setting($1) AS value`, [name])).toEqual([{ value }]);
  });

  it('commits what a transaction did, and answers what it answered', async () => {
    const answer = await inTransaction(dataSource, async (tx) => {
      await tx.query("INSERT INTO toys VALUES ('ball')");
      return 'done';
    });
    expect([answer, await toys()]).toEqual(['done', ['ball']]);
  });

  it('rolls back on any error, which rises as it is', async () => {
    const error = new Error('no more toys');
    const failing = inTransaction(dataSource, async (tx) => {
      await tx.query("INSERT INTO toys VALUES ('ball')");
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await toys()).toEqual([]);
  });

  it('is not given back when it was cut inside a transaction', async () => {
    for (let round = 0; round < 3; round += 1) {
      const failing = inTransaction(dataSource, async (tx) => {
        await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
      });
      await expect(failing).rejects.toThrow(/terminat/);
    }
    expect(await toys()).toEqual([]);
  });

  it('is closed when its query took too long, so that nobody waits behind it', async () => {
    const impatient = createDataSource({ url: database.url, entities: [], poolSize: 1 });
    Object.assign(impatient.options.extra as object, { query_timeout: 200 });
    await impatient.initialize();
    await expect(impatient.query('SELECT pg_sleep(20)')).rejects.toThrow('Query read timeout');
    expect(await impatient.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(inTransaction(impatient, (tx) => tx.query('SELECT pg_sleep(20)'))).rejects.toThrow(
      'Query read timeout',
    );
    expect(await impatient.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await impatient.destroy();
  });

  it('knows by name what it is asked often, and is closed when a change of the table has spoilt the plan', async () => {
    const single = createDataSource({ url: database.url, entities: [], poolSize: 1 });
    await single.initialize();
    const ask = () => single.query<unknown[]>('SELECT * FROM toys WHERE name <> $1 LIMIT 1', ['nobody']);
    for (let i = 0; i < 10; i++) await ask();
    const prepared = () =>
      single.query<unknown[]>(
        `SELECT 1 FROM pg_prepared_statements WHERE statement LIKE '%FROM toys WHERE%'`,
      );
    expect(await prepared()).toHaveLength(1);
    // Without values, too, as long as the text is one statement; `prepared()` itself was asked once.
    for (let i = 0; i < 10; i++) await single.query('SELECT 1 FROM toys WHERE true LIMIT 1');
    for (let i = 0; i < 10; i++) await single.query('SELECT 2 FROM toys WHERE true; SELECT 3');
    expect(await prepared()).toHaveLength(2);
    // As the queue asks: with a callback instead of a promise.
    const { master } = single.driver as unknown as { master: pg.Pool };
    const { rows } = await master.query('SELECT * FROM toys WHERE name <> $1 LIMIT 1', ['nobody']);
    expect(rows).toEqual([]);

    await single.query('ALTER TABLE toys ADD COLUMN colour text');
    try {
      await expect(ask()).rejects.toThrow('cached plan must not change result type');
      for (let i = 0; i < 10; i++) expect(await ask()).toEqual([]);
    } finally {
      await single.query('ALTER TABLE toys DROP COLUMN colour');
      await single.destroy();
    }
  });
});
