import type { DataSource } from 'typeorm';
import type { RequestPolicy } from '../images/image.entity.js';
import { BUDGET_LEVEL, BUDGET_RESERVE, budgetWait, type BudgetKey } from '../docker-hub/budget.sql.js';
import type { CheckReason } from './check.entity.js';

/** Two requests may lie between payments of a lease: a request lasts 15 s at most (`DOCKER_HUB_TIMEOUT_MS`). */
export const LEASE_SECONDS = 30;

/** What the index `images_due_idx` holds; every scan that wants it repeats it. */
export const CAN_BE_CLAIMED = `approval_status = 'approved' AND (watch_for_updates OR check_priority < 2)`;
export const IS_FREE = `(lease_token IS NULL OR lease_expires_at <= now())`;

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
  /** The repository's stamp as a probe showed it before this check; null: none that can be relied on. */
  probeStamp: string | null;
  consecutiveFailures: number;
}

const REASONS: readonly CheckReason[] = ['manual', 'hint', 'due'];

const CLAIMED_COLUMNS = `i.id, i.image_name, i.namespace, i.lease_token, i.check_id, i.check_priority,
  i.check_interval_minutes, i.request_policy, i.baseline, i.tag_include, i.tag_exclude, i.platforms,
  (extract(epoch FROM i.read_to) * 1000000)::bigint AS read_to,
  (extract(epoch FROM i.inventory_to) * 1000000)::bigint AS inventory_to,
  i.inventory_state, i.probe_stamp, i.consecutive_failures`;

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
  /** A number where the row came as JSON. */
  read_to: string | number | null;
  inventory_to: string | number | null;
  inventory_state: string;
  probe_stamp: string | null;
  consecutive_failures: number;
}

