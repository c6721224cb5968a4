import type { RequestStatus } from '../domain/decision.js';
import type { NewDomainEvent } from '../events/domain-events.js';
import type { WithdrawnTag } from '../images/images.sql.js';
import type { Decided, DecisionOrder } from './decision-order.js';
import type { PendingRequest } from './decisions.sql.js';
import { eventOfDecision } from './request-events.js';

/** What stands in an image's row after a decision about the image itself. */
const IMAGE_STATUS = { approve: 'approved', reject: 'rejected', reopen: 'pending' } as const;

/** What image requests stood for before: they were pending, or what was decided. */
const STATUS_BEFORE: Readonly<Record<RequestStatus, 'pending' | 'approved' | 'rejected'>> = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  superseded: 'pending',
};

/**
 * Everything that a decision changed, as events: the requests that were decided and those that they closed or opened
 * again, the tags that came into force or went out of it, the images that were decided on, and last the requests that
 * followed their tag to another digest while they were opened again.
 */
export function eventsOfDecisions(
  order: DecisionOrder,
  decided: readonly Decided[],
  done: {
    imageIds: ReadonlyMap<number, number>;
    withdrawn: readonly WithdrawnTag[];
    moved: readonly PendingRequest[];
  },
): NewDomainEvent[] {
  const nameOf = new Map(decided.map(({ request }) => [request.image_id, request.image_name]));
  return [
    ...decided.flatMap((one) => ofRequests(order, one, done.imageIds)),
    ...decided.flatMap((one) => ofTags(one)),
    ...decided.flatMap((one) => ofImage(order, one, done.imageIds)),
    ...done.withdrawn.map((tag): NewDomainEvent => {
      const { image_id, digest, approval_request_id } = tag;
      const data = { image_id, image_name: nameOf.get(image_id) ?? '', tag: tag.tag, digest };
      return tag.status === 'revoked'
        ? { name: 'tag.revoked', data: { ...data, revoked_by: order.actor } }
        : {
            name: 'tag.approved',
            data: { ...data, approved_by: tag.approved_by ?? order.actor, approval_request_id },
          };
    }),
    ...done.moved.map(({ id, image_id, image_name, tag_name, digest }): NewDomainEvent => ({
      name: 'approval_request.digest_moved',
      data: { approval_request_id: id, image_id, image_name, tag: tag_name, digest },
    })),
  ];
}

function ofRequests(
  order: DecisionOrder,
  { request, action, status, closed }: Decided,
  imageIds: ReadonlyMap<number, number>,
): NewDomainEvent[] {
  const about = {
    image_id: request.image_id ?? imageIds.get(request.id) ?? null,
    image_name: request.image_name,
  };
  const by = { actor: order.actor, batchId: order.batchId ?? null };
  return [
    eventOfDecision(
      { ...about, approval_request_id: request.id, tag: request.tag_name, digest: request.digest },
      status,
      {
        ...by,
        reason: (action === 'reject' ? order.rejectionReason : order.notes) ?? null,
        supersededBy: null,
      },
    ),
    ...closed.map((one) =>
      eventOfDecision(
        { ...about, approval_request_id: one.id, tag: one.tagName, digest: one.digest },
        one.status,
        { ...by, reason: null, supersededBy: request.id },
      ),
    ),
  ];
}

function ofTags({ request, tags }: Decided): NewDomainEvent[] {
  return tags.map(({ imageId, tag, digest, approvedBy }) => ({
    name: 'tag.approved',
    data: {
      image_id: imageId,
      image_name: request.image_name,
      tag,
      digest,
      approved_by: approvedBy,
      approval_request_id: request.id,
    },
  }));
}

function ofImage(
  order: DecisionOrder,
  { request, action }: Decided,
  imageIds: ReadonlyMap<number, number>,
): NewDomainEvent[] {
  const imageId = request.tag_name === null ? imageIds.get(request.id) : undefined;
  if (imageId === undefined) return [];
  return [
    {
      name: 'image.status_changed',
      data: {
        image_id: imageId,
        image_name: request.image_name,
        from: STATUS_BEFORE[request.status],
        to: IMAGE_STATUS[action],
        changed_by: order.actor,
      },
    },
  ];
}
