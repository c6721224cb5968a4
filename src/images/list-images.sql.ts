import type { DataSource, EntityManager } from 'typeorm';
import { MAX_EXACT_TOTAL } from '../http/cursor.js';
import type { ImageApprovalStatus, InventoryState, RequestPolicy } from './image.entity.js';

export const IMAGE_SORTS = ['name', 'id', 'newest', 'last_check', 'next_check'] as const;
export type ImageSort = (typeof IMAGE_SORTS)[number];

/** Which images; whatever is left out does not filter. */
export interface ImageFilter {
  status?: readonly ImageApprovalStatus[];
  /** Empty: those without one. */
  category?: string;
  /** A part of the name. */
  search?: string;
  watchForUpdates?: boolean;
  /** The last check failed, or it did not. */
  isFailing?: boolean;
  /** As the last check has it; `unknown`: there is none that says. */
  errorKind?: string;
}

/** Where a page begins: behind the row with the sorting's keys, in their order. */
export type ImagePosition = readonly (string | number)[];

/** What a sorting compares, and which way; each is the order of an index, read from one of its ends. */
const ORDERS: Record<ImageSort, { keys: readonly (readonly [sql: string, type: string])[]; isDown?: true }> =
  {
    // The unique key.
    name: {
      keys: [
        ['i.registry', 'text'],
        ['i.image_name', 'text'],
      ],
    },
    // The primary key.
    id: { keys: [['i.id', 'int']] },
    newest: { keys: [['i.id', 'int']], isDown: true },
    // `images_last_checked_idx`: never checked comes last.
    last_check: {
      keys: [
        [`coalesce(i.last_checked_at, '1970-01-01T00:00:00Z'::timestamptz)`, 'timestamptz'],
        ['i.id', 'int'],
      ],
      isDown: true,
    },
    // `images_next_check_idx`: what is not watched has no next check, and comes last.
    next_check: {
      keys: [
        ['(NOT i.watch_for_updates)::int', 'int'],
        ['i.next_check_at', 'timestamptz'],
        ['i.id', 'int'],
      ],
    },
  };

/** An image as it is read for an answer; the claim's own columns (lease, priority) stay inside. */
export interface ImageRow {
  id: number;
  registry: string;
  namespace: string;
  image_name: string;
  description: string | null;
  category: string | null;
  is_official: boolean;
  approval_status: ImageApprovalStatus;
  approved_by: string | null;
  approved_at: Date | null;
  watch_for_updates: boolean;
  last_checked_at: Date | null;
  next_check_at: Date;
  check_interval_minutes: number | null;
  request_policy: RequestPolicy | null;
  baseline: boolean;
  auto_rollout: boolean;
  tag_include: string[];
  tag_exclude: string[];
  platforms: string[];
  inventory_state: InventoryState;
  last_error: string | null;
  last_error_at: Date | null;
  consecutive_failures: number;
  created_at: Date;
  updated_at: Date;
  /** Open questions about its tags, and about itself where the question names it. Counted up to 10,001. */
  pending_count: number;
  /** Tags seen on the registry, counted up to 10,001. */
  tags_observed: number;
  /** The tag approved last, of those in force. */
  approved_newest: { tag: string; digest: string | null; approved_at: string | null } | null;
}

/** The times that a page may be sorted by, to the microsecond, for its cursor. */
export interface ListedImageRow extends ImageRow {
  last_checked_text: string;
  next_check_text: string;
}

