import type { EntityManager, DataSource } from 'typeorm';

/**
 * The request budget: a bucket in one row per registry and credential, shared by all replicas (SPEC 5.6).
 *
 * With a ceiling of c requests a minute it holds c/12 and fills at 0.9 c a minute, so that no 60 seconds, wherever
 * they begin, hold more than c: 180 gives 15 + 2.7 × 61 = 179.7 (61, since a paid request may leave a second late).
 * Below 12 a minute the bucket holds one and fills that much slower; a ceiling of 1, which a server may ask for, gives one
 * request every 62 s. All times are the database's, so that
 * replicas with wrong clocks share it correctly.
 */
export const BUDGET_CEILING = `least(b.requests_per_minute, coalesce(b.server_limit, b.requests_per_minute))`;
/** What the bucket holds. */
export const BUDGET_CAPACITY = `greatest(1.0, ${BUDGET_CEILING} / 12.0)`;
const PER_SECOND = `greatest(1 / 62.0, least(0.015 * ${BUDGET_CEILING}, (${BUDGET_CEILING} - ${BUDGET_CAPACITY}) / 61.0))`;

/** Requests that may leave now; `b` is the row. 0 while paused. */
export const BUDGET_LEVEL = `(CASE WHEN b.paused_until > clock_timestamp() THEN 0.0 ELSE
  least(${BUDGET_CAPACITY}, b.tokens + ${PER_SECOND} * greatest(0, extract(epoch FROM clock_timestamp() - b.refilled_at))) END)`;

/** Seconds until `wanted` requests may leave. */
export function budgetWait(wanted: string): string {
  return `greatest(0, extract(epoch FROM b.paused_until - clock_timestamp()),
    (${wanted} - ${BUDGET_LEVEL}) / ${PER_SECOND})`;
}

/** What a claim must leave in the bucket for checks under way, which pay before any claim. */
export const BUDGET_RESERVE = `(CASE WHEN ${BUDGET_CAPACITY} >= 4 THEN 1 ELSE 0 END)`;

/** Which row: `docker.io` and the account that asks, or `anonymous`. */
export interface BudgetKey {
  registry: string;
  credential: string;
}

/** Makes the row, full, or gives it this ceiling. One row. */
export async function ensureBudget(db: DataSource, key: BudgetKey, requestsPerMinute: number): Promise<void> {
  await db.query(
    `INSERT INTO image_monitor.request_budgets (registry, credential, requests_per_minute, tokens, refilled_at)
     VALUES ($1, $2, $3::integer, greatest(1.0, $3::integer / 12.0), clock_timestamp())
     ON CONFLICT (registry, credential) DO UPDATE SET requests_per_minute = excluded.requests_per_minute
       WHERE request_budgets.requests_per_minute <> excluded.requests_per_minute`,
    [key.registry, key.credential, requestsPerMinute],
  );
}

/** Pays for one request if there is budget. Locks the one row for the statement. */
export async function payOne(
  db: DataSource | EntityManager,
  key: BudgetKey,
): Promise<{ isPaid: boolean; waitMs: number }> {
  const rows = await db.query<{ is_paid: boolean; wait_seconds: number }[]>(
    `WITH level AS (
       SELECT ${BUDGET_LEVEL} AS now, ${budgetWait('1')} AS wait_seconds
         FROM image_monitor.request_budgets b WHERE b.registry = $1 AND b.credential = $2 FOR NO KEY UPDATE),
     paid AS (
       UPDATE image_monitor.request_budgets b
          SET tokens = level.now - 1, refilled_at = greatest(b.refilled_at, clock_timestamp()), spent = b.spent + 1
         FROM level WHERE b.registry = $1 AND b.credential = $2 AND level.now >= 1 RETURNING 1)
     SELECT EXISTS (SELECT FROM paid) AS is_paid, wait_seconds::float8 FROM level`,
    [key.registry, key.credential],
  );
  const row = rows[0];
  return { isPaid: row?.is_paid ?? false, waitMs: Math.ceil((row?.wait_seconds ?? 1) * 1000) };
}

/** Lets nothing leave for `ms` milliseconds; a longer pause that is under way stays. */
export async function pauseBudget(db: DataSource, key: BudgetKey, ms: number, reason: string): Promise<void> {
  await db.query(
    `UPDATE image_monitor.request_budgets
        SET tokens = 0, refilled_at = clock_timestamp(), pause_reason = $4,
            paused_until = greatest(paused_until, clock_timestamp() + $3 * interval '1 millisecond')
      WHERE registry = $1 AND credential = $2`,
    [key.registry, key.credential, ms, reason],
  );
}

/** Takes over what the server says: its limit (never above ours), and fewer remaining requests than we counted. */
export async function lowerBudget(
  db: DataSource,
  key: BudgetKey,
  said: { limit: number | null; remaining: number | null },
): Promise<void> {
  await db.query(
    `UPDATE image_monitor.request_budgets b
        SET server_limit = coalesce($3::integer, b.server_limit),
            server_limit_at = CASE WHEN $3::integer IS NULL THEN b.server_limit_at ELSE clock_timestamp() END,
            tokens = least(${BUDGET_LEVEL}, $4::integer), refilled_at = clock_timestamp()
      WHERE b.registry = $1 AND b.credential = $2`,
    [key.registry, key.credential, said.limit, said.remaining],
  );
}

/** The budget as the status shows it. */
export interface BudgetRow {
  ceiling: number;
  level: number;
  full_in_seconds: number;
  paused_until: Date | null;
  pause_reason: string | null;
}

/** Reads the one row; locks nothing. */
export async function readBudget(db: DataSource, key: BudgetKey): Promise<BudgetRow | null> {
  const rows = await db.query<BudgetRow[]>(
    `SELECT ${BUDGET_CEILING} AS ceiling, ${BUDGET_LEVEL}::float8 AS level, (${budgetWait(BUDGET_CAPACITY)})::float8 AS full_in_seconds,
            CASE WHEN b.paused_until > clock_timestamp() THEN b.paused_until END AS paused_until, b.pause_reason
       FROM image_monitor.request_budgets b WHERE b.registry = $1 AND b.credential = $2`,
    [key.registry, key.credential],
  );
  return rows[0] ?? null;
}
