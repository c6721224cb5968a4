import type { DataSource, EntityManager } from 'typeorm';
import type { ApprovedTag } from '../domain/comparison.js';
import type { RequestStatus } from '../domain/decision.js';

/** A request, locked, with all that its decision depends on. */
export interface LockedRequest {
  id: number;
  image_id: number | null;
  image_name: string;
  registry: string;
  tag_name: string | null;
  status: RequestStatus;
  digest: string | null;
  reviewed_by: string | null;
  reviewed_at: Date | null;
  size_bytes: string | null;
  pushed_at: Date | null;
  /** `metadata.architectures` and the platforms as `os/arch[/variant]`; empty where nothing is approved. */
  architectures: string[];
  platforms: string[];
  tag_before: Record<string, Record<string, unknown> | null> | null;
  /** The request whose approval closed this one. */
  superseded_by: number | null;
  /** Of a pending request: false, whatever else waits. */
  has_pending_sibling: boolean;
}

/** The platforms of `metadata` as texts; empty for documents that were not written by the monitor. */
const PLATFORM_TEXTS = `ARRAY(
  SELECT concat_ws('/', p ->> 'os', p ->> 'architecture', nullif(p ->> 'variant', ''))
    FROM jsonb_array_elements(CASE jsonb_typeof(r.metadata -> 'platforms') WHEN 'array'
           THEN r.metadata -> 'platforms' ELSE '[]'::jsonb END) AS p)`;

/**
 * Locks the images that the requests are about, in id order, before any request. A request of an unknown image locks
 * the image of its name where one was made since.
 */
