import type { EntityManager } from 'typeorm';

/** An approved push that a rollout is asked for. */
export interface RequestedRollout {
  imageId: number;
  tagName: string;
  digest: string;
}

/**
 * Remembers that `rollout.requested` was published, in the transaction that publishes it; once for each digest of a
 * tag. One row; the caller holds the image's row.
 */
export async function rememberRollout(tx: EntityManager, rollout: RequestedRollout): Promise<void> {
  await tx.query(
    `INSERT INTO image_monitor.requested_rollouts (image_id, tag_name, digest) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING`,
    [rollout.imageId, rollout.tagName, rollout.digest],
  );
}

/**
 * Which of the approvals come too late to be taken back unseen: a rollout of a tag and digest that they approved was
 * asked for. By primary key, one look-up for each.
 */
export async function rolledOut(
  tx: EntityManager,
  approvals: readonly (RequestedRollout & { requestId: number })[],
): Promise<ReadonlySet<number>> {
  if (approvals.length === 0) return new Set();
  const rows = await tx.query<{ request_id: number }[]>(
    `SELECT DISTINCT a."requestId" AS request_id
       FROM jsonb_to_recordset($1::jsonb) AS a ("requestId" integer, "imageId" integer, "tagName" text, "digest" text)
       JOIN image_monitor.requested_rollouts o
         ON o.image_id = a."imageId" AND o.tag_name = a."tagName" AND o.digest = a."digest"`,
    [JSON.stringify(approvals)],
  );
  return new Set(rows.map((row) => row.request_id));
}
