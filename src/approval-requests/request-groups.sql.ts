import type { DataSource } from 'typeorm';
import type { Bump } from '../domain/comparison.js';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';
import {
  conditionsOf,
  GROUP_IMAGE,
  GROUP_LINE,
  statusCondition,
  where,
  type Condition,
  type Facet,
  type RequestFilter,
  type RequestGroup,
} from './request-filter.sql.js';
import type { RequestRow } from './list-requests.sql.js';

export const BUMPS = [
  'major',
  'minor',
  'patch',
  'rebuild',
  'repush',
  'other',
] as const satisfies readonly Bump[];

/** A group of requests that match. */
export interface GroupRow {
  image_id: number | null;
  image_name: string;
  category: string | null;
  value: string | null;
  variant: string | null;
  total: number;
  by_bump: Record<Bump, number>;
  newest_request_id: number;
  oldest_requested_at: Date;
  has_repush: boolean;
  newest_requested_at_text: string;
  approved: RequestRow['approved'];
}

/** Behind the group with these keys. */
export interface GroupPosition {
  hasRepush: boolean;
  newestRequestedAt: string;
  newestId: number;
}

/**
 * The groups of the requests that match, those with a re-push first, then the one asked about last; and how many
 * groups there are. Reads every request that matches once, since only the whole tells the order; what a group shows is
 * joined and written for the groups of the page alone, which for 2,500 groups takes a third of the time.
 */
export async function listGroups(
  db: DataSource,
  filter: RequestFilter,
  page: { by: RequestGroup['by']; after: GroupPosition | null; limit: number },
): Promise<{ rows: GroupRow[]; counted: number }> {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values).map((condition) => condition.sql);
  const value = { line: GROUP_LINE, digest: 'r.digest', image: 'NULL::text' }[page.by];
  const counts = BUMPS.map(
    (bump) => `count(*) FILTER (WHERE coalesce(r.bump, 'other') = '${bump}') AS "${bump}"`,
  );
  const status = statusCondition(filter, values);
  const behind = page.after
    ? `WHERE (g.repush > 0, g.newest_requested_at, g.newest_request_id) <
        ($${values.push(page.after.hasRepush)}::boolean, $${values.push(page.after.newestRequestedAt)}::timestamptz,
         $${values.push(page.after.newestId)}::int)`
    : '';
  const order = 'g.repush > 0 DESC, g.newest_requested_at DESC, g.newest_request_id DESC';
  const rows = await db.query<(GroupRow & { counted: number })[]>(
    `WITH groups AS MATERIALIZED (
       SELECT ${GROUP_IMAGE} AS image_id, r.image_name, ${value} AS value,
              min(r.variant) AS first_variant, max(r.variant) AS last_variant,
              count(*)::int AS total, ${counts.join(', ')},
              max(r.id) AS newest_request_id, min(r.requested_at) AS oldest_requested_at,
              max(r.requested_at) AS newest_requested_at,
              coalesce(max(r.compared_tag_id) FILTER (WHERE r.bump <> 'repush'), max(r.compared_tag_id)) AS tag_id
         FROM image_approval_requests r ${where([status, ...conditions])}
        GROUP BY 1, 2, 3),
     page AS MATERIALIZED (SELECT * FROM groups g ${behind} ORDER BY ${order} LIMIT ${page.limit + 1})
     SELECT nullif(g.image_id, 0) AS image_id, g.image_name, i.category, g.value,
            CASE WHEN g.first_variant = g.last_variant THEN g.last_variant END AS variant, g.total,
            jsonb_build_object(${BUMPS.map((bump) => `'${bump}', g."${bump}"`).join(', ')}) AS by_bump,
            g.newest_request_id, g.oldest_requested_at, g.repush > 0 AS has_repush,
            to_char(g.newest_requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS newest_requested_at_text,
            CASE WHEN t.id IS NOT NULL THEN jsonb_build_object('id', t.id, 'tag', t.tag, 'digest', t.digest,
              'size_bytes', t.size_bytes, 'platforms', t.platforms, 'pushed_at', t.pushed_at,
              'approved_at', t.approved_at, 'approved_by', t.approved_by) END AS approved,
            (SELECT least(count(*), ${MAX_EXACT_TOTAL + 1})::int FROM groups) AS counted
       FROM page g
       LEFT JOIN images i ON i.id = g.image_id
       LEFT JOIN image_tags t ON t.id = g.tag_id AND t.status = 'approved'
      ORDER BY ${order}`,
    values,
  );
  return { rows, counted: rows[0]?.counted ?? 0 };
}

