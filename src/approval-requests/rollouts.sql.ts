import type { EntityManager } from 'typeorm';

/** What a request put into `image_tags`; `approvedBy` is the request that the tag's row names. */
export interface ApprovalTakenBack {
  requestId: number;
  approvedBy: number;
  imageId: number;
  tagName: string;
}

/**
 * Which of the approvals come too late to be taken back unseen: `rollout.requested` was published for a tag that they
 * approved. The table is `webhooks/`'s, which imports this room, so that the statement stands here. By
 * `rollouts_of_request_idx`; locks nothing, the caller holds the images' rows, as the gate does when it writes.
 */
export async function rolledOut(
  tx: EntityManager,
  approvals: readonly ApprovalTakenBack[],
): Promise<ReadonlySet<number>> {
  if (approvals.length === 0) return new Set();
  const rows = await tx.query<{ request_id: number }[]>(
    `SELECT DISTINCT a."requestId" AS request_id
       FROM jsonb_to_recordset($1::jsonb) AS a ("requestId" integer, "approvedBy" integer, "imageId" integer, "tagName" text)
       JOIN image_monitor.rollouts o ON o.approval_request_id = a."approvedBy" AND o.image_id = a."imageId"
       JOIN image_tags t ON t.id = o.image_tag_id AND t.tag = a."tagName"`,
    [JSON.stringify(approvals)],
  );
  return new Set(rows.map((row) => row.request_id));
}
