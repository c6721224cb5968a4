import type { DataSource } from 'typeorm';
import type { ApprovedTag } from '../domain/comparison.js';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';

/** Where an observed tag stands: its row in `image_tags`, its newest request, else as it was seen. */
export const OBSERVED_STATES = ['approved', 'pending', 'rejected', 'superseded', 'seen', 'held'] as const;
export type ObservedState = (typeof OBSERVED_STATES)[number];

/** An observed tag as it is listed. */
export interface ObservedTagRow {
  tag_name: string;
  state: ObservedState;
  digest: string | null;
  last_updated_text: string | null;
  last_updated_micros_text: string | null;
  size_bytes: string | null;
  platforms: string[];
  request_id: number | null;
  /** Other observed names of the digest, in alphabetical order. */
  same_as: string[];
  first_seen_at: Date;
  last_seen_at: Date;
}

/** The key of an observed tag's place: newest first, tags without a time last, then by name. */
export interface ObservedPosition {
  lastUpdated: string | null;
  tagName: string;
}

/** What the list can be narrowed to; whatever is left out does not filter. */
export interface ObservedFilter {
  state?: readonly ObservedState[];
  requestId?: number;
  digest?: string;
  /** An observed tag: those with its digest, itself among them. */
  sameAs?: string;
  /** `linux/arm64`, `linux/arm64/v8`: those that have it. */
  platform?: string;
  /** Only these; for what is worked out from names, as lines and variants are. */
  names?: readonly string[];
}

/** More names than any known image has (500 pages of 100). */
const MOST_NAMES = 50_000;
/** As many other names of a digest are told. */
const MOST_SAME = 100;

/** `o` with its approved tag `t` and newest request `r`: one index look-up each for a row. */
const STANDING = `image_monitor.observed_tags o
  LEFT JOIN image_tags t ON t.image_id = o.image_id AND t.tag = o.tag_name AND t.status = 'approved'
  LEFT JOIN LATERAL (
    SELECT r.id, r.status FROM image_approval_requests r
     WHERE r.image_id = o.image_id AND r.tag_name = o.tag_name ORDER BY r.id DESC LIMIT 1) AS r ON true`;
const STATE = `CASE WHEN r.status = 'pending' THEN 'pending'
  WHEN t.id IS NOT NULL THEN 'approved'
  WHEN r.status IN ('rejected', 'superseded') THEN r.status
  ELSE o.state END`;
const ORDER = `o.last_updated DESC NULLS LAST, o.tag_name`;

/**
 * A page of an image's observed tags, newest first, with where each stands. By `observed_tags_newest_idx`, then three
 * index look-ups for each row of the page. A filter on `state` or `requestId` looks where each tag stands until the page
 * is full, and until {@link MAX_EXACT_TOTAL} + 1 are counted.
 */
