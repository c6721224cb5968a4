import type { DataSource } from 'typeorm';
import { BUDGET_CEILING, type BudgetKey } from '../docker-hub/budget.sql.js';
import { CAN_BE_CLAIMED, IS_FREE } from './claim.sql.js';

/** The longest stretch that is shown, and an hour for the row before its first. */
const MINUTES_KEPT = 25 * 60;

/**
 * Keeps the state of the budget for this minute, unless another replica did, and forgets minutes that have had their
 * time. One statement; where the minute is there it reads one row. Locks nothing but its own rows: the payers' row is
 * read as it is.
 */
export async function keepBudgetMinute(db: DataSource, key: BudgetKey): Promise<void> {
  await db.query(
    `WITH forgotten AS (
       DELETE FROM image_monitor.budget_minutes
        WHERE registry = $1 AND credential = $2 AND minute < now() - interval '${MINUTES_KEPT} minutes')
     INSERT INTO image_monitor.budget_minutes (registry, credential, minute, spent, ceiling, waiting, is_paused)
     SELECT b.registry, b.credential, date_trunc('minute', now()), b.spent, ${BUDGET_CEILING},
            (SELECT count(*)::int FROM images WHERE ${CAN_BE_CLAIMED} AND next_check_at <= now() AND ${IS_FREE}),
            coalesce(b.paused_until > now(), false)
       FROM image_monitor.request_budgets b
      WHERE b.registry = $1 AND b.credential = $2
        AND NOT EXISTS (SELECT FROM image_monitor.budget_minutes m WHERE m.registry = $1 AND m.credential = $2
                           AND m.minute = date_trunc('minute', now()))
     ON CONFLICT DO NOTHING`,
    [key.registry, key.credential],
  );
}

/** What the budget did up to a minute. */
export interface BudgetMinuteRow {
  minute: Date;
  /** Requests since the row before; null: the first row that is kept. */
  used: number | null;
  limit: number;
  waiting: number;
  paused: boolean;
}

/** The last minutes, oldest first; by the primary key. */
export async function listBudgetMinutes(
  db: DataSource,
  key: BudgetKey,
  minutes: number,
): Promise<BudgetMinuteRow[]> {
  return db.query<BudgetMinuteRow[]>(
    `SELECT * FROM (
       SELECT minute, (spent - lag(spent) OVER (ORDER BY minute))::int AS used, ceiling AS limit, waiting,
              is_paused AS paused
         FROM image_monitor.budget_minutes
        WHERE registry = $1 AND credential = $2
          AND minute > now() - ($3::int + 60) * interval '1 minute') AS kept
      WHERE minute > now() - $3::int * interval '1 minute' ORDER BY minute`,
    [key.registry, key.credential, minutes],
  );
}

/** What was asked and decided on a day, in UTC. */
export interface TagDayRow {
  /** `2026-02-28`. */
  day: string;
  opened: number;
  approved: number;
  rejected: number;
  /** Of those opened, re-pushes of an approved tag; and waiting requests whose tag was pushed again. */
  repushed: number;
}

/**
 * The last days up to today, each with its counts, days without any among them. Counts entries of the audit log, by
 * `audit_log_by_action_idx` or, of one image, `audit_log_by_image_idx`, and looks up each opened request.
 */
export async function listTagDays(
  db: DataSource,
  filter: { days: number; imageId: number | null },
): Promise<TagDayRow[]> {
  const ofImage = filter.imageId === null ? '' : 'AND a.image_id = $2::int';
  const today = `date_trunc('day', now() AT TIME ZONE 'UTC')`;
  return db.query<TagDayRow[]>(
    `WITH counted AS (
       SELECT date_trunc('day', a.occurred_at AT TIME ZONE 'UTC') AS day,
              (count(*) FILTER (WHERE a.action = 'approval_request.opened'))::int AS opened,
              (count(*) FILTER (WHERE a.action = 'approval_request.approved'))::int AS approved,
              (count(*) FILTER (WHERE a.action = 'approval_request.rejected'))::int AS rejected,
              (count(*) FILTER (WHERE a.action = 'approval_request.digest_moved'
                                   OR r.bump = 'repush'))::int AS repushed
         FROM image_monitor.audit_log a
         LEFT JOIN image_approval_requests r
           ON r.id = a.subject_id AND a.action = 'approval_request.opened'
        WHERE a.action IN ('approval_request.opened', 'approval_request.approved', 'approval_request.rejected',
                           'approval_request.digest_moved')
          AND a.occurred_at >= (${today} - ($1::int - 1) * interval '1 day') AT TIME ZONE 'UTC' ${ofImage}
        GROUP BY 1)
     SELECT to_char(day, 'YYYY-MM-DD') AS day, coalesce(opened, 0) AS opened, coalesce(approved, 0) AS approved,
            coalesce(rejected, 0) AS rejected, coalesce(repushed, 0) AS repushed
       FROM generate_series(${today} - ($1::int - 1) * interval '1 day', ${today}, interval '1 day') AS days (day)
       LEFT JOIN counted USING (day) ORDER BY day`,
    filter.imageId === null ? [filter.days] : [filter.days, filter.imageId],
  );
}
