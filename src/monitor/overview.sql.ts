import type { DataSource } from 'typeorm';
import type { Check, CheckOutcome } from './check.entity.js';
import { CAN_BE_CLAIMED, IS_FREE } from './claim.sql.js';

/** A check that is to come. */
export interface UpcomingRow {
  image_id: number;
  image_name: string;
  next_check_at: Date;
  reason: 'manual' | 'hint' | 'due';
  last_checked_at: Date | null;
}

/** The checks that come next, earliest first; the ends of the three ranges of `images_due_idx`. Locks nothing. */
export async function listUpcoming(db: DataSource, limit: number): Promise<UpcomingRow[]> {
  const ranges = (['manual', 'hint', 'due'] as const).map(
    (
      reason,
      priority,
    ) => `(SELECT id AS image_id, image_name, next_check_at, '${reason}' AS reason, last_checked_at
       FROM images WHERE ${CAN_BE_CLAIMED} AND check_priority = ${priority} AND ${IS_FREE}
      ORDER BY next_check_at LIMIT $1::int)`,
  );
  return db.query<UpcomingRow[]>(
    `SELECT * FROM (${ranges.join(' UNION ALL ')}) AS next ORDER BY next_check_at, image_id LIMIT $1::int`,
    [limit],
  );
}

/** A check with its image's name. */
export interface CheckOfImage {
  id: string;
  image_name: string;
}

/**
 * The ids of a page of checks over all images, newest first, with the images' names. By `checks_by_outcome_idx` or the
 * primary key; `since` is turned into the lowest id of its time, which reads no more than what it lets through.
 */
export async function listCheckIds(
  db: DataSource,
  filter: { outcome: readonly CheckOutcome[]; since: string | null; before: Check['id'] | null },
  limit: number,
): Promise<CheckOfImage[]> {
  const ranges = filter.outcome.map(
    (_, index) => `(SELECT c.id, c.image_id FROM image_monitor.checks c
      WHERE c.outcome = ($1::text[])[${index + 1}] AND ($3::bigint IS NULL OR c.id < $3::bigint)
        AND ($2::timestamptz IS NULL OR (c.finished_at >= $2::timestamptz AND c.id >=
          (SELECT min(id) FROM image_monitor.checks WHERE finished_at >= $2::timestamptz)))
      ORDER BY c.id DESC LIMIT ${limit})`,
  );
  return db.query<CheckOfImage[]>(
    `SELECT c.id, i.image_name FROM (${ranges.join(' UNION ALL ')}) AS c JOIN images i ON i.id = c.image_id
      ORDER BY c.id DESC LIMIT ${limit}`,
    [filter.outcome, filter.since, filter.before],
  );
}

/** A tag as a filter is tried on it. */
export interface RecentTag {
  tag_name: string;
  last_updated_text: string | null;
  platforms: string[];
}

/** The tags of an image that were pushed last; null: there is no such image. By `observed_tags_newest_idx`. */
export async function listRecentTags(
  db: DataSource,
  imageId: number,
  limit: number,
): Promise<RecentTag[] | null> {
  const rows = await db.query<{ tags: RecentTag[] | null }[]>(
    `SELECT (SELECT json_agg(t) FROM (
               SELECT o.tag_name, o.last_updated_text, o.platforms FROM image_monitor.observed_tags o
                WHERE o.image_id = i.id ORDER BY o.last_updated DESC NULLS LAST, o.tag_name LIMIT $2::int) AS t) AS tags
       FROM images i WHERE i.id = $1`,
    [imageId, limit],
  );
  return rows[0] ? (rows[0].tags ?? []) : null;
}
