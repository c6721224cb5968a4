import type { EntityManager } from 'typeorm';
import type { ApprovedTag } from '../domain/comparison.js';
import type { RequestOfTag } from '../domain/openings.js';

/** What the opening of requests is judged by; read under the image's lock. */
export interface OpeningFacts {
  /** All approved tags of the image. */
  approved: ApprovedTag[];
  /** Requests for the named tags, in whatever state. */
  requests: RequestOfTag[];
  /** Observed names of each digest. */
  namesByDigest: Map<string, string[]>;
}

/**
 * Everything that decides which requests are opened, in one round trip. Reads the image's approved tags
 * (`image_tags_image_tag_key`), the requests of the named tags (`…_by_tag_idx`) and the aliases of their digests
 * (`observed_tags_digest_idx`). Locks nothing: the caller holds the image's row.
 */
export async function readOpeningFacts(
  tx: EntityManager,
  imageId: number,
  names: readonly string[],
  digests: readonly string[],
): Promise<OpeningFacts> {
  const rows = await tx.query<
    {
      approved: ApprovedTag[] | null;
      requests: RequestOfTag[] | null;
      aliases: { digest: string; names: string[] }[] | null;
    }[]
  >(
    `SELECT
       (SELECT json_agg(json_build_object('id', t.id, 'tag', t.tag, 'digest', t.digest, 'sizeBytes', t.size_bytes,
                 'platforms', t.platforms, 'pushedAt', t.pushed_at))
          FROM image_tags t WHERE t.image_id = $1 AND t.status = 'approved') AS approved,
       (SELECT json_agg(json_build_object('id', r.id, 'tagName', r.tag_name, 'digest', r.digest,
                 'isPending', r.status = 'pending'))
          FROM image_approval_requests r WHERE r.image_id = $1 AND r.tag_name = ANY ($2::text[])) AS requests,
       (SELECT json_agg(json_build_object('digest', digest, 'names', names)) FROM (
          SELECT o.digest, array_agg(o.tag_name ORDER BY o.tag_name) AS names
            FROM image_monitor.observed_tags o
           WHERE o.image_id = $1 AND o.digest = ANY ($3::text[]) GROUP BY o.digest) AS same) AS aliases`,
    [imageId, names, digests],
  );
  const row = rows[0];
  return {
    approved: row?.approved ?? [],
    requests: row?.requests ?? [],
    namesByDigest: new Map((row?.aliases ?? []).map((alias) => [alias.digest, alias.names])),
  };
}

/** What lists filter, group and sort on; the columns of a request that follow from its tag. */
export interface RequestColumns {
  digest: string | null;
  line: string;
  variant: string;
  bump: string;
  versionNumbers: number[] | null;
  pushedAt: string | null;
  sizeBytes: number | null;
  sizeChangeBytes: number | null;
  platformsMissing: string[];
  comparedTagId: number | null;
  metadata: Record<string, unknown>;
}

/** A request to insert. */
export interface NewRequest extends RequestColumns {
  tagName: string;
}

/** A pending request whose tag moved. */
export interface MovedRequest extends RequestColumns {
  id: number;
  isSettled: boolean;
}

/** A request as it was just written. */
export interface WrittenRequest {
  id: number;
  tag_name: string;
  digest: string | null;
  status: 'pending' | 'superseded';
  is_new: boolean;
}

const REQUEST_RECORD = `"digest" text, "line" text, "variant" text, "bump" text, "versionNumbers" bigint[],
  "pushedAt" timestamptz, "sizeBytes" bigint, "sizeChangeBytes" bigint, "platformsMissing" text[],
  "comparedTagId" integer, "metadata" jsonb`;

/**
 * Opens requests and lets pending ones follow their tag, with their audit entries, in one statement for any number
 * of them. The caller holds the image's row (FOR NO KEY UPDATE); a pending request for the same tag, which that lock
 * rules out, would leave the new one out. A followed request keeps its place and has the old digest in its history;
 * a settled one (the tag is back at the approved digest) is superseded.
 */
export async function writeRequests(
  tx: EntityManager,
  image: { id: number; imageName: string },
  opened: readonly NewRequest[],
  moved: readonly MovedRequest[],
): Promise<WrittenRequest[]> {
  return tx.query<WrittenRequest[]>(
    `WITH opened AS (
       INSERT INTO image_approval_requests
         (image_id, image_name, tag_name, digest, line, variant, bump, version_numbers, pushed_at, size_bytes,
          size_change_bytes, platforms_missing, compared_tag_id, metadata)
       SELECT $1::integer, $2::text, "tagName", "digest", "line", "variant", "bump", "versionNumbers", "pushedAt",
              "sizeBytes", "sizeChangeBytes", "platformsMissing", "comparedTagId", "metadata"
         FROM jsonb_to_recordset($3::jsonb) AS new ("tagName" text, ${REQUEST_RECORD})
       ON CONFLICT DO NOTHING
       RETURNING id, tag_name, digest, status),
     moved AS (
       UPDATE image_approval_requests r
          SET digest = m."digest", line = m."line", variant = m."variant", bump = m."bump",
              version_numbers = m."versionNumbers", pushed_at = m."pushedAt", size_bytes = m."sizeBytes",
              size_change_bytes = m."sizeChangeBytes", platforms_missing = m."platformsMissing",
              compared_tag_id = m."comparedTagId",
              metadata = r.metadata || m."metadata" || jsonb_build_object('digest_history',
                coalesce(r.metadata -> 'digest_history', '[]'::jsonb) ||
                jsonb_build_object('digest', r.digest, 'replaced_at', now())),
              status = CASE WHEN m."isSettled" THEN 'superseded' ELSE r.status END,
              reviewed_by = CASE WHEN m."isSettled" THEN 'image_monitor' ELSE r.reviewed_by END,
              reviewed_at = CASE WHEN m."isSettled" THEN now() ELSE r.reviewed_at END,
              notes = CASE WHEN m."isSettled" THEN 'The tag is back at the approved digest.' ELSE r.notes END
         FROM jsonb_to_recordset($4::jsonb) AS m ("id" integer, "isSettled" boolean, ${REQUEST_RECORD}),
              image_approval_requests old
        WHERE r.id = m."id" AND old.id = r.id AND r.status = 'pending'
       RETURNING r.id, r.tag_name, r.digest, r.status, old.digest AS old_digest),
     audited AS (
       INSERT INTO image_monitor.audit_log
         (actor, action, subject_type, subject_id, image_id, image_name, tag_name, from_state, to_state)
       SELECT 'image_monitor', 'approval_request.opened', 'approval_request', id, $1, $2, tag_name, NULL,
              jsonb_build_object('status', status, 'digest', digest) FROM opened
       UNION ALL
       SELECT 'image_monitor',
              CASE status WHEN 'pending' THEN 'approval_request.digest_moved' ELSE 'approval_request.superseded' END,
              'approval_request', id, $1, $2, tag_name,
              jsonb_build_object('status', 'pending', 'digest', old_digest),
              jsonb_build_object('status', status, 'digest', digest) FROM moved)
     SELECT id, tag_name, digest, status, true AS is_new FROM opened
     UNION ALL SELECT id, tag_name, digest, status, false FROM moved
     ORDER BY id`,
    [image.id, image.imageName, JSON.stringify(opened), JSON.stringify(moved)],
  );
}
