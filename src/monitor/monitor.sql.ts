import type { DataSource, EntityManager } from 'typeorm';
import type { RequestPolicy } from '../images/image.entity.js';
import { BUDGET_LEVEL, BUDGET_RESERVE, budgetWait, type BudgetKey } from '../docker-hub/budget.sql.js';
import { microsToText } from '../domain/stamp.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { platformText } from '../domain/platform.js';
import type { KnownTag } from '../domain/what-is-new.js';
import type { CheckOutcome, CheckReason } from './check.entity.js';

/** Two requests may lie between payments of a lease: a request lasts 15 s at most (`DOCKER_HUB_TIMEOUT_MS`). */
export const LEASE_SECONDS = 30;

/** What the index `images_due_idx` holds; every scan that wants it repeats it. */
const CAN_BE_CLAIMED = `approval_status = 'approved' AND (watch_for_updates OR check_priority < 2)`;
const IS_FREE = `(lease_token IS NULL OR lease_expires_at <= now())`;

/** An image that this process may check until its lease runs out. */
export interface ClaimedImage {
  id: number;
  imageName: string;
  leaseToken: string;
  checkId: string;
  reason: CheckReason;
  namespace: string;
  /** Minutes; null: the service's. */
  checkIntervalMinutes: number | null;
  requestPolicy: RequestPolicy | null;
  baseline: boolean;
  tagInclude: string[];
  tagExclude: string[];
  platforms: string[];
  /** Microseconds since 1970; null: nothing has been read. */
  readTo: number | null;
  /** Microseconds since 1970; null: this is the first check. */
  inventoryTo: number | null;
  isInventoryComplete: boolean;
  consecutiveFailures: number;
}

const REASONS: readonly CheckReason[] = ['manual', 'hint', 'due'];

const CLAIMED_COLUMNS = `i.id, i.image_name, i.namespace, i.lease_token, i.check_id, i.check_priority,
  i.check_interval_minutes, i.request_policy, i.baseline, i.tag_include, i.tag_exclude, i.platforms,
  (extract(epoch FROM i.read_to) * 1000000)::bigint AS read_to,
  (extract(epoch FROM i.inventory_to) * 1000000)::bigint AS inventory_to,
  i.inventory_state, i.consecutive_failures`;

interface ClaimedRow {
  id: number;
  image_name: string;
  namespace: string;
  lease_token: string;
  check_id: string;
  check_priority: number;
  check_interval_minutes: number | null;
  request_policy: RequestPolicy | null;
  baseline: boolean;
  tag_include: string[];
  tag_exclude: string[];
  platforms: string[];
  read_to: string | null;
  inventory_to: string | null;
  inventory_state: string;
  consecutive_failures: number;
}

function claimedImage(row: ClaimedRow): ClaimedImage {
  return {
    id: row.id,
    imageName: row.image_name,
    leaseToken: row.lease_token,
    checkId: row.check_id,
    reason: REASONS[row.check_priority] ?? 'due',
    namespace: row.namespace,
    checkIntervalMinutes: row.check_interval_minutes,
    requestPolicy: row.request_policy,
    baseline: row.baseline,
    tagInclude: row.tag_include,
    tagExclude: row.tag_exclude,
    platforms: row.platforms,
    readTo: row.read_to === null ? null : Number(row.read_to),
    inventoryTo: row.inventory_to === null ? null : Number(row.inventory_to),
    isInventoryComplete: row.inventory_state === 'complete',
    consecutiveFailures: row.consecutive_failures,
  };
}

/**
 * One scan of `images_due_idx`, which stops at the first image of this priority that is not yet due. `now()` and not
 * `clock_timestamp()`: a volatile function bounds no index scan, and an idle beat would read every watched image.
 */
function dueWithPriority(priority: 0 | 1 | 2, slots: string): string {
  return `AS MATERIALIZED (SELECT id, check_priority, next_check_at FROM images
    WHERE ${CAN_BE_CLAIMED} AND check_priority = ${priority} AND next_check_at <= now() AND ${IS_FREE}
    ORDER BY next_check_at LIMIT ${slots} FOR NO KEY UPDATE SKIP LOCKED)`;
}

