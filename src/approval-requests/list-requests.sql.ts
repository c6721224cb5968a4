import type { DataSource } from 'typeorm';
import type { RequestStatus } from '../domain/decision.js';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';

/** Which requests; whatever is left out does not filter. */
export interface RequestFilter {
  status?: readonly RequestStatus[];
  imageId?: number;
  imageName?: string;
  tag?: string;
  /** `metadata.source`: `image_monitor`, `gate`. */
  source?: string;
  /** ISO 8601: requested at or after. */
  since?: string;
}

export type RequestSort = 'newest' | 'oldest';

/** Where a page begins: behind the row with these keys. */
export interface RequestPosition {
  requestedAt: string;
  id: number;
}

/** A request as it is read for an answer. */
export interface RequestRow {
  id: number;
  image_id: number | null;
  image_name: string;
  registry: string;
  tag_name: string | null;
  status: RequestStatus;
  requested_by: string;
  requested_at: Date;
  reviewed_by: string | null;
  reviewed_at: Date | null;
  notes: string | null;
  rejection_reason: string | null;
  metadata: Record<string, unknown>;
  digest: string | null;
  line: string | null;
  variant: string | null;
  bump: string | null;
  pushed_at: Date | null;
  size_bytes: string | null;
  size_change_bytes: string | null;
  platforms_missing: string[];
  superseded_by: number | null;
  batch_id: string | null;
  /** The tag that it is compared with, as long as it is approved. */
  approved: {
    tag: string;
    digest: string | null;
    size_bytes: number | null;
    platforms: string[];
    pushed_at: string | null;
    approved_at: string | null;
    approved_by: string | null;
  } | null;
  /** `requested_at` to the microsecond, for the cursor. */
  requested_at_text: string;
}

const ROW = `r.id, r.image_id, r.image_name, r.registry, r.tag_name, r.status, r.requested_by, r.requested_at,
  r.reviewed_by, r.reviewed_at, r.notes, r.rejection_reason, r.metadata, r.digest, r.line, r.variant, r.bump,
  r.pushed_at, r.size_bytes, r.size_change_bytes, r.platforms_missing, r.superseded_by, r.batch_id,
  CASE WHEN t.id IS NOT NULL THEN jsonb_build_object('tag', t.tag, 'digest', t.digest, 'size_bytes', t.size_bytes,
    'platforms', t.platforms, 'pushed_at', t.pushed_at, 'approved_at', t.approved_at, 'approved_by', t.approved_by)
  END AS approved,
  to_char(r.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS requested_at_text`;

const FROM = `image_approval_requests r
  LEFT JOIN image_tags t ON t.id = r.compared_tag_id AND t.status = 'approved'`;

/** The conditions of a filter, with their parameters appended to `values`. */
export function conditionsOf(filter: RequestFilter, values: unknown[]): string[] {
  const add = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (filter.status) {
    conditions.push(
      filter.status.length === 1
        ? `r.status = ${add(filter.status[0])}`
        : `r.status = ANY (${add(filter.status)}::text[])`,
    );
  }
  if (filter.imageId !== undefined) conditions.push(`r.image_id = ${add(filter.imageId)}`);
  if (filter.imageName !== undefined) conditions.push(`r.image_name = ${add(filter.imageName)}`);
  if (filter.tag !== undefined) conditions.push(`r.tag_name = ${add(filter.tag)}`);
  if (filter.source !== undefined) conditions.push(`r.metadata ->> 'source' = ${add(filter.source)}`);
  if (filter.since !== undefined) conditions.push(`r.requested_at >= ${add(filter.since)}::timestamptz`);
  return conditions;
}

/**
 * A page of requests and how many there are, in one round trip. By `…_by_status_idx` (or `…_by_image_idx`) in the
 * order of the page, so any page costs the same; the count stops at {@link MAX_EXACT_TOTAL} + 1.
 */
export async function listRequests(
  db: DataSource,
  filter: RequestFilter,
  page: { sort: RequestSort; after: RequestPosition | null; limit: number },
): Promise<{ rows: RequestRow[]; counted: number }> {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const countAll = `SELECT count(*)::int FROM (SELECT FROM image_approval_requests r
    ${where(conditions)} LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows`;
  const [direction, sign] = page.sort === 'newest' ? ['DESC', '<'] : ['ASC', '>'];
  const ofPage = page.after
    ? [
        ...conditions,
        `(r.requested_at, r.id) ${sign} ($${values.push(page.after.requestedAt)}::timestamptz, $${values.push(page.after.id)}::int)`,
      ]
    : conditions;
  const rows = await db.query<(RequestRow & { counted: number })[]>(
    `SELECT page.*, (${countAll}) AS counted FROM (
       SELECT ${ROW} FROM ${FROM} ${where(ofPage)}
        ORDER BY r.requested_at ${direction}, r.id ${direction} LIMIT ${page.limit + 1}) AS page`,
    values,
  );
  if (rows.length > 0) {
    const counted = rows[0]?.counted ?? 0;
    return { rows: rows.map(({ counted: _counted, ...row }) => row), counted };
  }
  // No row to carry the count: an empty list, or a cursor behind the last one.
  if (!page.after) return { rows: [], counted: 0 };
  const all = await db.query<{ count: number }[]>(countAll, values.slice(0, -2));
  return { rows: [], counted: all[0]?.count ?? 0 };
}

/** One request by its primary key, or null. */
export async function findRequest(db: DataSource, id: number): Promise<RequestRow | null> {
  const rows = await db.query<RequestRow[]>(`SELECT ${ROW} FROM ${FROM} WHERE r.id = $1`, [id]);
  return rows[0] ?? null;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
