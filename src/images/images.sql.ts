import type { EntityManager } from 'typeorm';

/**
 * Locks images against every other writer of their requests and tags, in id order, so that nothing deadlocks
 * (SPEC 6). FOR NO KEY UPDATE, never FOR UPDATE: inserts that reference an image take KEY SHARE on its row.
 */
export async function lockImages(tx: EntityManager, ids: readonly number[]): Promise<void> {
  await tx.query(`SELECT id FROM images WHERE id = ANY ($1::int[]) ORDER BY id FOR NO KEY UPDATE`, [ids]);
}

/** A tag to be approved. */
export interface TagToApprove {
  imageId: number;
  tag: string;
  digest: string | null;
  sizeBytes: number | null;
  architectures: readonly string[];
  platforms: readonly string[];
  /** ISO 8601. */
  pushedAt: string | null;
  approvedBy: string;
  /** Null: by hand. */
  requestId: number | null;
}

/** A tag that was just approved, and its row as it was before (null: there was none). */
export interface ApprovedNow {
  id: number;
  image_id: number;
  tag: string;
  before: Record<string, unknown> | null;
}

/**
 * Puts tags into `image_tags`, or what is there back in force with another digest. One statement; the caller holds
 * the images' rows. Recommended and deprecated stay as they were.
 */
export async function approveTags(tx: EntityManager, tags: readonly TagToApprove[]): Promise<ApprovedNow[]> {
  if (tags.length === 0) return [];
  return tx.query<ApprovedNow[]>(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS w ("imageId" integer, "tag" text, "digest" text,
         "sizeBytes" bigint, "architectures" text[], "platforms" text[], "pushedAt" timestamptz, "approvedBy" text,
         "requestId" integer)),
     before AS (SELECT t.* FROM image_tags t JOIN wanted w ON t.image_id = w."imageId" AND t.tag = w."tag"),
     written AS (
       INSERT INTO image_tags AS t (image_id, tag, digest, size_bytes, architectures, platforms, pushed_at, status,
                                    approved_by, approved_at, approval_request_id)
       SELECT "imageId", "tag", "digest", "sizeBytes", "architectures", "platforms", "pushedAt", 'approved',
              "approvedBy", now(), "requestId" FROM wanted
       ON CONFLICT (image_id, tag) DO UPDATE
         SET digest = excluded.digest, size_bytes = excluded.size_bytes, architectures = excluded.architectures,
             platforms = excluded.platforms, pushed_at = excluded.pushed_at, status = 'approved',
             approved_by = excluded.approved_by, approved_at = excluded.approved_at,
             approval_request_id = excluded.approval_request_id, updated_at = now()
       RETURNING t.id, t.image_id, t.tag)
     SELECT w.id, w.image_id, w.tag, to_jsonb(b) AS before
       FROM written w LEFT JOIN before b ON b.image_id = w.image_id AND b.tag = w.tag`,
    [JSON.stringify(tags)],
  );
}

/** A tag after its approval was withdrawn: revoked, or approved as it was before. */
export interface WithdrawnTag {
  image_id: number;
  tag: string;
  digest: string | null;
  status: 'approved' | 'revoked';
  approved_by: string | null;
  approval_request_id: number | null;
}

/** A person revoked the tag since, or took back the approval that its former content (`b`) had. */
const STAYS_WITHDRAWN = `(t.status = 'revoked' OR EXISTS (
  SELECT FROM image_approval_requests q WHERE q.id = b.approval_request_id AND q.status <> 'approved'))`;

/**
 * Withdraws what requests approved: a tag that was in force before gets that content back, unless that was taken
 * back, too; any other is revoked. A tag that another request approved since stays. `before` is the row as {@link approveTags} gave it. One statement;
 * the caller holds the images' rows. Answers the tags as they are now.
 */
export async function withdrawTags(
  tx: EntityManager,
  tags: readonly {
    imageId: number;
    tag: string;
    requestId: number;
    before: Record<string, unknown> | null;
  }[],
): Promise<WithdrawnTag[]> {
  if (tags.length === 0) return [];
  const [rows] = await tx.query<[WithdrawnTag[], number]>(
    `UPDATE image_tags t
        SET digest = CASE WHEN b.id IS NULL THEN t.digest ELSE b.digest END,
            size_bytes = CASE WHEN b.id IS NULL THEN t.size_bytes ELSE b.size_bytes END,
            architectures = CASE WHEN b.id IS NULL THEN t.architectures ELSE b.architectures END,
            platforms = CASE WHEN b.id IS NULL THEN t.platforms ELSE b.platforms END,
            pushed_at = CASE WHEN b.id IS NULL THEN t.pushed_at ELSE b.pushed_at END,
            approved_by = CASE WHEN b.id IS NULL THEN t.approved_by ELSE b.approved_by END,
            approved_at = CASE WHEN b.id IS NULL THEN t.approved_at ELSE b.approved_at END,
            approval_request_id = CASE WHEN b.id IS NULL THEN t.approval_request_id ELSE b.approval_request_id END,
            status = CASE WHEN ${STAYS_WITHDRAWN} THEN 'revoked' ELSE coalesce(b.status, 'revoked') END,
            is_recommended = t.is_recommended AND b.status = 'approved' AND NOT ${STAYS_WITHDRAWN},
            updated_at = now()
       FROM jsonb_to_recordset($1::jsonb) AS w ("imageId" integer, "tag" text, "requestId" integer, "before" jsonb)
       LEFT JOIN LATERAL jsonb_populate_record(NULL::image_tags, w."before") AS b ON w."before" <> 'null'::jsonb
      WHERE t.image_id = w."imageId" AND t.tag = w."tag" AND t.approval_request_id = w."requestId"
      RETURNING t.image_id, t.tag, t.digest, t.status, t.approved_by, t.approval_request_id`,
    [JSON.stringify(tags)],
  );
  return rows;
}

/** The answer to the question about an image: approved and watched from now on, rejected and unwatched, or open. */
export async function decideImages(
  tx: EntityManager,
  ids: readonly number[],
  decision: { status: 'approved' | 'rejected' | 'pending'; actor: string },
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE images
        SET approval_status = $2::varchar, watch_for_updates = $2::varchar = 'approved',
            approved_by = CASE WHEN $2::varchar = 'approved' THEN $3 END,
            approved_at = CASE WHEN $2::varchar = 'approved' THEN now() END,
            next_check_at = CASE WHEN $2::varchar = 'approved' THEN now() ELSE next_check_at END, updated_at = now()
      WHERE id = ANY ($1::int[])`,
    [ids, decision.status, decision.actor],
  );
}