export async function lockImagesOfRequests(tx: EntityManager, ids: readonly number[]): Promise<void> {
  await tx.query(
    `SELECT id FROM images
      WHERE id IN (SELECT image_id FROM image_approval_requests WHERE id = ANY ($1::int[]) AND image_id IS NOT NULL)
         OR (registry, image_name) IN (
              SELECT registry, image_name FROM image_approval_requests WHERE id = ANY ($1::int[]) AND tag_name IS NULL)
      ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
}

/** What an approval needs of the document, which is the only thing that reads it: 1 kB and more a row. */
const OF_THE_DOCUMENT = `${PLATFORM_TEXTS} AS platforms,
  ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(r.metadata -> 'architectures') WHEN 'array'
          THEN r.metadata -> 'architectures' ELSE '[]'::jsonb END)) AS architectures`;

/**
 * Locks the requests in id order, the images' rows being held. By primary key, at most 1,000.
 *
 * The document is opened where something may be approved, and `has_pending_sibling` looked up for decided requests, of
 * which reopening asks it: half of what locking 1,000 takes.
 */
export async function lockRequests(
  tx: EntityManager,
  ids: readonly number[],
  needs: { document: boolean },
): Promise<LockedRequest[]> {
  const document = needs.document
    ? OF_THE_DOCUMENT
    : `'{}'::text[] AS platforms, '{}'::text[] AS architectures`;
  return tx.query<LockedRequest[]>(
    `SELECT r.id, r.image_id, r.image_name, r.registry, r.tag_name, r.status, r.digest, r.reviewed_by, r.reviewed_at,
            r.size_bytes, r.pushed_at, r.tag_before, r.superseded_by, ${document},
            CASE WHEN r.status = 'pending' THEN false
                 WHEN r.tag_name IS NULL
                 THEN EXISTS (SELECT FROM image_approval_requests s
                       WHERE s.status = 'pending' AND s.id <> r.id AND s.tag_name IS NULL
                         AND s.registry = r.registry AND s.image_name = r.image_name)
                 ELSE EXISTS (SELECT FROM image_approval_requests s
                       WHERE s.status = 'pending' AND s.id <> r.id AND s.image_id = r.image_id
                         AND s.tag_name IS NOT NULL AND s.tag_name = r.tag_name) END AS has_pending_sibling
       FROM image_approval_requests r WHERE r.id = ANY ($1::int[]) ORDER BY r.id FOR UPDATE OF r`,
    [ids],
  );
}

/** A pending request that a decision on another one of its image may close. */
export interface PendingRequest {
  id: number;
  image_id: number;
  image_name: string;
  tag_name: string;
  digest: string | null;
}

/** Pending tag requests of the images, locked in id order; `…_by_image_idx`. */
export async function lockPendingOf(
  tx: EntityManager,
  imageIds: readonly number[],
): Promise<PendingRequest[]> {
  return tx.query<PendingRequest[]>(
    `SELECT id, image_id, image_name, tag_name, digest FROM image_approval_requests
      WHERE image_id = ANY ($1::int[]) AND status = 'pending' AND tag_name IS NOT NULL ORDER BY id FOR UPDATE`,
    [imageIds],
  );
}

/** Another observed name of a digest that is approved. */
export interface ObservedAlias {
  image_id: number;
  tag_name: string;
  digest: string;
  size_bytes: string | null;
  platforms: string[];
  last_updated: Date | null;
}

/** Observed tags with one of the digests; `observed_tags_digest_idx`. Locks nothing. */
export async function readAliases(
  tx: EntityManager,
  pairs: readonly { imageId: number; digest: string }[],
): Promise<ObservedAlias[]> {
  if (pairs.length === 0) return [];
  return tx.query<ObservedAlias[]>(
    `SELECT o.image_id, o.tag_name, o.digest, o.size_bytes, o.platforms, o.last_updated
       FROM unnest($1::int[], $2::text[]) AS wanted (image_id, digest)
       JOIN image_monitor.observed_tags o USING (image_id, digest)`,
    [pairs.map((pair) => pair.imageId), pairs.map((pair) => pair.digest)],
  );
}

/** Requests that the approval of others closed, for their reopening; locked in id order. */
export async function lockClosedBy(
  tx: EntityManager,
  ids: readonly number[],
): Promise<
  {
    id: number;
    superseded_by: number;
    status: RequestStatus;
    tag_name: string;
    image_id: number;
    image_name: string;
    digest: string | null;
    has_pending: boolean;
  }[]
> {
  return tx.query(
    `SELECT r.id, r.superseded_by, r.status, r.tag_name, r.image_id, r.image_name, r.digest,
            EXISTS (SELECT FROM image_approval_requests s WHERE s.image_id = r.image_id AND s.tag_name = r.tag_name
                       AND s.status = 'pending') AS has_pending
       FROM image_approval_requests r
      WHERE r.superseded_by = ANY ($1::int[]) AND r.status <> 'pending' ORDER BY r.id FOR UPDATE OF r`,
    [ids],
  );
}

/** The new state of one request. */
export interface DecidedRequest {
  id: number;
  status: RequestStatus;
  reviewedBy: string | null;
  notes: string | null;
  rejectionReason: string | null;
  supersededBy: number | null;
  tagBefore: Record<string, Record<string, unknown> | null> | null;
  batchId: string | null;
  /** Set where the request was about an image that had no row yet. */
  imageId: number | null;
}

/** Writes decisions, one statement for any number; the rows are locked. Pending ones lose their reviewer. */
export async function writeDecisions(tx: EntityManager, decided: readonly DecidedRequest[]): Promise<void> {
  if (decided.length === 0) return;
  await tx.query(
    `UPDATE image_approval_requests r
        SET status = d."status", reviewed_by = d."reviewedBy",
            reviewed_at = CASE WHEN d."status" = 'pending' THEN NULL ELSE now() END,
            notes = d."notes", rejection_reason = d."rejectionReason", superseded_by = d."supersededBy",
            tag_before = d."tagBefore", batch_id = d."batchId", image_id = coalesce(d."imageId", r.image_id)
       FROM jsonb_to_recordset($1::jsonb) AS d ("id" integer, "status" text, "reviewedBy" text, "notes" text,
            "rejectionReason" text, "supersededBy" integer, "tagBefore" jsonb, "batchId" uuid, "imageId" integer)
      WHERE r.id = d."id"`,
    [JSON.stringify(decided)],
  );
}

/**
 * Reopened requests follow their tag to the digest that it has by now, with the audit entry that a check would have
 * written: a check lets pending requests follow a push, and these were not pending when it came. A tag that is back at
 * the digest in force is left, since there is nothing new to ask. Answers those that moved. One statement, under the
 * images' locks; by the primary keys of both tables.
 */
export async function followObserved(
  tx: EntityManager,
  ids: readonly number[],
  by: { actor: string; httpRequestId: string | null },
): Promise<PendingRequest[]> {
  return tx.query<PendingRequest[]>(
    `WITH moved AS (
       UPDATE image_approval_requests r
          SET digest = o.digest, size_bytes = o.size_bytes, pushed_at = o.last_updated,
              metadata = r.metadata || jsonb_build_object('digest', o.digest, 'size_bytes', o.size_bytes,
                'last_updated', o.last_updated_text,
                'architectures', (SELECT coalesce(jsonb_agg(DISTINCT split_part(p, '/', 2)), '[]')
                                    FROM unnest(o.platforms) AS p),
                'platforms', (SELECT coalesce(jsonb_agg(jsonb_build_object('os', split_part(p, '/', 1),
                    'architecture', split_part(p, '/', 2), 'variant', nullif(split_part(p, '/', 3), ''),
                    'digest', NULL, 'size_bytes', NULL)), '[]') FROM unnest(o.platforms) AS p),
                'aliases', (SELECT coalesce(jsonb_agg(a.tag_name ORDER BY a.tag_name), '[]')
                              FROM image_monitor.observed_tags a
                             WHERE a.image_id = o.image_id AND a.digest = o.digest AND a.tag_name <> o.tag_name),
                'digest_history', coalesce(r.metadata -> 'digest_history', '[]'::jsonb) ||
                  jsonb_build_object('digest', r.digest, 'replaced_at', now()))
         FROM image_monitor.observed_tags o, image_approval_requests old
        WHERE r.id = ANY ($1::int[]) AND r.status = 'pending' AND old.id = r.id
          AND o.image_id = r.image_id AND o.tag_name = r.tag_name AND o.digest <> coalesce(r.digest, '')
          AND NOT EXISTS (SELECT FROM image_tags t WHERE t.image_id = r.image_id AND t.tag = r.tag_name
                             AND t.status = 'approved' AND t.digest = o.digest)
       RETURNING r.id, r.image_id, r.image_name, r.tag_name, r.digest, old.digest AS old_digest),
     audited AS (
     INSERT INTO image_monitor.audit_log
       (actor, action, subject_type, subject_id, image_id, image_name, tag_name, from_state, to_state, http_request_id)
     SELECT $2, 'approval_request.digest_moved', 'approval_request', id, image_id, image_name, tag_name,
            jsonb_build_object('status', 'pending', 'digest', old_digest),
            jsonb_build_object('status', 'pending', 'digest', digest), $3 FROM moved)
     SELECT id, image_id, image_name, tag_name, digest FROM moved ORDER BY id`,
    [ids, by.actor, by.httpRequestId],
  );
}

/** A pending request as its comparison needs it. */
export interface RequestToCompare {
  id: number;
  image_id: number;
  tag_name: string;
  size_bytes: string | null;
  platforms: string[];
}

/** Pending requests and approved tags of images, for comparing them anew. Two index scans, one round trip. */
export async function readForComparison(
  tx: EntityManager,
  imageIds: readonly number[],
): Promise<{ pending: RequestToCompare[]; approved: (ApprovedTag & { imageId: number })[] }> {
  const rows = await tx.query<
    { pending: RequestToCompare[] | null; approved: (ApprovedTag & { imageId: number })[] | null }[]
  >(
    `SELECT
       (SELECT json_agg(json_build_object('id', r.id, 'image_id', r.image_id, 'tag_name', r.tag_name,
                 'size_bytes', r.size_bytes, 'platforms', ${PLATFORM_TEXTS}))
          FROM image_approval_requests r
         WHERE r.image_id = ANY ($1::int[]) AND r.status = 'pending' AND r.tag_name IS NOT NULL) AS pending,
       (SELECT json_agg(json_build_object('imageId', t.image_id, 'id', t.id, 'tag', t.tag, 'digest', t.digest,
                 'sizeBytes', t.size_bytes, 'platforms', t.platforms, 'pushedAt', t.pushed_at))
          FROM image_tags t WHERE t.image_id = ANY ($1::int[]) AND t.status = 'approved') AS approved`,
    [imageIds],
  );
  return { pending: rows[0]?.pending ?? [], approved: rows[0]?.approved ?? [] };
}

/** What a comparison puts into a request. */
export interface ComparedRequest {
  id: number;
  line: string;
  variant: string;
  bump: string;
  sizeChangeBytes: number | null;
  platformsMissing: string[];
  comparedTagId: number | null;
  versionNumbers: number[] | null;
  comparedWith: Record<string, unknown> | null;
}

/**
 * Writes the comparisons that came out otherwise than before; one UPDATE for any number, under the images' locks. A
 * row costs an entry in each of a dozen indexes (1.4 s for 4,000 on a busy machine), and most stand as they did.
 */
export async function writeComparisons(
  tx: EntityManager,
  compared: readonly ComparedRequest[],
): Promise<void> {
  if (compared.length === 0) return;
  await tx.query(
    `UPDATE image_approval_requests r
        SET line = c."line", variant = c."variant", bump = c."bump", size_change_bytes = c."sizeChangeBytes",
            platforms_missing = c."platformsMissing", compared_tag_id = c."comparedTagId",
            version_numbers = c."versionNumbers",
            metadata = r.metadata || jsonb_build_object('compared_with', c."comparedWith")
       FROM jsonb_to_recordset($1::jsonb) AS c ("id" integer, "line" text, "variant" text, "bump" text,
            "sizeChangeBytes" bigint, "platformsMissing" text[], "comparedTagId" integer, "versionNumbers" bigint[],
            "comparedWith" jsonb)
      WHERE r.id = c."id"
        AND ((r.line, r.variant, r.bump, r.size_change_bytes, r.platforms_missing, r.compared_tag_id, r.version_numbers)
               IS DISTINCT FROM (c."line", c."variant", c."bump", c."sizeChangeBytes", c."platformsMissing",
                 c."comparedTagId", c."versionNumbers")
             OR coalesce(r.metadata -> 'compared_with', 'null') <> coalesce(c."comparedWith", 'null'))`,
    [JSON.stringify(compared)],
  );
}

/**
 * Images with pending requests that have never been compared: a platform's own, or written by SQL. By `…_by_line_idx`.
 */
export async function imagesToCompare(db: DataSource, limit: number): Promise<number[]> {
  const rows = await db.query<{ image_id: number }[]>(
    `SELECT DISTINCT image_id FROM image_approval_requests
      WHERE status = 'pending' AND line IS NULL AND tag_name IS NOT NULL AND image_id IS NOT NULL
      ORDER BY image_id LIMIT $1`,
    [limit],
  );
  return rows.map((row) => row.image_id);
}
