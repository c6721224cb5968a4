import type { DataSource, EntityManager } from 'typeorm';
import { platformText } from '../domain/platform.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { microsToText } from '../domain/stamp.js';
import type { KnownTag } from '../domain/what-is-new.js';
import type { CheckOutcome } from './check.entity.js';
import { CAN_BE_CLAIMED, IS_FREE, records, type ClaimedImage } from './claim.sql.js';

/** The rows that a check compares with: at most one a name, by the primary key. Locks nothing. */
export async function readKnownTags(
  db: DataSource,
  imageId: number,
  names: readonly string[],
): Promise<Map<string, KnownTag>> {
  const rows = await db.query<
    { tag_name: string; digest: string | null; last_updated_text: string | null; state: 'seen' | 'held' }[]
  >(
    `SELECT tag_name, digest, last_updated_text, state FROM image_monitor.observed_tags
      WHERE image_id = $1 AND tag_name = ANY ($2::text[])`,
    [imageId, names],
  );
  return new Map(
    rows.map((row) => [
      row.tag_name,
      { name: row.tag_name, digest: row.digest, lastUpdatedText: row.last_updated_text, state: row.state },
    ]),
  );
}

/** How a check ended, to be written by {@link closeCheck}. Times are passed as delays, so that no clock is trusted. */
export interface CheckResult {
  outcome: CheckOutcome;
  /** How long ago the reading began. */
  startedMsAgo: number;
  nextCheckInMs: number;
  /** Microseconds; null leaves what stands. */
  readTo: number | null;
  inventoryTo: number | null;
  inventoryState: 'partial' | 'complete' | 'truncated' | null;
  consecutiveFailures: number;
  errorKind: string | null;
  error: string | null;
  isRetried: boolean;
  pagesRead: number;
  tagsSeen: number;
  newTags: number;
  repushedTags: number;
  isTruncated: boolean;
}

/**
 * Ends a check under its lease: schedule, reach and errors of the image, and the row of its history, which gets its
 * `requests_created` from {@link writeObservedTags} where there are any. False: another one holds the lease by now, and
 * nothing may be written.
 *
 * Locks the image's row (FOR NO KEY UPDATE, as a non-key UPDATE does), which is what every writer of its requests
 * and tags takes first. One row each.
 */
export async function closeCheck(
  db: DataSource | EntityManager,
  image: ClaimedImage,
  result: CheckResult,
): Promise<boolean> {
  const isComplete = result.outcome === 'unchanged' || result.outcome === 'changed';
  const rows = await db.query<unknown[]>(
    `WITH closed AS (
       UPDATE images
          SET lease_token = NULL, lease_expires_at = NULL, check_id = NULL, triggered_at = NULL, check_priority = 2,
              next_check_at = clock_timestamp() + $4 * interval '1 millisecond',
              last_checked_at = CASE WHEN $5 THEN clock_timestamp() - $3 * interval '1 millisecond' ELSE last_checked_at END,
              last_full_check_at = CASE WHEN $5 THEN clock_timestamp() - $3 * interval '1 millisecond' ELSE last_full_check_at END,
              read_to = coalesce($6::timestamptz, read_to),
              inventory_to = coalesce($7::timestamptz, inventory_to),
              inventory_state = coalesce($8, inventory_state),
              repository_stamp = CASE WHEN $5 THEN $21 ELSE repository_stamp END,
              check_itself = CASE WHEN $5 THEN false ELSE check_itself OR $9 > 0 END,
              consecutive_failures = $9,
              last_error = CASE WHEN $5 THEN NULL ELSE coalesce($10, last_error) END,
              last_error_at = CASE WHEN $5 THEN NULL WHEN $10::text IS NULL THEN last_error_at ELSE clock_timestamp() END
        WHERE id = $1 AND lease_token = $2
       RETURNING id, next_check_at)
     INSERT INTO image_monitor.checks
       (id, image_id, reason, outcome, started_at, finished_at, pages_read, tags_seen, new_tags, repushed_tags, is_truncated,
        error_kind, error, retry_at)
     SELECT $11::bigint, id, $12, $13, clock_timestamp() - $3 * interval '1 millisecond', clock_timestamp(), $14::int, $15::int,
            $16::int, $17::int, $18::boolean, $19, $10, CASE WHEN $20::boolean THEN next_check_at END
       FROM closed
     RETURNING id`,
    [
      image.id,
      image.leaseToken,
      result.startedMsAgo,
      result.nextCheckInMs,
      isComplete,
      result.readTo === null ? null : microsToText(result.readTo),
      result.inventoryTo === null ? null : microsToText(result.inventoryTo),
      result.inventoryState,
      result.consecutiveFailures,
      result.error,
      image.checkId,
      image.reason,
      result.outcome,
      result.pagesRead,
      result.tagsSeen,
      result.newTags,
      result.repushedTags,
      result.isTruncated,
      result.errorKind,
      result.isRetried,
      image.probeStamp,
    ],
  );
  return rows.length === 1;
}

