import type { DataSource, EntityManager } from 'typeorm';
import type { ImageName } from '../domain/image-name.js';

/** What the gate judges by. */
export interface GateRow {
  image_id: number;
  approval_status: 'pending' | 'approved' | 'rejected';
  auto_rollout: boolean;
  tag_id: number | null;
  tag_status: 'approved' | 'revoked' | null;
  is_deprecated: boolean | null;
  digest: string | null;
  approved_at: Date | null;
  approval_request_id: number | null;
}

/** An image and one of its tags; two look-ups by unique keys, locks nothing. Null: there is no such image. */
export async function readGate(
  db: DataSource | EntityManager,
  image: ImageName,
  tag: string | null,
): Promise<GateRow | null> {
  const rows = await db.query<GateRow[]>(
    `SELECT i.id AS image_id, i.approval_status, i.auto_rollout, t.id AS tag_id, t.status AS tag_status,
            t.is_deprecated, t.digest, t.approved_at, t.approval_request_id
       FROM images i LEFT JOIN image_tags t ON t.image_id = i.id AND t.tag = $3
      WHERE i.registry = $1 AND i.image_name = $2`,
    [image.registry, image.imageName, tag],
  );
  return rows[0] ?? null;
}

/**
 * Holds off every decision about the image until the transaction ends: FOR SHARE conflicts with the FOR NO KEY UPDATE
 * of whoever writes its requests or tags, and not with other pushes. What is read after it is what holds at the commit.
 */
export async function holdImage(tx: EntityManager, imageId: number): Promise<void> {
  await tx.query(`SELECT id FROM images WHERE id = $1 FOR SHARE`, [imageId]);
}

/** Remembers the rollout of an approval; false: there was one. One row, by its unique key. */
export async function rememberRollout(tx: EntityManager, gate: GateRow): Promise<boolean> {
  const rows = await tx.query<{ id: string }[]>(
    `INSERT INTO image_monitor.rollouts (image_id, image_tag_id, digest, approved_at, approval_request_id)
     SELECT t.image_id, t.id, t.digest, t.approved_at, t.approval_request_id FROM image_tags t WHERE t.id = $1
     ON CONFLICT (image_tag_id, digest, approved_at) DO NOTHING RETURNING id`,
    [gate.tag_id],
  );
  return rows.length === 1;
}

/** Opens the question about an image that nobody knows, with its audit entry; null: it is open already. */
export async function askAboutImage(
  tx: EntityManager,
  image: ImageName,
  pushed: { tag: string | null; httpRequestId: string | null },
): Promise<number | null> {
  const rows = await tx.query<{ id: number }[]>(
    `WITH opened AS (
       INSERT INTO image_approval_requests (image_id, image_name, registry, tag_name, requested_by, metadata)
       VALUES (NULL, $2, $1, NULL, 'gate', jsonb_build_object('source', 'gate', 'auto_detected', true, 'change', 'image',
               'pushed_tag', $3::text))
       ON CONFLICT (registry, image_name) WHERE status = 'pending' AND tag_name IS NULL DO NOTHING
       RETURNING id),
     audited AS (
       INSERT INTO image_monitor.audit_log
         (actor, action, subject_type, subject_id, image_name, to_state, http_request_id)
       SELECT 'gate', 'approval_request.opened', 'approval_request', id, $2, '{"status": "pending"}', $4 FROM opened)
     SELECT id FROM opened`,
    [image.registry, image.imageName, pushed.tag, pushed.httpRequestId],
  );
  return rows[0]?.id ?? null;
}

/** Puts a check of the image before those that are due by schedule. One row. */
export async function hintAtImage(db: DataSource, imageId: number): Promise<void> {
  await db.query(
    `UPDATE images SET check_priority = least(check_priority, 1::smallint), next_check_at = least(next_check_at, now())
      WHERE id = $1 AND approval_status = 'approved'`,
    [imageId],
  );
}
