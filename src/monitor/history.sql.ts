import type { DataSource } from 'typeorm';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';

/** How many checks of an image are kept, counted up to {@link MAX_EXACT_TOTAL} + 1; null: there is no such image. */
export async function countChecks(db: DataSource, imageId: number): Promise<number | null> {
  const rows = await db.query<{ counted: number }[]>(
    `SELECT (SELECT count(*)::int FROM (SELECT FROM image_monitor.checks c WHERE c.image_id = i.id
               LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows) AS counted
       FROM images i WHERE i.id = $1`,
    [imageId],
  );
  return rows[0]?.counted ?? null;
}

/** How long the history of checks is kept. */
const CHECKS_KEPT_DAYS = 30;

/** Deletes the oldest of the checks that have had their time, at most `limit`, by `checks_by_time_idx`; answers how many. */
export async function deleteOldChecks(db: DataSource, limit: number): Promise<number> {
  const [, deleted] = await db.query<[unknown[], number]>(
    `DELETE FROM image_monitor.checks WHERE id IN (
       SELECT id FROM image_monitor.checks WHERE finished_at < now() - interval '${CHECKS_KEPT_DAYS} days'
        ORDER BY finished_at LIMIT $1)`,
    [limit],
  );
  return deleted;
}