const LEASE = `lease_token = gen_random_uuid(),
  lease_expires_at = clock_timestamp() + interval '${LEASE_SECONDS} seconds',
  check_id = coalesce(i.check_id, nextval('image_monitor.checks_id_seq'))`;

/**
 * The beat: leases due images, no more than `slots` and than there is budget for, and pays one request for each.
 *
 * One statement, so no lock waits for a client. It locks up to `slots` due images, skipping those that another replica
 * is at, then the budget's row; with nothing due it reads three ends of `images_due_idx`, locks
 * nothing and leaves the budget alone. A crash after it costs the leases' 30 s and the tokens.
 */
export async function claimDueImages(db: DataSource, key: BudgetKey, slots: number): Promise<ClaimedImage[]> {
  const rows = await db
    .query<ClaimedRow[]>(
      `WITH manual ${dueWithPriority(0, '$1::bigint')},
     hinted ${dueWithPriority(1, '$1::bigint - (SELECT count(*) FROM manual)')},
     regular ${dueWithPriority(2, '$1::bigint - (SELECT count(*) FROM manual) - (SELECT count(*) FROM hinted)')},
     due AS (SELECT * FROM manual UNION ALL SELECT * FROM hinted UNION ALL SELECT * FROM regular),
     budget AS MATERIALIZED (
       SELECT ${BUDGET_LEVEL} AS level, ${BUDGET_RESERVE} AS reserve
         FROM image_monitor.request_budgets b
        WHERE b.registry = $2 AND b.credential = $3 AND EXISTS (SELECT FROM due) FOR NO KEY UPDATE),
     payment AS MATERIALIZED (
       SELECT level, least(floor(level - reserve), (SELECT count(*) FROM due)) AS paid FROM budget
        WHERE level - reserve >= 1),
     paid AS (
       UPDATE image_monitor.request_budgets b
          SET tokens = payment.level - payment.paid, refilled_at = greatest(b.refilled_at, clock_timestamp()),
              spent = b.spent + payment.paid::bigint
         FROM payment WHERE b.registry = $2 AND b.credential = $3),
     chosen AS (
       SELECT id FROM due ORDER BY check_priority, next_check_at
        LIMIT coalesce((SELECT paid::bigint FROM payment), 0))
     UPDATE images i SET ${LEASE} FROM chosen WHERE i.id = chosen.id RETURNING ${CLAIMED_COLUMNS}`,
      [slots, key.registry, key.credential],
    )
    .then(records);
  return rows.map(claimedImage);
}

/** `UPDATE … RETURNING` through TypeORM answers `[rows, count]`. */
function records<Row>(answer: Row[] | [Row[], number]): Row[] {
  return (Array.isArray(answer[0]) ? answer[0] : answer) as Row[];
}

/** What became of asking for one image. */
export type ManualClaim =
  | { readonly state: 'claimed'; readonly image: ClaimedImage }
  | { readonly state: 'running'; readonly imageName: string; readonly checkId: string }
  | {
      readonly state: 'queued';
      readonly imageName: string;
      readonly checkId: string;
      readonly startsInMs: number;
    }
  | { readonly state: 'not_approved'; readonly imageName: string; readonly approvalStatus: string }
  | { readonly state: 'unknown' };

/**
 * A check by hand comes through the same door: the image is leased and paid for if it is free and there is budget;
 * if it is being checked, that check is named; else it is put first in the queue. One statement; locks the image's
 * row, then the budget's.
 */
