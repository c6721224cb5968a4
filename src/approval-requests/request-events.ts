import type { ApprovalRequestPayload, NewDomainEvent } from '../events/domain-events.js';
import type { RequestStatus } from '../domain/decision.js';
import type { WrittenRequest } from './approval-requests.sql.js';

/** What a check did to requests, as events: opened, followed their tag, or settled by its way back. */
export function eventsOfWritten(
  image: { id: number; imageName: string },
  written: readonly WrittenRequest[],
): NewDomainEvent[] {
  return written.map((request) => {
    const data: ApprovalRequestPayload = {
      approval_request_id: request.id,
      image_id: image.id,
      image_name: image.imageName,
      tag: request.tag_name,
      digest: request.digest,
    };
    if (request.is_new) return { name: 'approval_request.opened', data };
    if (request.status === 'pending') return { name: 'approval_request.digest_moved', data };
    return { name: 'approval_request.superseded', data: { ...data, superseded_by: null } };
  });
}

/** What a decision made of a request, as an event. */
export function eventOfDecision(
  request: ApprovalRequestPayload,
  status: RequestStatus,
  by: { actor: string; reason: string | null; batchId: string | null; supersededBy: number | null },
): NewDomainEvent {
  switch (status) {
    case 'approved':
    case 'rejected':
      return {
        name: 'approval_request.decided',
        data: {
          ...request,
          decision: status,
          decided_by: by.actor,
          reason: by.reason,
          batch_id: by.batchId,
        },
      };
    case 'pending':
      return {
        name: 'approval_request.reopened',
        data: { ...request, reopened_by: by.actor, batch_id: by.batchId },
      };
    case 'superseded':
      return { name: 'approval_request.superseded', data: { ...request, superseded_by: by.supersededBy } };
  }
}