/** How many requests match, by what they could be narrowed to; each without its own filter. */
export interface FacetsRow {
  total: number;
  oldest_requested_at: string | null;
  bump: Record<string, number>;
  category: { category: string | null; count: number }[];
  image: { image_id: number | null; image_name: string; count: number }[];
  missing_platform: { platform: string; count: number }[];
  age: Record<string, number>;
}

/** As many images, categories and platforms are told, those with most requests. */
const MOST_NAMED = 50;

/** One scan of what matches but for the facets' own filters, and five counts of it; one round trip. */
export async function countFacets(db: DataSource, filter: RequestFilter): Promise<FacetsRow> {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const shared = conditions.filter((condition) => condition.facet === null).map((one) => one.sql);
  const passes = (facet: Facet): string => truthOf(conditions.filter((one) => one.facet === facet));
  const status = statusCondition(filter, values);
  const but = (facet: Facet | null): string =>
    FACETS.filter((one) => one !== facet)
      .map((one) => `b."${one}"`)
      .join(' AND ');
  const top = (
    select: string,
    from: string,
    facet: Facet,
  ): string => `(SELECT coalesce(jsonb_agg(one), '[]') FROM (
     SELECT ${select}, count(*)::int AS count FROM ${from} WHERE ${but(facet)}
      GROUP BY ${select.includes(',') ? '1, 2' : '1'} ORDER BY count(*) DESC, 1 LIMIT ${MOST_NAMED}) AS one)`;
  const rows = await db.query<FacetsRow[]>(
    `WITH b AS MATERIALIZED (
       SELECT coalesce(r.bump, 'other') AS bump_is, r.image_id, r.image_name, r.platforms_missing, r.requested_at,
              ${FACETS.map((facet) => `${passes(facet)} AS "${facet}"`).join(', ')}
         FROM image_approval_requests r ${where([status, ...shared])})
     SELECT (SELECT count(*)::int FROM b WHERE ${but(null)}) AS total,
       (SELECT to_char(min(requested_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM b
         WHERE ${but(null)}) AS oldest_requested_at,
       (SELECT jsonb_build_object(${BUMPS.map((bump) => `'${bump}', count(*) FILTER (WHERE bump_is = '${bump}')`).join(', ')})
          FROM b WHERE ${but('bump')}) AS bump,
       ${top('i.category', 'b LEFT JOIN images i ON i.id = b.image_id', 'category')} AS category,
       ${top('image_id, image_name', 'b', 'image')} AS image,
       ${top('platform', 'b CROSS JOIN unnest(b.platforms_missing) AS platform', 'missingPlatform')} AS missing_platform,
       (SELECT jsonb_build_object(
           'under_1d', count(*) FILTER (WHERE requested_at > now() - interval '1 day'),
           '1d_to_7d', count(*) FILTER (WHERE requested_at <= now() - interval '1 day'
                                          AND requested_at > now() - interval '7 days'),
           '7d_to_14d', count(*) FILTER (WHERE requested_at <= now() - interval '7 days'
                                           AND requested_at > now() - interval '14 days'),
           'over_14d', count(*) FILTER (WHERE requested_at <= now() - interval '14 days'))
          FROM b WHERE ${but('age')}) AS age`,
    values,
  );
  const row = rows[0];
  if (!row) throw new Error('A SELECT without FROM always has a row');
  return row;
}

const FACETS: readonly Facet[] = ['bump', 'category', 'image', 'missingPlatform', 'age'];

function truthOf(conditions: readonly Condition[]): string {
  if (conditions.length === 0) return 'true';
  return `coalesce(${conditions.map((one) => `(${one.sql})`).join(' AND ')}, false)`;
}