export async function claimOneImage(db: DataSource, key: BudgetKey, imageId: number): Promise<ManualClaim> {
  const rows = await db.query<
    (ClaimedRow & {
      approval_status: string;
      was_free: boolean;
      is_claimed: boolean;
      wait_seconds: number | null;
    })[]
  >(
    `WITH image AS MATERIALIZED (
       SELECT id, approval_status, ${IS_FREE} AS is_free FROM images WHERE id = $1 FOR NO KEY UPDATE),
     budget AS MATERIALIZED (
       SELECT ${BUDGET_LEVEL} AS level, ${budgetWait(`(1.0 + ${BUDGET_RESERVE})`)} AS wait_seconds, ${BUDGET_RESERVE} AS reserve
         FROM image_monitor.request_budgets b
        WHERE b.registry = $2 AND b.credential = $3
          AND EXISTS (SELECT FROM image WHERE approval_status = 'approved' AND is_free) FOR NO KEY UPDATE),
     paid AS (
       UPDATE image_monitor.request_budgets b
          SET tokens = budget.level - 1, refilled_at = greatest(b.refilled_at, clock_timestamp()), spent = b.spent + 1
         FROM budget WHERE b.registry = $2 AND b.credential = $3 AND budget.level - budget.reserve >= 1 RETURNING 1),
     claimed AS (
       UPDATE images i SET check_priority = 0, ${LEASE} FROM image
        WHERE i.id = image.id AND image.is_free AND EXISTS (SELECT FROM paid) RETURNING ${CLAIMED_COLUMNS}),
     queued AS (
       UPDATE images i
          SET check_priority = 0, next_check_at = least(i.next_check_at, clock_timestamp()),
              check_id = coalesce(i.check_id, nextval('image_monitor.checks_id_seq'))
         FROM image
        WHERE i.id = image.id AND image.approval_status = 'approved' AND image.is_free
          AND NOT EXISTS (SELECT FROM paid) RETURNING ${CLAIMED_COLUMNS}),
     mine AS (SELECT * FROM claimed UNION ALL SELECT * FROM queued)
     SELECT mine.*, i.id, i.image_name, i.approval_status, image.is_free AS was_free,
            coalesce(mine.check_id, i.check_id) AS check_id, EXISTS (SELECT FROM claimed) AS is_claimed,
            (SELECT wait_seconds::float8 FROM budget) AS wait_seconds
       FROM images i JOIN image USING (id) LEFT JOIN mine ON mine.id = i.id`,
    [imageId, key.registry, key.credential],
  );
  const row = rows[0];
  if (!row) return { state: 'unknown' };
  const imageName = row.image_name;
  if (row.approval_status !== 'approved') {
    return { state: 'not_approved', imageName, approvalStatus: row.approval_status };
  }
  if (row.is_claimed) return { state: 'claimed', image: claimedImage(row) };
  if (!row.was_free) return { state: 'running', imageName, checkId: row.check_id };
  return {
    state: 'queued',
    imageName,
    checkId: row.check_id,
    startsInMs: Math.ceil(Math.max(0, row.wait_seconds ?? 0) * 1000),
  };
}

/**
 * Pays for a further page of a check under way and renews its lease, both or neither; when there is no budget yet
 * the lease is renewed all the same, since the check waits in its slot. Locks the image's row, then the budget's.
 */
export async function payForPage(
  db: DataSource,
  key: BudgetKey,
  image: { id: number; leaseToken: string },
): Promise<{ isPaid: boolean; isLeased: boolean; waitMs: number }> {
  const rows = await db.query<{ is_paid: boolean; is_leased: boolean; wait_seconds: number }[]>(
    `WITH lease AS (
       UPDATE images SET lease_expires_at = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
        WHERE id = $3 AND lease_token = $4 RETURNING 1),
     budget AS (
       SELECT ${BUDGET_LEVEL} AS level, ${budgetWait('1')} AS wait_seconds
         FROM image_monitor.request_budgets b
        WHERE b.registry = $1 AND b.credential = $2 AND EXISTS (SELECT FROM lease) FOR NO KEY UPDATE),
     paid AS (
       UPDATE image_monitor.request_budgets b
          SET tokens = budget.level - 1, refilled_at = greatest(b.refilled_at, clock_timestamp()), spent = b.spent + 1
         FROM budget WHERE b.registry = $1 AND b.credential = $2 AND budget.level >= 1 RETURNING 1)
     SELECT EXISTS (SELECT FROM paid) AS is_paid, EXISTS (SELECT FROM lease) AS is_leased,
            coalesce((SELECT wait_seconds FROM budget), 0)::float8 AS wait_seconds`,
    [key.registry, key.credential, image.id, image.leaseToken],
  );
  const row = rows[0];
  return {
    isPaid: row?.is_paid ?? false,
    isLeased: row?.is_leased ?? false,
    waitMs: Math.ceil(Math.max(0, row?.wait_seconds ?? 0) * 1000),
  };
}

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
    ],
  );
  return rows.length === 1;
}