function claimedImage(row: ClaimedRow): ClaimedImage {
  return {
    id: row.id,
    imageName: row.image_name,
    leaseToken: row.lease_token,
    checkId: String(row.check_id),
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
    probeStamp: row.probe_stamp,
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

/** When a lease that is given or renewed now ends. */
export const LEASE_END = `clock_timestamp() + interval '${LEASE_SECONDS} seconds'`;

const NAMESPACE_LEASE = `lease_token = gen_random_uuid(), lease_expires_at = ${LEASE_END}`;

const LEASE = `lease_token = gen_random_uuid(), lease_expires_at = ${LEASE_END},
  check_id = coalesce(i.check_id, nextval('image_monitor.checks_id_seq'))`;

/** A namespace whose due images one probe may answer for. */
export interface ClaimedNamespace {
  namespace: string;
  leaseToken: string;
  /** Microseconds since 1970; null: never probed. */
  watermark: number | null;
  probedAt: number | null;
  consecutiveFailures: number;
}

/** What one beat leased and paid for. */
export interface Claims {
  images: ClaimedImage[];
  namespaces: ClaimedNamespace[];
}

/** How many due images are looked at for each free slot: a namespace's due images stand together and fill one slot. */
const LOOK_AHEAD = 32;

/**
 * The beat: leases what is due, no more than `slots` and than there is budget for, and pays one request for each.
 *
 * Images asked for by hand or hint go first, each itself. Of the images due by schedule, those of a namespace with two
 * or more watched ones are claimed as that namespace, unless `isProbing` is false or a probe or a failure has said
 * that they have to be checked themselves; those of a namespace that is being probed wait for it.
 *
 * One statement, so no lock waits for a client. With nothing due it reads three ends of `images_due_idx`, locks nothing
 * and leaves the budget alone (0.04 ms, at a million images, too). Else it reads up to 32 due images a slot, and locks
 * at most `slots` images and namespaces, skipping those that another replica is at, then the budget's row. A crash
 * after it costs the leases' 30 s and the tokens.
 */
export async function claimDue(
  db: DataSource,
  key: BudgetKey,
  options: { slots: number; isProbing: boolean },
): Promise<Claims> {
  const rows = await db.query<{ image: ClaimedRow | null; namespace: ClaimedNamespace | null }[]>(
    `WITH manual ${dueWithPriority(0, '$1::bigint')},
     hinted ${dueWithPriority(1, '$1::bigint - (SELECT count(*) FROM manual)')},
     ahead AS MATERIALIZED (
       SELECT id, registry, namespace, next_check_at, check_itself OR NOT $4::boolean AS is_alone FROM images
        WHERE ${CAN_BE_CLAIMED} AND check_priority = 2 AND next_check_at <= now() AND ${IS_FREE}
        ORDER BY next_check_at LIMIT $1::bigint * ${LOOK_AHEAD}),
     shared AS MATERIALIZED (
       SELECT d.registry, d.namespace, d.next_check_at, n.namespace IS NOT NULL AS is_known,
              n.lease_expires_at > now() OR n.retry_at > now() AS has_to_wait
         FROM (SELECT registry, namespace, min(next_check_at) AS next_check_at, count(*) AS due FROM ahead
                WHERE NOT is_alone GROUP BY registry, namespace) AS d
         LEFT JOIN image_monitor.namespaces n USING (registry, namespace)
        WHERE d.due > 1
           OR EXISTS (SELECT FROM images i WHERE i.registry = d.registry AND i.namespace = d.namespace
                         AND i.approval_status = 'approved' AND i.watch_for_updates OFFSET 1)),
     wanted AS MATERIALIZED (
       SELECT 0 AS rank, id, NULL AS registry, NULL AS namespace, next_check_at FROM manual
       UNION ALL SELECT 1, id, NULL, NULL, next_check_at FROM hinted
       UNION ALL
       SELECT 2, id, NULL, NULL, next_check_at FROM ahead
        WHERE is_alone OR (registry, namespace) NOT IN (SELECT registry, namespace FROM shared)
       UNION ALL SELECT 2, NULL, registry, namespace, next_check_at FROM shared WHERE has_to_wait IS NOT TRUE
       ORDER BY rank, next_check_at LIMIT $1),
     free_images AS MATERIALIZED (
       SELECT id FROM images WHERE id IN (SELECT id FROM wanted WHERE id IS NOT NULL) AND ${IS_FREE}
          FOR NO KEY UPDATE SKIP LOCKED),
     free_namespaces AS MATERIALIZED (
       SELECT n.registry, n.namespace FROM image_monitor.namespaces n
        WHERE (n.registry, n.namespace) IN (SELECT registry, namespace FROM wanted WHERE id IS NULL)
          AND (n.lease_token IS NULL OR n.lease_expires_at <= now()) FOR NO KEY UPDATE SKIP LOCKED),
     due AS MATERIALIZED (
       SELECT w.*, s.is_known FROM wanted w LEFT JOIN shared s USING (registry, namespace)
        WHERE w.id IN (SELECT id FROM free_images)
           OR (w.id IS NULL AND (s.is_known IS FALSE
               OR (w.registry, w.namespace) IN (SELECT registry, namespace FROM free_namespaces)))),
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
     chosen AS MATERIALIZED (
       SELECT * FROM due ORDER BY rank, next_check_at LIMIT coalesce((SELECT paid::bigint FROM payment), 0)),
     images_leased AS (
       UPDATE images i SET ${LEASE} FROM chosen c WHERE i.id = c.id RETURNING ${CLAIMED_COLUMNS}, c.rank),
     namespaces_leased AS (
       UPDATE image_monitor.namespaces n SET ${NAMESPACE_LEASE} FROM chosen c
        WHERE c.id IS NULL AND c.is_known AND n.registry = c.registry AND n.namespace = c.namespace
       RETURNING n.*),
     namespaces_made AS (
       INSERT INTO image_monitor.namespaces (registry, namespace, lease_token, lease_expires_at)
       SELECT registry, namespace, gen_random_uuid(), ${LEASE_END}
         FROM chosen WHERE id IS NULL AND NOT is_known ORDER BY registry, namespace
       ON CONFLICT DO NOTHING RETURNING *)
     SELECT to_jsonb(i) AS image, NULL::jsonb AS namespace FROM images_leased i
     UNION ALL
     SELECT NULL, jsonb_build_object('namespace', namespace, 'leaseToken', lease_token,
              'watermark', (extract(epoch FROM watermark) * 1000000)::bigint,
              'probedAt', (extract(epoch FROM probed_at) * 1000000)::bigint,
              'consecutiveFailures', consecutive_failures)
       FROM (SELECT * FROM namespaces_leased UNION ALL SELECT * FROM namespaces_made) AS n`,
    [options.slots, key.registry, key.credential, options.isProbing],
  );
  return {
    images: rows.flatMap(({ image }) => (image ? claimedImage(image) : [])),
    namespaces: rows.flatMap(({ namespace }) => namespace ?? []),
  };
}

/** `UPDATE … RETURNING` through TypeORM answers `[rows, count]`. */
export function records<Row>(answer: Row[] | [Row[], number]): Row[] {
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

/** What became of a payment: paid or not yet, and whether the lease is still ours. */
export interface LeasedPayment {
  isPaid: boolean;
  isLeased: boolean;
  waitMs: number;
}

/**
 * Pays for a further request under a lease and renews the lease, in one statement; when there is no budget yet the
 * lease is renewed all the same, since the work waits in its slot. `lease` is the UPDATE that renews it, with `$1` the
 * registry and its own parameters from `$3` on. Locks the leased row, then the budget's.
 */
export async function payUnderLease(
  db: DataSource,
  key: BudgetKey,
  lease: string,
  parameters: readonly unknown[],
): Promise<LeasedPayment> {
  const rows = await db.query<{ is_paid: boolean; is_leased: boolean; wait_seconds: number }[]>(
    `WITH lease AS (${lease}),
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
    [key.registry, key.credential, ...parameters],
  );
  const row = rows[0];
  return {
    isPaid: row?.is_paid ?? false,
    isLeased: row?.is_leased ?? false,
    waitMs: Math.ceil(Math.max(0, row?.wait_seconds ?? 0) * 1000),
  };
}

/** Pays for a further page of a check under way and renews its lease. */
export async function payForPage(
  db: DataSource,
  key: BudgetKey,
  image: { id: number; leaseToken: string },
): Promise<LeasedPayment> {
  const lease = `UPDATE images SET lease_expires_at = ${LEASE_END} WHERE id = $3 AND lease_token = $4 RETURNING 1`;
  return payUnderLease(db, key, lease, [image.id, image.leaseToken]);
}

/** Hands a lease back unused: the image is due as it was. One row. */
export async function releaseLease(db: DataSource, image: { id: number; leaseToken: string }): Promise<void> {
  await db.query(
    `UPDATE images SET lease_token = NULL, lease_expires_at = NULL WHERE id = $1 AND lease_token = $2`,
    [image.id, image.leaseToken],
  );
}

/** Hands back the leases that this process still holds at shutdown. */
export async function releaseLeases(db: DataSource, tokens: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE images SET lease_token = NULL, lease_expires_at = NULL WHERE lease_token = ANY ($1::uuid[])`,
    [tokens],
  );
}
