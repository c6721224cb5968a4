import type { EntityManager } from 'typeorm';
import type { AuditRecord } from '../audit/audit.sql.js';
import { writeDecisions } from './decisions.sql.js';

/**
 * Closes a pending request as approved because its tag was approved by hand, and answers its audit entry. The row of
 * the tag before goes with it, so that reopening the request withdraws the tag as after any approval.
 */
export async function closeWaitingRequest(
  tx: EntityManager,
  request: {
    id: number;
    tag: string;
    digest: string | null;
    tagBefore: Record<string, unknown> | null;
    notes: string | null;
  },
  by: { actor: string; imageId: number; imageName: string; httpRequestId: string | null },
): Promise<AuditRecord> {
  await writeDecisions(tx, [
    {
      id: request.id,
      status: 'approved',
      reviewedBy: by.actor,
      notes: request.notes,
      rejectionReason: null,
      supersededBy: null,
      tagBefore: { [request.tag]: request.tagBefore },
      batchId: null,
      imageId: null,
    },
  ]);
  return {
    ...by,
    action: 'approval_request.approved',
    subjectType: 'approval_request',
    subjectId: request.id,
    tagName: request.tag,
    from: { status: 'pending' },
    to: { status: 'approved', digest: request.digest },
    reason: request.notes,
  };
}