/**
 * Writes what a check saw: new rows, and new content, times and states of old ones. One statement for any number
 * of tags; locks the rows it writes, under the image's lock of {@link closeCheck}. A digest that is missing now
 * keeps the old one. The check's row, where there is one, gets
 * the number of requests it led to, which was not known when it was closed.
 */
export async function writeObservedTags(
  tx: EntityManager,
  imageId: number,
  tags: readonly RegistryTag[],
  held: ReadonlySet<string>,
  check: { checkId: string; requestsCreated: number } | null,
): Promise<void> {
  const rows = tags.map((tag) => ({
    tag_name: tag.name,
    digest: tag.digest,
    last_updated: tag.lastUpdated === null ? null : microsToText(tag.lastUpdated.micros),
    last_updated_text: tag.lastUpdated?.text ?? null,
    size_bytes: tag.sizeBytes,
    platforms: tag.platforms.map(platformText),
    state: held.has(tag.name) ? 'held' : 'seen',
  }));
  await tx.query(
    `WITH counted AS (
       UPDATE image_monitor.checks SET requests_created = $4::integer WHERE id = $3::bigint AND $4::integer > 0)
     INSERT INTO image_monitor.observed_tags AS o
       (image_id, tag_name, digest, last_updated, last_updated_text, size_bytes, platforms, state)
     SELECT $1, t.tag_name, t.digest, t.last_updated, t.last_updated_text, t.size_bytes, t.platforms, t.state
       FROM jsonb_to_recordset($2::jsonb) AS t (tag_name text, digest text, last_updated timestamptz,
            last_updated_text text, size_bytes bigint, platforms text[], state text)
     ON CONFLICT (image_id, tag_name) DO UPDATE
       SET digest = coalesce(excluded.digest, o.digest), last_updated = excluded.last_updated,
           last_updated_text = excluded.last_updated_text, size_bytes = coalesce(excluded.size_bytes, o.size_bytes),
           platforms = excluded.platforms, state = excluded.state, last_seen_at = now()`,
    [imageId, JSON.stringify(rows), check?.checkId ?? null, check?.requestsCreated ?? 0],
  );
}

/** What is due and under way, for the status. */
export interface MonitorCounts {
  images_due: number;
  checks_in_flight: number;
  /** Milliseconds until the next watched image is due; 0 when one is overdue, null when none is watched. */
  next_check_in_ms: number | null;
}

/** One round trip that reads ends of `images_due_idx` and all of `images_leased_idx`: as much as is due, not as there is. */
export async function countImages(db: DataSource): Promise<MonitorCounts> {
  const next = (condition: string): string =>
    `(SELECT min(first) FROM (VALUES (0), (1), (2)) AS p (priority), LATERAL (
       SELECT next_check_at AS first FROM images
        WHERE ${CAN_BE_CLAIMED} AND watch_for_updates AND check_priority = p.priority AND ${condition}
        ORDER BY next_check_at LIMIT 1) AS of_priority)`;
  const rows = await db.query<MonitorCounts[]>(
    `SELECT
       (SELECT count(*)::int FROM images
         WHERE ${CAN_BE_CLAIMED} AND check_priority IN (0, 1, 2) AND next_check_at <= now() AND ${IS_FREE}) AS images_due,
       (SELECT count(*)::int FROM images WHERE lease_token IS NOT NULL AND lease_expires_at > now())
         AS checks_in_flight,
       (SELECT CASE WHEN due.at IS NOT NULL THEN greatest(0, round(extract(epoch FROM due.at - now()) * 1000))::float8 END
          FROM (SELECT coalesce(${next(IS_FREE)}, ${next('true')}) AS at) AS due)
         AS next_check_in_ms`,
  );
  const row = rows[0];
  if (!row) throw new Error('A SELECT without FROM always has a row');
  return row;
}

/** What goes wrong at the moment, of the watched images. */
export interface MonitorTroubles {
  /** Their last check failed. */
  failing_images: number;
  /** Those by the kind of their last failure. */
  errors_by_cause: Record<string, number>;
}

/**
 * Counts the failing images and why; reads the failing ones of `images_failing_idx`, and of each its last check by
 * `checks_of_an_image_idx`. A failure that has no check (a probe's) counts as `unknown`.
 */
