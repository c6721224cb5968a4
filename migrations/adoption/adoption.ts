import type { QueryRunner } from 'typeorm';

/**
 * One adoption of a platform's tables: what it does to them is written down twice, for a person to read
 * (`image_monitor.adoption_report`) and for `down` to take back (`image_monitor.adopted_objects`).
 */
export class Adoption {
  /** Of the database; asked for once, by the first column that needs it. */
  timeZone: Promise<string> | null = null;

  private constructor(
    readonly run: QueryRunner,
    /** The default schema, quoted: the first of the search path that exists. */
    readonly schema: string,
  ) {}

  static async begin(run: QueryRunner): Promise<Adoption> {
    const [place] = (await run.query(
      `SELECT quote_ident(current_schema()) AS schema, to_regnamespace('image_monitor') IS NOT NULL AS has_ours`,
    )) as { schema: string | null; has_ours: boolean }[];
    if (!place?.schema) throw new Error('The search path of this role names no schema that exists.');
    // Not CREATE SCHEMA IF NOT EXISTS: that asks for the right to create even where there is nothing to create.
    if (!place.has_ours) await run.query(`CREATE SCHEMA image_monitor`);
    await run.query(`
      CREATE TABLE image_monitor.adoption_report (
        id     serial PRIMARY KEY,
        at     timestamptz NOT NULL DEFAULT now(),
        object text NOT NULL,
        what   text NOT NULL,
        rows   integer NOT NULL DEFAULT 0
      )`);
    await run.query(`
      CREATE TABLE image_monitor.adopted_objects (
        id     serial PRIMARY KEY,
        object text NOT NULL,
        undo   text NOT NULL
      )`);
    // Rows that were folded into another one, whole.
    await run.query(`
      CREATE TABLE image_monitor.folded_rows (
        id         serial PRIMARY KEY,
        table_name text NOT NULL,
        kept_id    integer NOT NULL,
        content    jsonb NOT NULL
      )`);
    return new Adoption(run, place.schema);
  }

  /** Takes back, in the opposite order, what `up` added; and then the records of it. */
  static async undo(run: QueryRunner): Promise<void> {
    const made = (await run.query(`SELECT undo FROM image_monitor.adopted_objects ORDER BY id DESC`)) as {
      undo: string;
    }[];
    await run.query(`SET CONSTRAINTS ALL IMMEDIATE`);
    for (const { undo } of made) await run.query(undo);
    await run.query(
      `DROP TABLE image_monitor.folded_rows, image_monitor.adopted_objects, image_monitor.adoption_report`,
    );
  }

  /** The table's name with its schema. */
  nameOf(table: string): string {
    return `${this.schema}.${table}`;
  }

  async rows<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return (await this.run.query(sql, parameters)) as T[];
  }

  /** A change of the schema. `undo` is the SQL that takes it back; null: it stays. */
  async change(object: string, sql: string, undo: string | null): Promise<void> {
    try {
      await this.run.query(sql);
    } catch (error) {
      throw new Error(`${object} cannot be adopted: ${messageOf(error)} (in: ${sql.trim()})`, {
        cause: error,
      });
    }
    if (undo !== null) {
      await this.run.query(`INSERT INTO image_monitor.adopted_objects (object, undo) VALUES ($1, $2)`, [
        object,
        undo,
      ]);
    }
  }

  /** A change of rows, reported when there were any. Answers how many. */
  async mend(object: string, what: string, sql: string, parameters: unknown[] = []): Promise<number> {
    try {
      const { affected } = await this.run.query(sql, parameters, true);
      if (affected) await this.report(object, what, affected);
      return affected ?? 0;
    } catch (error) {
      throw new Error(`${object} cannot be adopted: ${what}: ${messageOf(error)}`, { cause: error });
    }
  }

  async report(object: string, what: string, rows = 0): Promise<void> {
    await this.run.query(
      `INSERT INTO image_monitor.adoption_report (object, what, rows) VALUES ($1, $2, $3)`,
      [object, what, rows],
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
