import type { DataSource } from 'typeorm';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';

/** An observed tag as it is listed. */
export interface ObservedTagRow {
  tag_name: string;
  state: string;
  digest: string | null;
  last_updated_text: string | null;
  last_updated_micros_text: string | null;
  size_bytes: string | null;
  platforms: string[];
  request_id: number | null;
  first_seen_at: Date;
  last_seen_at: Date;
}

/** The key of an observed tag's place: newest first, tags without a time last, then by name. */
export interface ObservedPosition {
  lastUpdated: string | null;
  tagName: string;
}

/**
 * A page of an image's observed tags, newest first, with where each stands: approved, the state of its newest
 * request, or as it was seen. By `observed_tags_newest_idx`, then one index look-up each for tag and request.
 */
export async function listObservedTags(
  db: DataSource,
  imageId: number,
  page: { after: ObservedPosition | null; limit: number },
): Promise<{ rows: ObservedTagRow[]; counted: number; inventory: string | null }> {
  const values: unknown[] = [imageId];
  let after = '';
  if (page.after?.lastUpdated === null) {
    after = `AND o.last_updated IS NULL AND o.tag_name > $${values.push(page.after.tagName)}`;
  } else if (page.after) {
    const [time, name] = [values.push(page.after.lastUpdated), values.push(page.after.tagName)];
    after = `AND (o.last_updated < $${time}::timestamptz OR o.last_updated IS NULL
      OR (o.last_updated = $${time}::timestamptz AND o.tag_name > $${name}))`;
  }
  const rows = await db.query<
    {
      inventory_state: string;
      counted: number;
      rows:
        | (Omit<ObservedTagRow, 'first_seen_at' | 'last_seen_at'> & {
            first_seen_at: string;
            last_seen_at: string;
          })[]
        | null;
    }[]
  >(
    `SELECT i.inventory_state,
            (SELECT count(*)::int FROM (SELECT FROM image_monitor.observed_tags o WHERE o.image_id = i.id
              LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows) AS counted,
            (SELECT json_agg(page) FROM (
               SELECT o.tag_name, o.digest, o.last_updated_text,
                      to_char(o.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_updated_micros_text,
                      o.size_bytes::text, o.platforms, o.first_seen_at, o.last_seen_at, r.id AS request_id,
                      CASE WHEN r.status = 'pending' THEN 'pending'
                           WHEN t.id IS NOT NULL THEN 'approved'
                           WHEN r.status IN ('rejected', 'superseded') THEN r.status
                           ELSE o.state END AS state
                 FROM (SELECT * FROM image_monitor.observed_tags o WHERE o.image_id = i.id ${after}
                        ORDER BY o.last_updated DESC NULLS LAST, o.tag_name LIMIT ${page.limit + 1}) AS o
                 LEFT JOIN image_tags t ON t.image_id = o.image_id AND t.tag = o.tag_name AND t.status = 'approved'
                 LEFT JOIN LATERAL (
                   SELECT r.id, r.status FROM image_approval_requests r
                    WHERE r.image_id = o.image_id AND r.tag_name = o.tag_name ORDER BY r.id DESC LIMIT 1) AS r ON true
                ORDER BY o.last_updated DESC NULLS LAST, o.tag_name) AS page) AS rows
       FROM images i WHERE i.id = $1`,
    values,
  );
  const row = rows[0];
  return {
    rows: (row?.rows ?? []).map((one) => ({
      ...one,
      first_seen_at: new Date(one.first_seen_at),
      last_seen_at: new Date(one.last_seen_at),
    })),
    counted: row?.counted ?? 0,
    inventory: row?.inventory_state ?? null,
  };
}

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
