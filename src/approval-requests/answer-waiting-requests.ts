import type { EntityManager } from 'typeorm';
import type { AuditRecord } from '../audit/audit.sql.js';
import { supersedes } from '../domain/decision.js';
import type { NewDomainEvent } from '../events/domain-events.js';
import { lockPendingOf, writeDecisions, type DecidedRequest } from './decisions.sql.js';
import { eventOfDecision } from './request-events.js';

/** A tag that a person has put in force without deciding a request. */
export interface ApprovalByHand {
  /** The row of the tag, and what stood there before; null: nothing. */
  readonly tagId: number;
  readonly tagBefore: Record<string, unknown> | null;
  readonly tag: string;
  readonly digest: string | null;
  /** The pending request for just this tag and digest, locked; null: none. */
  readonly requestId: number | null;
  readonly notes: string | null;
  /** False: pending requests for lower patches stay. */
  readonly supersede: boolean;
}

/** Who approved, in the words of the audit log. */
export interface ApprovedByHand {
  readonly actor: string;
  readonly imageId: number;
  readonly imageName: string;
  readonly httpRequestId: string | null;
}

/**
 * Closes the pending requests that an approval by hand answers, as one through a request would (SPEC 6): the one for
 * the tag as approved, those for lower patches of its version as superseded. The caller holds the image's row.
 *
 * The row of the tag before goes with the approved one, and its id with the superseded ones, so that reopening it takes
 * everything back as after any approval. Where nobody had asked about the tag there is nothing to reopen, and the
 * superseded ones name no request. The events begin with that of the approval itself.
 */
export async function answerWaitingRequests(
  tx: EntityManager,
  approval: ApprovalByHand,
  by: ApprovedByHand,
): Promise<{ audit: AuditRecord[]; events: NewDomainEvent[]; superseded: number[] }> {
  const { requestId, tag, notes } = approval;
  const waiting = approval.supersede ? await lockPendingOf(tx, [by.imageId]) : [];
  const lower = waiting.filter((other) => other.id !== requestId && supersedes(tag, other.tag_name));
  const closed: { id: number; status: 'approved' | 'superseded'; tag: string; digest: string | null }[] = [
    ...(requestId === null ? [] : [{ ...approval, id: requestId, status: 'approved' as const }]),
    ...lower.map(({ id, tag_name, digest }) => ({
      id,
      status: 'superseded' as const,
      tag: tag_name,
      digest,
    })),
  ];

  await writeDecisions(
    tx,
    closed.map(({ id, status }): DecidedRequest => {
      const isApproved = status === 'approved';
      return {
        id,
        status,
        reviewedBy: by.actor,
        notes: isApproved ? notes : null,
        rejectionReason: null,
        supersededBy: isApproved ? null : requestId,
        tagBefore: isApproved ? { [tag]: approval.tagBefore } : null,
        batchId: null,
        imageId: null,
      };
    }),
  );
  const about = { image_id: by.imageId, image_name: by.imageName };
  const because = requestId === null ? { because_of_tag: approval.tagId } : { because_of: requestId };
  return {
    audit: closed.map((one) => ({
      ...by,
      action: `approval_request.${one.status}`,
      subjectType: 'approval_request',
      subjectId: one.id,
      tagName: one.tag,
      from: { status: 'pending' },
      to: { status: one.status, ...(one.status === 'approved' ? { digest: one.digest } : because) },
      reason: notes,
    })),
    events: [
      {
        name: 'tag.approved',
        data: {
          ...about,
          tag,
          digest: approval.digest,
          approved_by: by.actor,
          approval_request_id: requestId,
        },
      },
      ...closed.map((one) =>
        eventOfDecision(
          { ...about, approval_request_id: one.id, tag: one.tag, digest: one.digest },
          one.status,
          { actor: by.actor, reason: notes, batchId: null, supersededBy: requestId },
        ),
      ),
    ],
    superseded: lower.map((other) => other.id),
  };
}
