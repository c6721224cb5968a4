import type { DataSource } from 'typeorm';
import type { BudgetKey } from '../docker-hub/budget.sql.js';
import type { ProbedImage, ProbeFinding } from '../domain/probe.js';
import { microsToText } from '../domain/stamp.js';
import { IS_FREE, LEASE_END, payUnderLease, type ClaimedNamespace, type LeasedPayment } from './claim.sql.js';

const IS_WATCHED = `approval_status = 'approved' AND watch_for_updates`;

/** Pays for a further page of a listing and renews the namespace's lease. */
export async function payForListingPage(
  db: DataSource,
  key: BudgetKey,
  claimed: ClaimedNamespace,
): Promise<LeasedPayment> {
  const lease = `UPDATE image_monitor.namespaces SET lease_expires_at = ${LEASE_END}
    WHERE registry = $1 AND namespace = $3 AND lease_token = $4 RETURNING 1`;
  return payUnderLease(db, key, lease, [claimed.namespace, claimed.leaseToken]);
}

/**
 * The images that a probe may answer for: watched, not under way, with no failure pending (those are on their own
 * schedule). By `images_of_namespace_idx`; locks nothing.
 */
export async function readProbedImages(
  db: DataSource,
  registry: string,
  namespace: string,
): Promise<{ images: ProbedImage[]; nowMicros: number }> {
  const rows = await db.query<
    {
      id: number;
      image_name: string;
      repository_stamp: string | null;
      last_checked_at: string | null;
      last_full_check_at: string | null;
      now: string;
    }[]
  >(
    `SELECT id, image_name, repository_stamp,
            (extract(epoch FROM last_checked_at) * 1000000)::bigint AS last_checked_at,
            (extract(epoch FROM last_full_check_at) * 1000000)::bigint AS last_full_check_at,
            (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
       FROM images
      WHERE registry = $1 AND namespace = $2 AND ${IS_WATCHED} AND ${IS_FREE} AND consecutive_failures = 0`,
    [registry, namespace],
  );
  return {
    nowMicros: Number(rows[0]?.now ?? 0),
    images: rows.map((row) => ({
      id: row.id,
      repository: row.image_name.slice(row.image_name.indexOf('/') + 1),
      storedStamp: row.repository_stamp,
      lastCheckedAt: row.last_checked_at === null ? null : Number(row.last_checked_at),
      lastFullCheckAt: row.last_full_check_at === null ? null : Number(row.last_full_check_at),
    })),
  };
}

/** What a good probe leaves behind. */
export interface ProbeResult {
  /** How long ago its first request was sent: what is vouched for, is so from then on. */
  startedMsAgo: number;
  /** Microseconds; null leaves what stands. */
  watermark: number | null;
  findings: readonly ProbeFinding[];
  /** The service's `CHECK_INTERVAL_MINUTES`, for images without one of their own. */
  defaultIntervalMinutes: number;
  /** By what intervals are multiplied in this namespace. */
  spread: number;
}

/**
 * Closes a good probe under its lease, in one statement: the namespace's watermark and time; all images that have not
 * moved, due or not, are checked as of the probe and due again an interval later; those that moved are due now and to
 * be checked themselves (an image that no check has read yet waits until it is due). Images under way or locked are left alone (SKIP LOCKED, so that nothing waits or deadlocks):
 * they stay due and are judged again. False: another one holds the lease.
 */
