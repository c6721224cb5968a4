import type { DataSource } from 'typeorm';

/**
 * Seconds since the longest overdue of the watched images was due; 0 where none is. The same ends of `images_due_idx`
 * that the claim reads, one for each priority, so that a scrape costs nothing at a million images.
 */
export async function readOldestOverdue(db: DataSource): Promise<number> {
  const due = [0, 1, 2].map(
    (priority) => `(SELECT next_check_at FROM images
       WHERE approval_status = 'approved' AND (watch_for_updates OR check_priority < 2) AND check_priority = ${priority}
         AND next_check_at <= now() ORDER BY next_check_at LIMIT 1)`,
  );
  const rows = await db.query<{ seconds: number }[]>(
    `SELECT coalesce(extract(epoch FROM now() - least(${due.join(', ')})), 0)::float8 AS seconds`,
  );
  return rows[0]?.seconds ?? 0;
}
