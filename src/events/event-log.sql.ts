import type { DataSource } from 'typeorm';
import type { StatementBeside } from '../queue/job-queue.js';

/** Above this many ids a reader is told their number only, and reads its list anew. */
export const MAX_IDS = 100;

/** How long a numbered row can be read again. Readers are promised 5 minutes; the rest is for slow clocks. */
const KEPT_MINUTES = 10;

/** Rows of one round of numbering, and of one page of reading. */
export const LOG_PAGE = 1_000;

/** One: any number that nobody else takes, held for the one statement that numbers. */
const NUMBERING_LOCK = 4_002_000_002;

/** What of one kind a transaction changed. */
export interface LoggedChange {
  readonly name: string;
  /** Without repetitions; empty where there are more than {@link MAX_IDS}. */
  readonly ids: readonly number[];
  /** How many there are. */
  readonly total: number;
}

/** A change whose transaction is committed, with its place in the order of commits. */
export interface LogRow extends LoggedChange {
  readonly eventId: number;
  readonly ageMs: number;
}

/**
 * The statement that logs the changes of a transaction, to travel beside its jobs. A new row each, no event id yet.
 * `$2` is all it needs.
 */
export function logChanges(changes: readonly LoggedChange[]): StatementBeside {
  return {
    sql: `INSERT INTO image_monitor.event_log (name, ids, total)
          SELECT "name", "ids", "total"
            FROM jsonb_to_recordset($2::jsonb) AS change ("name" text, "ids" integer[], "total" integer)`,
    parameters: [JSON.stringify(changes)],
  };
}

/**
 * Gives event ids to rows whose transactions are committed, and answers how many; null: somebody else is doing it now,
 * so ask again. At most {@link LOG_PAGE} at once, by `event_log_unnumbered_idx`.
 *
 * The ids say the order in which readers may see rows: only one statement at a time numbers (an advisory lock that ends
 * with its transaction, after its rows can be seen), so whoever reads row n finds every row below n, too. A bigserial
 * alone would not do, since a transaction may commit long after a later number has been read.
 */
export async function numberCommitted(db: DataSource): Promise<number | null> {
  const rows = await db.query<{ is_mine: boolean; numbered: number }[]>(
    `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($1) AS is_mine),
     waiting AS MATERIALIZED (
       SELECT entry FROM image_monitor.event_log
        WHERE event_id IS NULL AND (SELECT is_mine FROM turn) ORDER BY entry LIMIT ${LOG_PAGE}),
     given AS MATERIALIZED (SELECT entry, nextval('image_monitor.event_ids') AS event_id FROM waiting),
     numbered AS (
       UPDATE image_monitor.event_log l SET event_id = given.event_id, numbered_at = clock_timestamp()
         FROM given WHERE l.entry = given.entry AND l.event_id IS NULL RETURNING 1)
     SELECT is_mine, (SELECT count(*)::int FROM numbered) AS numbered FROM turn`,
    [NUMBERING_LOCK],
  );
  const row = rows[0];
  return row?.is_mine ? row.numbered : null;
}

/** Numbered rows after an event id, in order; one page. A statement of its own, after the numbering is committed. */
export async function readLog(db: DataSource, after: number): Promise<LogRow[]> {
  const rows = await db.query<
    { event_id: string; name: string; ids: number[]; total: number; age_ms: number }[]
  >(
    `SELECT event_id, name, ids, total,
            (extract(epoch FROM clock_timestamp() - numbered_at) * 1000)::float8 AS age_ms
       FROM image_monitor.event_log WHERE event_id > $1 ORDER BY event_id LIMIT ${LOG_PAGE}`,
    [after],
  );
  return rows.map(({ event_id, name, ids, total, age_ms }) => ({
    eventId: Number(event_id),
    name,
    ids,
    total,
    ageMs: age_ms,
  }));
}

/**
 * The event id after which a reader who starts now loads the log: so that its newest `rows` rows are there. 0: all.
 */
export async function startOfLog(db: DataSource, rows: number): Promise<number> {
  const found = await db.query<{ event_id: string }[]>(
    `SELECT event_id FROM image_monitor.event_log WHERE event_id IS NOT NULL
      ORDER BY event_id DESC OFFSET $1 LIMIT 1`,
    [rows],
  );
  return Number(found[0]?.event_id ?? 0);
}

/**
 * Deletes rows that nobody is promised any more, always from the front; the newest row stays, since it tells a reader
 * who comes back that he missed nothing.
 */
export async function pruneLog(db: DataSource): Promise<void> {
  await db.query(
    `DELETE FROM image_monitor.event_log
      WHERE event_id < (SELECT max(event_id) FROM image_monitor.event_log)
        AND numbered_at < clock_timestamp() - interval '${KEPT_MINUTES} minutes'`,
  );
}