const textOf = (time: string): string =>
  `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const TIMES = `${textOf(ORDERS.last_check.keys[0]?.[0] ?? '')} AS last_checked_text,
  ${textOf('i.next_check_at')} AS next_check_text`;

const COLUMNS = `i.id, i.registry, i.namespace, i.image_name, i.description, i.category, i.is_official,
  i.approval_status, i.approved_by, i.approved_at, i.watch_for_updates, i.last_checked_at, i.next_check_at,
  i.check_interval_minutes, i.request_policy, i.baseline, i.auto_rollout, i.tag_include, i.tag_exclude, i.platforms,
  i.inventory_state, i.last_error, i.last_error_at, i.consecutive_failures, i.created_at, i.updated_at`;

/**
 * What is counted beside each image of a page, by one short scan each: `…_by_image_idx`, the primary key of
 * `observed_tags`, `image_tags_newest_idx`. The tables are the other rooms'; their code is not needed to count.
 */
const COUNTED = `
  (SELECT count(*)::int FROM (SELECT FROM image_approval_requests r WHERE r.image_id = i.id AND r.status = 'pending'
    LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows) AS pending_count,
  (SELECT count(*)::int FROM (SELECT FROM image_monitor.observed_tags o WHERE o.image_id = i.id
    LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows) AS tags_observed,
  (SELECT jsonb_build_object('tag', t.tag, 'digest', t.digest, 'approved_at', t.approved_at)
     FROM image_tags t WHERE t.image_id = i.id AND t.status = 'approved'
    ORDER BY t.approved_at DESC NULLS LAST, t.id DESC LIMIT 1) AS approved_newest`;

/**
 * A page of images and how many there are, in one round trip. It follows the index of its sorting ({@link ORDERS}) or
 * that of its filter (`images_approval_status_idx`, `images_category_idx`, `images_failing_idx`); a search reads on
 * along that order until the page is full. The count stops at {@link MAX_EXACT_TOTAL} + 1.
 */
export async function listImages(
  db: DataSource,
  filter: ImageFilter,
  page: { sort: ImageSort; after: ImagePosition | null; limit: number },
): Promise<{ rows: ListedImageRow[]; counted: number }> {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const counted = `SELECT count(*)::int FROM (SELECT FROM images i ${where(conditions)}
    LIMIT ${MAX_EXACT_TOTAL + 1}) AS counted_rows`;
  const valuesOfCount = [...values];
  const ofPage = [...conditions];
  const { keys, isDown } = ORDERS[page.sort];
  if (page.after) {
    const places = page.after.map((key, index) => `$${values.push(key)}::${keys[index]?.[1]}`);
    ofPage.push(`(${keys.map(([sql]) => sql).join(', ')}) ${isDown ? '<' : '>'} (${places.join(', ')})`);
  }
  const order = keys.map(([sql]) => (isDown ? `${sql} DESC` : sql)).join(', ');
  const rows = await db.query<(ListedImageRow & { counted: number })[]>(
    `SELECT ${COLUMNS}, ${COUNTED}, ${TIMES}, (${counted}) AS counted
       FROM (SELECT * FROM images i ${where(ofPage)} ORDER BY ${order} LIMIT ${page.limit + 1}) AS i
      ORDER BY ${order}`,
    values,
  );
  if (rows.length > 0) return { rows, counted: rows[0]?.counted ?? 0 };
  // No row to carry the count: an empty list, or a cursor behind the last one.
  if (!page.after) return { rows: [], counted: 0 };
  const all = await db.query<{ count: number }[]>(counted, valuesOfCount);
  return { rows: [], counted: all[0]?.count ?? 0 };
}

/** One image by its primary key, or null; in a transaction it is the image as that left it. */
export async function findImage(db: DataSource | EntityManager, id: number): Promise<ImageRow | null> {
  const rows = await db.query<ImageRow[]>(`SELECT ${COLUMNS}, ${COUNTED} FROM images i WHERE i.id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
}

/** A word that images are grouped by. */
export interface CategoryRow {
  /** Null: images without one. */
  category: string | null;
  images: number;
  watched: number;
}

/** All categories in alphabetical order, images without one last, up to 1,000. Reads every image once. */
export async function listCategories(db: DataSource): Promise<CategoryRow[]> {
  return db.query<CategoryRow[]>(
    `SELECT category, count(*)::int AS images, (count(*) FILTER (WHERE watch_for_updates))::int AS watched
       FROM images GROUP BY category ORDER BY category NULLS LAST LIMIT 1000`,
  );
}

function conditionsOf(filter: ImageFilter, values: unknown[]): string[] {
  const add = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (filter.status) {
    conditions.push(
      filter.status.length === 1
        ? `i.approval_status = ${add(filter.status[0])}`
        : `i.approval_status = ANY (${add(filter.status)}::text[])`,
    );
  }
  if (filter.category !== undefined) {
    conditions.push(filter.category === '' ? 'i.category IS NULL' : `i.category = ${add(filter.category)}`);
  }
  // Not LIKE, in which the underscore of a name stands for any character.
  if (filter.search !== undefined) conditions.push(`strpos(i.image_name, lower(${add(filter.search)})) > 0`);
  if (filter.watchForUpdates !== undefined)
    conditions.push(`i.watch_for_updates = ${add(filter.watchForUpdates)}`);
  if (filter.isFailing !== undefined)
    conditions.push(`i.last_error IS ${filter.isFailing ? 'NOT ' : ''}NULL`);
  // Of each failing image its last check, by `checks_of_an_image_idx`.
  if (filter.errorKind !== undefined)
    conditions.push(`i.last_error IS NOT NULL AND coalesce((SELECT c.error_kind FROM image_monitor.checks c
      WHERE c.image_id = i.id ORDER BY c.id DESC LIMIT 1), 'unknown') = ${add(filter.errorKind)}`);
  return conditions;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
