import type { DataSource, EntityManager } from 'typeorm';
import { DEAD_LETTERS } from './queues.js';

/** A job that failed for the last time. Times are ISO 8601 with microseconds, UTC. */
export interface DeadLetterRow {
  id: string;
  queue: string;
  job_id: string;
  data: Record<string, unknown>;
  error: string | null;
  tries: number;
  stored_at: string;
  failed_at: string;
}

const ISO = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const IS_LETTER = `j.name = '${DEAD_LETTERS}' AND j.state = 'created'`;

/** Dead letters, the newest first; one more than a page. Reads pg-boss's table by its name; locks nothing. */
export async function listDeadLetters(
  db: DataSource,
  page: { limit: number; after: { failedAt: string; id: string } | null },
): Promise<DeadLetterRow[]> {
  return db.query<DeadLetterRow[]>(
    `SELECT j.id, j.source_name AS queue, coalesce(j.source_root_id, j.source_id) AS job_id, j.data,
            coalesce(j.source_output ->> 'message', j.source_output #>> '{value,message}') AS error,
            coalesce(j.source_retry_count, 0) + 1 AS tries, ${ISO('j.source_created_on')} AS stored_at,
            ${ISO('j.created_on')} AS failed_at
       FROM image_monitor_jobs.job j
      WHERE ${IS_LETTER}
        AND ($1::timestamptz IS NULL OR (j.created_on, j.id) < ($1::timestamptz, $2::uuid))
      ORDER BY j.created_on DESC, j.id DESC LIMIT $3`,
    [page.after?.failedAt ?? null, page.after?.id ?? null, page.limit + 1],
  );
}

/** Counted up to 10,001. */
export async function countDeadLetters(db: DataSource): Promise<number> {
  const rows = await db.query<{ total: number }[]>(
    `SELECT count(*)::int AS total FROM (SELECT FROM image_monitor_jobs.job j WHERE ${IS_LETTER} LIMIT 10001) AS counted_rows`,
  );
  return rows[0]?.total ?? 0;
}

/** Whether a job is still to be begun, or to be begun again. One row, by its primary key; locks nothing. */
export async function isJobWaiting(tx: EntityManager, queue: string, id: string): Promise<boolean> {
  const rows = await tx.query<{ is_waiting: boolean }[]>(
    `SELECT EXISTS (SELECT FROM image_monitor_jobs.job j
       WHERE j.name = $1 AND j.id = $2 AND j.state IN ('created', 'retry')) AS is_waiting`,
    [queue, id],
  );
  return rows[0]?.is_waiting ?? false;
}

/** Jobs that wait or run, by queue, and dead letters: for the metrics, once a scrape. Reads the open jobs only. */
export async function readQueueDepths(
  db: DataSource,
): Promise<{ queue: string; waiting: number; active: number }[]> {
  return db.query(
    `SELECT j.name AS queue, count(*) FILTER (WHERE j.state <> 'active')::int AS waiting,
            count(*) FILTER (WHERE j.state = 'active')::int AS active
       FROM image_monitor_jobs.job j WHERE j.state < 'completed' GROUP BY j.name`,
  );
}
