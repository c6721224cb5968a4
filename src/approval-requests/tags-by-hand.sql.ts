import type { EntityManager } from 'typeorm';

/** A pending request for a tag that someone approves without it. */
export interface WaitingRequest {
  id: number;
  digest: string | null;
  pushed_at: Date | null;
}

/**
 * Locks the pending request for a tag, or null; the caller holds the image's row, so that none comes while he works.
 * One row, by `…_one_pending_tag_idx`.
 */
export async function lockWaitingRequest(
  tx: EntityManager,
  imageId: number,
  tag: string,
): Promise<WaitingRequest | null> {
  const rows = await tx.query<WaitingRequest[]>(
    `SELECT id, digest, pushed_at FROM image_approval_requests
      WHERE image_id = $1 AND tag_name = $2 AND status = 'pending' FOR UPDATE`,
    [imageId, tag],
  );
  return rows[0] ?? null;
}