export async function countTroubles(db: DataSource): Promise<MonitorTroubles> {
  const rows = await db.query<{ cause: string; images: number }[]>(
    `SELECT coalesce(c.error_kind, 'unknown') AS cause, count(*)::int AS images
       FROM images i
       LEFT JOIN LATERAL (SELECT error_kind FROM image_monitor.checks c
                           WHERE c.image_id = i.id ORDER BY c.id DESC LIMIT 1) AS c ON true
      WHERE i.last_error IS NOT NULL AND i.approval_status = 'approved' AND i.watch_for_updates
      GROUP BY 1 ORDER BY 1`,
  );
  return {
    failing_images: rows.reduce((sum, row) => sum + row.images, 0),
    errors_by_cause: Object.fromEntries(rows.map((row) => [row.cause, row.images])),
  };
}

/** Whether anything that could be claimed is due; reads three ends of `images_due_idx`. */
export async function isAnythingDue(db: DataSource): Promise<boolean> {
  const due = [0, 1, 2].map(
    (priority) => `EXISTS (SELECT FROM images WHERE ${CAN_BE_CLAIMED} AND check_priority = ${priority}
      AND next_check_at <= now() AND ${IS_FREE})`,
  );
  const rows = await db.query<{ is_due: boolean }[]>(`SELECT ${due.join(' OR ')} AS is_due`);
  return rows[0]?.is_due ?? false;
}

/**
 * Makes every watched image due and answers how many that adds to the queue: none while an earlier trigger has not
 * been worked off. Touches every watched image that is not due or under way yet.
 */
export async function triggerAll(db: DataSource): Promise<number> {
  const rows = await db
    .query<{ id: number }[]>(
      `UPDATE images SET next_check_at = clock_timestamp(), triggered_at = clock_timestamp()
        WHERE approval_status = 'approved' AND watch_for_updates AND ${IS_FREE}
          AND NOT EXISTS (SELECT FROM images WHERE triggered_at IS NOT NULL
                             AND approval_status = 'approved' AND watch_for_updates)
       RETURNING id`,
    )
    .then(records);
  return rows.length;
}

/** A check that waits or runs: it has a number, but no row of `checks` yet. */
export async function findOpenCheck(
  db: DataSource,
  imageId: number,
  checkId: string,
): Promise<{ is_running: boolean } | null> {
  const rows = await db.query<{ is_running: boolean }[]>(
    `SELECT NOT ${IS_FREE} AS is_running FROM images WHERE id = $1 AND check_id = $2::bigint`,
    [imageId, checkId],
  );
  return rows[0] ?? null;
}

/** What is watched, and what that asks for. */
export interface WatchedCounts {
  images: number;
  /** Requests a minute that the watched images ask for, each at its own interval, without probes. */
  requestsWanted: number;
}

/** Reads every watched image: 0.3 s at a million, which is why {@link WatchedImages} asks seldom then. */
export async function countWatched(db: DataSource, defaultIntervalMinutes: number): Promise<WatchedCounts> {
  const rows = await db.query<WatchedCounts[]>(
    `SELECT count(*)::int AS images,
            coalesce(sum(1.0::float8 / coalesce(check_interval_minutes, $1::integer)), 0)::float8 AS "requestsWanted"
       FROM images WHERE approval_status = 'approved' AND watch_for_updates`,
    [defaultIntervalMinutes],
  );
  return rows[0] ?? { images: 0, requestsWanted: 0 };
}

/**
 * How many other images that had been read before turned 404 within a minute; by `checks_by_time_idx`. Those whose 404
 * was seen before, or is taken for a block already, do not count: a second 404 after the pause stands.
 */
export async function countTurnedNotFound(db: DataSource, imageId: number): Promise<number> {
  const rows = await db.query<{ turned: number }[]>(
    `SELECT count(DISTINCT i.id)::int AS turned
       FROM image_monitor.checks c JOIN images i ON i.id = c.image_id
      WHERE c.finished_at > now() - interval '1 minute' AND c.error_kind = 'not_found' AND i.id <> $1
        AND i.read_to IS NOT NULL AND i.consecutive_failures = 1`,
    [imageId],
  );
  return rows[0]?.turned ?? 0;
}

/** The images of {@link countTurnedNotFound} are looked at again after the pause instead of at their interval. */
export async function postponeNotFound(db: DataSource, ms: number, error: string): Promise<void> {
  await db.query(
    `UPDATE images SET next_check_at = now() + $1 * interval '1 millisecond', last_error = $2, check_itself = true
      WHERE id IN (SELECT i.id FROM image_monitor.checks c JOIN images i ON i.id = c.image_id
                    WHERE c.finished_at > now() - interval '1 minute' AND c.error_kind = 'not_found'
                      AND i.read_to IS NOT NULL AND i.consecutive_failures = 1 AND ${IS_FREE}
                      FOR NO KEY UPDATE OF i SKIP LOCKED)`,
    [ms, error],
  );
}