/** Makes images that someone pushed to, but nobody knows yet, so that a decision has a row to be about. */
export async function ensureImages(
  tx: EntityManager,
  images: readonly { registry: string; namespace: string; imageName: string; isOfficial: boolean }[],
): Promise<Map<string, number>> {
  if (images.length === 0) return new Map();
  const rows = await tx.query<{ id: number; image_name: string }[]>(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
         AS w ("registry" text, "namespace" text, "imageName" text, "isOfficial" boolean)),
     made AS (
       INSERT INTO images (registry, namespace, image_name, is_official)
       SELECT "registry", "namespace", "imageName", "isOfficial" FROM wanted
       ON CONFLICT (registry, image_name) DO NOTHING RETURNING id, image_name)
     SELECT id, image_name FROM made
     UNION ALL
     SELECT i.id, i.image_name FROM images i JOIN wanted w ON i.registry = w."registry" AND i.image_name = w."imageName"`,
    [JSON.stringify(images)],
  );
  return new Map(rows.map((row) => [row.image_name, row.id]));
}

/** How an image is decided on without a request, and by whom. */
export interface ImageDecision {
  registry: string;
  imageName: string;
  status: 'approved' | 'rejected';
  actor: string;
}

/**
 * Locks the pending question about an image that may not be there yet, before its row is made: decisions lock the
 * request first, too, where there is no image. One row, by `…_one_pending_image_idx`.
 */
export async function lockImageQuestion(
  tx: EntityManager,
  image: { registry: string; imageName: string },
): Promise<void> {
  await tx.query(
    `SELECT id FROM image_approval_requests
      WHERE registry = $1 AND image_name = $2 AND status = 'pending' AND tag_name IS NULL FOR UPDATE`,
    [image.registry, image.imageName],
  );
}

/**
 * Closes the pending question about an image whose answer was given by changing the image itself; null: there is
 * none. The table is `approval-requests/`'s, which imports this room, so that the statement stands here. One row, by
 * `…_one_pending_image_idx`; the caller holds the image's row.
 */
export async function closeImageQuestion(
  tx: EntityManager,
  imageId: number,
  decision: ImageDecision,
): Promise<number | null> {
  const [rows] = await tx.query<[{ id: number }[], number]>(
    `UPDATE image_approval_requests
        SET status = $4::varchar, image_id = coalesce(image_id, $3::integer), reviewed_by = $5, reviewed_at = now(),
            notes = CASE WHEN $4::varchar = 'approved' THEN 'The image was approved.' END,
            rejection_reason = CASE WHEN $4::varchar = 'rejected' THEN 'The image was rejected.' END
      WHERE registry = $1 AND image_name = $2 AND status = 'pending' AND tag_name IS NULL
      RETURNING id`,
    [decision.registry, decision.imageName, imageId, decision.status, decision.actor],
  );
  return rows[0]?.id ?? null;
}

/** What would go with an image; each counted up to 10,001. */
export interface ImageHistory {
  observed_tags: number;
  approved_tags: number;
  approval_requests: number;
  checks: number;
}

/** Counts what hangs on an image, in one round trip of four index scans; the tables are the rooms' below, too. */
export async function readImageHistory(tx: EntityManager, imageId: number): Promise<ImageHistory> {
  const count = (table: string): string =>
    `(SELECT count(*)::int FROM (SELECT FROM ${table} WHERE image_id = $1 LIMIT 10001) AS counted_rows)`;
  const rows = await tx.query<ImageHistory[]>(
    `SELECT ${count('image_monitor.observed_tags')} AS observed_tags, ${count('image_tags')} AS approved_tags,
            ${count('image_approval_requests')} AS approval_requests, ${count('image_monitor.checks')} AS checks`,
    [imageId],
  );
  return rows[0] ?? { observed_tags: 0, approved_tags: 0, approval_requests: 0, checks: 0 };
}

/**
 * Moves the mark "recommended" to a tag, or (null) takes it away. Two statements, since the unique index on the mark
 * is looked at row by row; the caller holds the image's row.
 */
export async function recommendTag(tx: EntityManager, imageId: number, tagId: number | null): Promise<void> {
  await tx.query(
    `UPDATE image_tags SET is_recommended = false, updated_at = now()
      WHERE image_id = $1 AND is_recommended AND id IS DISTINCT FROM $2::integer`,
    [imageId, tagId],
  );
  if (tagId === null) return;
  await tx.query(
    `UPDATE image_tags SET is_recommended = true, updated_at = now()
      WHERE id = $2 AND image_id = $1 AND NOT is_recommended`,
    [imageId, tagId],
  );
}