/** Hands a lease back unused: the image is due as it was. One row. */
export async function releaseLease(db: DataSource, image: { id: number; leaseToken: string }): Promise<void> {
  await db.query(
    `UPDATE images SET lease_token = NULL, lease_expires_at = NULL WHERE id = $1 AND lease_token = $2`,
    [image.id, image.leaseToken],
  );
}

/**
 * Writes what a check saw: new rows, and new content, times and states of old ones. One statement for any number
 * of tags; locks the rows it writes, under the image's lock of {@link closeCheck}. A digest that is missing now
 * keeps the old one. The check's row gets the number of requests it led to, which was not known when it was closed.
 */
export async function writeObservedTags(
  tx: EntityManager,
  imageId: number,
  tags: readonly RegistryTag[],
  held: ReadonlySet<string>,
  check: { checkId: string; requestsCreated: number },
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
    [imageId, JSON.stringify(rows), check.checkId, check.requestsCreated],
  );
}

/** Counts for the status and the cycle's lines. */
export interface MonitorCounts {
  images_watched: number;
  images_due: number;
  checks_in_flight: number;
  /** Milliseconds until the next watched image is due; 0 when one is overdue, null when none is watched. */
  next_check_in_ms: number | null;
}

/** One round trip; `images_watched` reads the whole of `images_due_idx` (60 ms at a million images), the rest its ends. */
export async function countImages(db: DataSource): Promise<MonitorCounts> {
  const rows = await db.query<MonitorCounts[]>(
    `SELECT
       (SELECT count(*)::int FROM images WHERE ${CAN_BE_CLAIMED} AND watch_for_updates) AS images_watched,
       (SELECT count(*)::int FROM images
         WHERE ${CAN_BE_CLAIMED} AND next_check_at <= now() AND ${IS_FREE}) AS images_due,
       (SELECT count(*)::int FROM images WHERE lease_token IS NOT NULL AND lease_expires_at > now())
         AS checks_in_flight,
       (SELECT CASE WHEN count(*) > 0 THEN greatest(0, round(extract(epoch FROM
                 coalesce(min(next_check_at) FILTER (WHERE ${IS_FREE}), min(next_check_at)) - now()) * 1000))::float8 END
          FROM images WHERE ${CAN_BE_CLAIMED} AND watch_for_updates) AS next_check_in_ms`,
  );
  const row = rows[0];
  if (!row) throw new Error('A SELECT without FROM always has a row');
  return row;
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

/** Hands back the leases that this process still holds at shutdown. */
export async function releaseLeases(db: DataSource, tokens: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE images SET lease_token = NULL, lease_expires_at = NULL WHERE lease_token = ANY ($1::uuid[])`,
    [tokens],
  );
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

/** Requests a minute that the watched images ask for, each at its own interval. Reads all of `images_due_idx`. */
export async function requestsWanted(db: DataSource, defaultIntervalMinutes: number): Promise<number> {
  const rows = await db.query<{ wanted: number }[]>(
    `SELECT coalesce(sum(1.0 / coalesce(check_interval_minutes, $1::integer)), 0)::float8 AS wanted
       FROM images WHERE ${CAN_BE_CLAIMED} AND watch_for_updates`,
    [defaultIntervalMinutes],
  );
  return rows[0]?.wanted ?? 0;
}
