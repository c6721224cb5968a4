import type { DataSource } from 'typeorm';
import type { Bump } from '../domain/comparison.js';
import { conditionsOf, statusCondition, where, type RequestFilter } from './request-filter.sql.js';

/** Previews are kept for as long as anybody still has one on his screen. */
const PREVIEW_HOURS = 24;

/** What is needed of a request to choose what becomes of it. */
export interface ChoosableRow {
  id: number;
  image_id: number | null;
  tag_name: string | null;
  line: string | null;
  bump: Bump | null;
  digest: string | null;
  compared_tag_id: number | null;
}

/**
 * The first `limit` requests of a filter in the order of their ids, and how many match; one round trip that reads all
 * that match. Locks nothing: whoever decides locks, and judges each anew.
 */
export async function chooseByFilter(
  db: DataSource,
  filter: RequestFilter,
  limit: number,
): Promise<{ rows: ChoosableRow[]; matching: number }> {
  const values: unknown[] = [];
  const conditions = [
    statusCondition(filter, values),
    ...conditionsOf(filter, values).map((condition) => condition.sql),
  ];
  const rows = await db.query<(ChoosableRow & { matching: number })[]>(
    `SELECT r.id, r.image_id, r.tag_name, r.line, r.bump, r.digest, r.compared_tag_id,
            count(*) OVER ()::int AS matching
       FROM image_approval_requests r ${where(conditions)} ORDER BY r.id LIMIT ${limit}`,
    values,
  );
  return { rows, matching: rows[0]?.matching ?? 0 };
}

/** The same of ids; unknown ones are left out. By the primary key, at most 1,000. */
export async function chooseByIds(db: DataSource, ids: readonly number[]): Promise<ChoosableRow[]> {
  return db.query<ChoosableRow[]>(
    `SELECT r.id, r.image_id, r.tag_name, r.line, r.bump, r.digest, r.compared_tag_id
       FROM image_approval_requests r WHERE r.id = ANY ($1::int[]) ORDER BY r.id`,
    [ids],
  );
}

/** What a preview tells a reader of a request, beside its outcome. */
export interface PreviewedRow {
  id: number;
  image_name: string;
  tag_name: string | null;
  bump: Bump | null;
  platforms_missing: string[];
}

/** The same requests as a preview shows them; unknown ones are left out. By the primary key, at most 10,000. */
export async function describeRequests(db: DataSource, ids: readonly number[]): Promise<PreviewedRow[]> {
  return db.query<PreviewedRow[]>(
    `SELECT r.id, r.image_name, r.tag_name, r.bump, r.platforms_missing
       FROM image_approval_requests r WHERE r.id = ANY ($1::int[])`,
    [ids],
  );
}

/**
 * The requests that a batch decided and that have not been reopened since; those that it closed along with them come
 * back with them. By `…_by_batch_idx`.
 */
export async function chooseByBatch(db: DataSource, batchId: string): Promise<number[]> {
  const rows = await db.query<{ id: number }[]>(
    `SELECT r.id FROM image_approval_requests r
      WHERE r.batch_id = $1 AND r.status <> 'pending' AND r.superseded_by IS NULL ORDER BY r.id`,
    [batchId],
  );
  return rows.map((row) => row.id);
}

/** One request of a preview: id, outcome, code, digest, what closes with it, other names approved with it. */
export type PreviewFact = readonly [
  id: number,
  outcome: string,
  code: string | null,
  digest: string | null,
  superseded: readonly number[],
  aliases: readonly string[],
];

/** Keeps previews by their hashes, for {@link findPreview}, and forgets old ones; the same one is kept once. */
export async function keepPreviews(
  db: DataSource,
  previews: readonly { hash: string; facts: readonly PreviewFact[] }[],
): Promise<void> {
  await db.query(
    `WITH forgotten AS (
       DELETE FROM image_monitor.bulk_previews WHERE created_at < now() - interval '${PREVIEW_HOURS} hours')
     INSERT INTO image_monitor.bulk_previews (hash, facts)
     SELECT "hash", "facts" FROM jsonb_to_recordset($1::jsonb) AS p ("hash" text, "facts" jsonb)
     ON CONFLICT (hash) DO UPDATE SET created_at = now()`,
    [JSON.stringify(previews)],
  );
}

/** What a preview said; null: it was not made here, or is forgotten. */
export async function findPreview(db: DataSource, hash: string): Promise<PreviewFact[] | null> {
  const rows = await db.query<{ facts: PreviewFact[] }[]>(
    `SELECT facts FROM image_monitor.bulk_previews WHERE hash = $1`,
    [hash],
  );
  return rows[0]?.facts ?? null;
}