export async function closeProbe(
  db: DataSource,
  registry: string,
  claimed: ClaimedNamespace,
  result: ProbeResult,
): Promise<boolean> {
  const rows = await db.query<{ is_closed: boolean }[]>(
    `WITH closed AS (
       UPDATE image_monitor.namespaces
          SET lease_token = NULL, lease_expires_at = NULL, retry_at = NULL, consecutive_failures = 0,
              last_error = NULL, last_error_at = NULL, watermark = coalesce($4::timestamptz, watermark),
              probed_at = clock_timestamp() - $5 * interval '1 millisecond'
        WHERE registry = $1 AND namespace = $2 AND lease_token = $3
       RETURNING probed_at),
     found AS (
       SELECT f.* FROM jsonb_to_recordset($6::jsonb) AS f (id integer, moved boolean, shown boolean, stamp text)),
     free AS (
       SELECT i.id FROM images i
        WHERE i.id IN (SELECT id FROM found) AND ${IS_WATCHED} AND ${IS_FREE} AND consecutive_failures = 0
          AND check_priority = 2 AND EXISTS (SELECT FROM closed) FOR NO KEY UPDATE SKIP LOCKED),
     judged AS (
       UPDATE images i
          SET check_itself = f.moved,
              probe_stamp = CASE WHEN f.shown THEN f.stamp ELSE i.probe_stamp END,
              triggered_at = CASE WHEN f.moved THEN i.triggered_at END,
              last_checked_at = CASE WHEN f.moved THEN i.last_checked_at ELSE closed.probed_at END,
              last_error = CASE WHEN f.moved THEN i.last_error END,
              last_error_at = CASE WHEN f.moved THEN i.last_error_at END,
              next_check_at = CASE WHEN f.moved THEN least(i.next_check_at, now())
                ELSE clock_timestamp() + coalesce(i.check_interval_minutes, $7::integer) * $8::float8 * interval '1 minute' END
         FROM closed, found f JOIN free USING (id) WHERE i.id = f.id AND (NOT f.moved OR i.next_check_at <= now() OR i.repository_stamp IS NOT NULL))
     SELECT EXISTS (SELECT FROM closed) AS is_closed`,
    [
      registry,
      claimed.namespace,
      claimed.leaseToken,
      result.watermark === null ? null : microsToText(result.watermark),
      result.startedMsAgo,
      JSON.stringify(
        result.findings.map(({ id, hasMoved, stamp }) => ({
          id,
          moved: hasMoved,
          shown: stamp !== undefined,
          stamp: stamp ?? null,
        })),
      ),
      result.defaultIntervalMinutes,
      result.spread,
    ],
  );
  return rows[0]?.is_closed ?? false;
}

/**
 * Closes a probe that found nothing out: tried again after `retryInMs`, or, with null, its due images are checked
 * themselves. One statement; locks the namespace and the due images that nobody is at.
 */
export async function closeFailedProbe(
  db: DataSource,
  registry: string,
  claimed: ClaimedNamespace,
  failure: { retryInMs: number | null; error: string | null; isFailure: boolean },
): Promise<void> {
  await db.query(
    `WITH closed AS (
       UPDATE image_monitor.namespaces
          SET lease_token = NULL, lease_expires_at = NULL,
              retry_at = CASE WHEN $4::float8 IS NULL THEN NULL ELSE clock_timestamp() + $4::float8 * interval '1 millisecond' END,
              consecutive_failures = CASE WHEN $6::boolean AND $4::float8 IS NOT NULL THEN consecutive_failures + 1 ELSE 0 END,
              last_error = coalesce($5, last_error),
              last_error_at = CASE WHEN $5::text IS NULL THEN last_error_at ELSE clock_timestamp() END
        WHERE registry = $1 AND namespace = $2 AND lease_token = $3 RETURNING 1)
     UPDATE images SET check_itself = true
      WHERE id IN (SELECT id FROM images WHERE registry = $1 AND namespace = $2 AND ${IS_WATCHED}
                      AND next_check_at <= now() AND ${IS_FREE} AND $4::float8 IS NULL AND EXISTS (SELECT FROM closed)
                      FOR NO KEY UPDATE SKIP LOCKED)`,
    [registry, claimed.namespace, claimed.leaseToken, failure.retryInMs, failure.error, failure.isFailure],
  );
}

/** Hands back the namespaces that this process still probes at shutdown. */
export async function releaseNamespaces(db: DataSource, tokens: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE image_monitor.namespaces SET lease_token = NULL, lease_expires_at = NULL WHERE lease_token = ANY ($1::uuid[])`,
    [tokens],
  );
}
