import type { DataSource } from 'typeorm';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';

/** Which entries; whatever is left out does not filter. */
export interface AuditFilter {
  actor?: string;
  action?: string;
  subjectType?: string;
  subjectId?: number;
  imageId?: number;
  /** An approval request. */
  requestId?: number;
  batchId?: string;
  /** ISO 8601: at or after, and before. */
  since?: string;
  until?: string;
}

/** Behind the entry with these keys. */
export interface AuditPosition {
  occurredAt: string;
  id: string;
}

/** An entry as it is read. */
export interface AuditRow {
  id: string;
  occurred_at: Date;
  actor: string;
  action: string;
  subject_type: string;
  subject_id: string;
  image_id: number | null;
  image_name: string | null;
  tag_name: string | null;
  from_state: Record<string, unknown> | null;
  to_state: Record<string, unknown> | null;
  reason: string | null;
  batch_id: string | null;
  http_request_id: string | null;
  /** To the microsecond, for the cursor. */
  occurred_at_text: string;
}

/**
 * A page of the audit log, newest first, and how many entries match, in one round trip. Actor, action, image and time
 * each have an index in the order of the page; the entries of one subject or batch are few and sorted. The count, if
 * it is asked for, stops at {@link MAX_EXACT_TOTAL} + 1.
 */
export async function listAuditEntries(
  db: DataSource,
  filter: AuditFilter,
  page: { after: AuditPosition | null; limit: number; isCounted: boolean },
): Promise<{ rows: AuditRow[]; counted: number }> {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const counted = `(SELECT count(*)::int FROM (SELECT FROM image_monitor.audit_log a
    ${where(conditions)} LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows)`;
  const valuesOfCount = [...values];
  if (page.after) {
    const [time, id] = [values.push(page.after.occurredAt), values.push(page.after.id)];
    conditions.push(`(a.occurred_at, a.id) < ($${time}::timestamptz, $${id}::bigint)`);
  }
  const rows = await db.query<(AuditRow & { counted: number })[]>(
    `SELECT a.id, a.occurred_at, a.actor, a.action, a.subject_type, a.subject_id, a.image_id, a.image_name, a.tag_name,
            a.from_state, a.to_state, a.reason, a.batch_id, a.http_request_id,
            to_char(a.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS occurred_at_text,
            ${page.isCounted ? counted : '0'} AS counted
       FROM image_monitor.audit_log a ${where(conditions)}
      ORDER BY a.occurred_at DESC, a.id DESC LIMIT ${page.limit + 1}`,
    values,
  );
  if (rows.length > 0 || !page.after || !page.isCounted) return { rows, counted: rows[0]?.counted ?? 0 };
  // No row to carry the count: a cursor behind the last one.
  const all = await db.query<{ counted: number }[]>(`SELECT ${counted} AS counted`, valuesOfCount);
  return { rows, counted: all[0]?.counted ?? 0 };
}

function conditionsOf(filter: AuditFilter, values: unknown[]): string[] {
  const conditions: string[] = [];
  const when = (value: unknown, sql: (parameter: string) => string): void => {
    if (value !== undefined) conditions.push(sql(`$${values.push(value)}`));
  };
  when(filter.actor, (actor) => `a.actor = ${actor}`);
  when(filter.action, (action) => `a.action = ${action}`);
  when(filter.subjectType, (type) => `a.subject_type = ${type}`);
  when(filter.subjectId, (id) => `a.subject_id = ${id}`);
  when(filter.imageId, (id) => `a.image_id = ${id}`);
  when(filter.requestId, (id) => `a.subject_type = 'approval_request' AND a.subject_id = ${id}`);
  when(filter.batchId, (id) => `a.batch_id = ${id}::uuid`);
  when(filter.since, (time) => `a.occurred_at >= ${time}::timestamptz`);
  when(filter.until, (time) => `a.occurred_at < ${time}::timestamptz`);
  return conditions;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