export async function listObservedTags(
  db: DataSource,
  imageId: number,
  filter: ObservedFilter,
  page: { after: ObservedPosition | null; limit: number },
): Promise<{ rows: ObservedTagRow[]; counted: number; inventory: string | null }> {
  const values: unknown[] = [imageId];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['o.image_id = i.id'];
  if (filter.digest !== undefined) conditions.push(`o.digest = ${add(filter.digest)}`);
  if (filter.sameAs !== undefined) {
    conditions.push(`o.digest = (SELECT s.digest FROM image_monitor.observed_tags s
      WHERE s.image_id = i.id AND s.tag_name = ${add(filter.sameAs)})`);
  }
  if (filter.platform !== undefined) {
    const platform = add(filter.platform);
    // Without a variant any will do, as in an image's own list of platforms.
    conditions.push(
      `EXISTS (SELECT FROM unnest(o.platforms) AS p WHERE p = ${platform} OR starts_with(p, ${platform} || '/'))`,
    );
  }
  if (filter.names) conditions.push(`o.tag_name = ANY (${add(filter.names)}::text[])`);
  if (filter.state) conditions.push(`${STATE} = ANY (${add(filter.state)}::text[])`);
  if (filter.requestId !== undefined) conditions.push(`r.id = ${add(filter.requestId)}`);
  const isByStanding = filter.state !== undefined || filter.requestId !== undefined;
  const source = isByStanding ? STANDING : 'image_monitor.observed_tags o';
  const ofPage = [...conditions, ...behind(page.after, add)];
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
            (SELECT count(*)::int FROM (SELECT FROM ${source} WHERE ${conditions.join(' AND ')}
              LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows) AS counted,
            (SELECT json_agg(page) FROM (
               SELECT o.tag_name, o.digest, o.last_updated_text,
                      to_char(o.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_updated_micros_text,
                      o.size_bytes::text, o.platforms, o.first_seen_at, o.last_seen_at, r.id AS request_id,
                      ${STATE} AS state,
                      ARRAY(SELECT s.tag_name FROM image_monitor.observed_tags s
                             WHERE s.image_id = o.image_id AND s.digest = o.digest AND s.tag_name <> o.tag_name
                             ORDER BY s.tag_name LIMIT ${MOST_SAME}) AS same_as
                 FROM (SELECT o.* FROM ${source} WHERE ${ofPage.join(' AND ')}
                        ORDER BY ${ORDER} LIMIT ${page.limit + 1}) AS o
                 LEFT JOIN image_tags t ON t.image_id = o.image_id AND t.tag = o.tag_name AND t.status = 'approved'
                 LEFT JOIN LATERAL (
                   SELECT r.id, r.status FROM image_approval_requests r
                    WHERE r.image_id = o.image_id AND r.tag_name = o.tag_name ORDER BY r.id DESC LIMIT 1) AS r ON true
                ORDER BY ${ORDER}) AS page) AS rows
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

function behind(after: ObservedPosition | null, add: (value: unknown) => string): string[] {
  if (after === null) return [];
  if (after.lastUpdated === null) return [`o.last_updated IS NULL AND o.tag_name > ${add(after.tagName)}`];
  const [time, name] = [add(after.lastUpdated), add(after.tagName)];
  return [
    `(o.last_updated < ${time}::timestamptz OR o.last_updated IS NULL
      OR (o.last_updated = ${time}::timestamptz AND o.tag_name > ${name}))`,
  ];
}

/** The approved tags of an image, as comparing with them needs them; by `image_tags_image_tag_key`. */
export async function readApprovedTags(db: DataSource, imageId: number): Promise<ApprovedTag[]> {
  return db.query<ApprovedTag[]>(
    `SELECT id, tag, digest, size_bytes::float8 AS "sizeBytes", platforms, pushed_at::text AS "pushedAt"
       FROM image_tags WHERE image_id = $1 AND status = 'approved'`,
    [imageId],
  );
}

/** The names of an image's observed tags, at most 50,000; an index-only scan of the primary key. */
export async function listObservedNames(db: DataSource, imageId: number): Promise<string[]> {
  const rows = await db.query<{ tag_name: string }[]>(
    `SELECT tag_name FROM image_monitor.observed_tags WHERE image_id = $1 LIMIT ${MOST_NAMES}`,
    [imageId],
  );
  return rows.map((row) => row.tag_name);
}

/**
 * The sizes of a platform by tag, where a request about the digest that the tag has now tells them; a tag's own size
 * is that of one of its platforms. By `…_by_tag_idx`, a row for each tag.
 */
export async function readPlatformSizes(
  db: DataSource,
  imageId: number,
  tags: readonly { name: string; digest: string | null }[],
  platform: string,
): Promise<Map<string, number>> {
  const rows = await db.query<{ tag_name: string; size_bytes: number }[]>(
    `SELECT DISTINCT ON (r.tag_name) r.tag_name, (p ->> 'size_bytes')::float8 AS size_bytes
       FROM unnest($2::text[], $3::text[]) AS wanted (tag_name, digest)
       JOIN image_approval_requests r ON r.image_id = $1 AND r.tag_name = wanted.tag_name AND r.digest = wanted.digest
      CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(r.metadata -> 'platforms') WHEN 'array'
              THEN r.metadata -> 'platforms' ELSE '[]'::jsonb END) AS p
      WHERE jsonb_typeof(p -> 'size_bytes') = 'number'
        AND ($4 = concat_ws('/', p ->> 'os', p ->> 'architecture', nullif(p ->> 'variant', ''))
             OR $4 = concat_ws('/', p ->> 'os', p ->> 'architecture'))
      ORDER BY r.tag_name, r.id DESC`,
    [imageId, tags.map((tag) => tag.name), tags.map((tag) => tag.digest), platform],
  );
  return new Map(rows.map((row) => [row.tag_name, row.size_bytes]));
}
