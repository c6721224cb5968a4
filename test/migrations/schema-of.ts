import pg from 'pg';
import { createDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { createEmptyDatabase } from '../support/database.js';

/** A database before our migrations, with whatever the test makes in it. */
export interface PlatformDatabase {
  url: string;
  query<T = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<T[]>;
  up(): Promise<string[]>;
  /** Takes every migration back. */
  down(): Promise<void>;
  /** Everything of the default schema that can be told apart, a line each. */
  schema(): Promise<string[]>;
  /** `object: what (rows)`. */
  report(): Promise<string[]>;
  close(): Promise<void>;
}

export async function platformDatabase(sql = '', timeZone?: string): Promise<PlatformDatabase> {
  const database = await createEmptyDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const connect = async () => {
    const opened = new pg.Client({ connectionString: database.url });
    await opened.connect();
    return opened;
  };
  let client = await connect();
  if (timeZone !== undefined) {
    await client.query(`ALTER DATABASE ${name} SET timezone = '${timeZone}'`);
    await client.end();
    client = await connect();
  }
  await client.query(sql);

  const query = async <T>(text: string, parameters: unknown[] = []) =>
    (await client.query(text, parameters)).rows as T[];
  const lines = async (text: string) => (await query<{ line: string }>(text)).map(({ line }) => line);
  return {
    url: database.url,
    query,
    up: () =>
      migrate(createDataSource({ url: database.url, entities: ENTITIES }), MIGRATIONS, () => undefined),
    down: async () => {
      const dataSource = createDataSource({ url: database.url, entities: [] });
      await dataSource.initialize();
      const runner = dataSource.createQueryRunner();
      try {
        for (const Migration of MIGRATIONS.toReversed()) {
          await runner.startTransaction();
          await new Migration().down(runner);
          await runner.query(`DELETE FROM image_monitor.migrations WHERE name = $1`, [new Migration().name]);
          await runner.commitTransaction();
        }
      } finally {
        await runner.release();
        await dataSource.destroy();
      }
    },
    schema: () =>
      lines(`
        SELECT line FROM (
          SELECT format('%s.%s %s null=%s default=%s', table_name, column_name,
                        format_type(a.atttypid, a.atttypmod), is_nullable, column_default) AS line
            FROM information_schema.columns c
            JOIN pg_attribute a ON a.attrelid = (quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass
                               AND a.attname = c.column_name
           WHERE table_schema = 'public'
          UNION ALL SELECT format('%s constraint %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
          UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE c.relnamespace = 'public'::regnamespace
          UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT tgisinternal
             AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)) all_of_it
        ORDER BY line COLLATE "C"`),
    report: () =>
      lines(
        `SELECT format('%s: %s (%s)', object, what, rows) AS line FROM image_monitor.adoption_report ORDER BY id`,
      ),
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}
