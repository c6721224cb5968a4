import type { AuditRecord } from '../audit/audit.sql.js';
import type { TagToApprove } from '../images/images.sql.js';
import type { Decided, DecisionOrder } from './decision-order.js';
import type { DecidedRequest, LockedRequest, ObservedAlias } from './decisions.sql.js';
import type { rolledOut } from './rollouts.sql.js';

/** The tag that a request is about, as its approval puts it into `image_tags`. */
export function tagOfRequest(request: LockedRequest, actor: string): TagToApprove {
  return {
    imageId: request.image_id as number,
    tag: request.tag_name as string,
    digest: request.digest,
    sizeBytes: request.size_bytes === null ? null : Number(request.size_bytes),
    architectures: request.architectures,
    platforms: request.platforms,
    pushedAt: request.pushed_at?.toISOString() ?? null,
    approvedBy: actor,
    requestId: request.id,
  };
}

/** Another observed name of the request's digest: the same content, pushed when that name was. */
export function tagOfAlias(request: LockedRequest, alias: ObservedAlias, actor: string): TagToApprove {
  const size = alias.size_bytes ?? request.size_bytes;
  return {
    ...tagOfRequest(request, actor),
    tag: alias.tag_name,
    sizeBytes: size === null ? null : Number(size),
    pushedAt: alias.last_updated?.toISOString() ?? null,
  };
}

/** What reopening takes back, as a rollout would know it. */
export function approvalsOf(decided: readonly Decided[]): Parameters<typeof rolledOut>[1] {
  return decided.flatMap(({ request }) =>
    Object.keys(approvedBy(request)).map((tagName) => ({
      requestId: request.id,
      approvedBy: request.superseded_by ?? request.id,
      imageId: request.image_id as number,
      tagName,
    })),
  );
}

/** What the request's approval put into `image_tags`, by name, with the row that stood there before. */
export function approvedBy(request: LockedRequest): Record<string, Record<string, unknown> | null> {
  if (request.status !== 'approved' || request.tag_name === null || request.image_id === null) return {};
  return request.tag_before ?? { [request.tag_name]: null };
}

/** The rows of a decided request and of those that it closed or opened again. */
export function rowsOf(
  order: DecisionOrder,
  { request, action, status, tags, closed }: Decided,
  before: ReadonlyMap<string, Record<string, unknown> | null>,
  imageIds: ReadonlyMap<number, number>,
): DecidedRequest[] {
  const isReopened = action === 'reopen';
  const shared = {
    reviewedBy: isReopened ? null : order.actor,
    notes: isReopened ? null : (order.notes ?? null),
    batchId: order.batchId ?? null,
    imageId: imageIds.get(request.id) ?? null,
  };
  return [
    {
      ...shared,
      id: request.id,
      status,
      rejectionReason: action === 'reject' ? (order.rejectionReason ?? null) : null,
      supersededBy: null,
      tagBefore: isReopened
        ? null
        : Object.fromEntries(tags.map((tag) => [tag.tag, before.get(`${tag.imageId} ${tag.tag}`) ?? null])),
    },
    ...closed.map((one) => ({
      ...shared,
      id: one.id,
      status: one.status,
      notes: null,
      rejectionReason: null,
      supersededBy: isReopened ? null : request.id,
      tagBefore:
        one.status === 'approved'
          ? { [one.tagName]: before.get(`${request.image_id} ${one.tagName}`) ?? null }
          : null,
    })),
  ];
}

export function auditOf(
  order: DecisionOrder,
  { request, action, status, tags, closed }: Decided,
  imageIds: ReadonlyMap<number, number>,
): AuditRecord[] {
  const shared = {
    actor: order.actor,
    imageId: request.image_id ?? imageIds.get(request.id) ?? null,
    imageName: request.image_name,
    batchId: order.batchId ?? null,
    httpRequestId: order.httpRequestId ?? null,
    reason: (action === 'reject' ? order.rejectionReason : order.notes) ?? null,
  };
  const verb = action === 'reopen' ? 'reopened' : status;
  return [
    {
      ...shared,
      action: `approval_request.${verb}`,
      subjectType: 'approval_request',
      subjectId: request.id,
      tagName: request.tag_name,
      from: { status: request.status },
      to: {
        status,
        digest: request.digest,
        ...(tags.length > 1 ? { tags: tags.map((tag) => tag.tag) } : {}),
      },
    },
    ...closed.map((one) => ({
      ...shared,
      action: `approval_request.${one.status === 'pending' ? 'reopened' : one.status}`,
      subjectType: 'approval_request' as const,
      subjectId: one.id,
      tagName: one.tagName,
      from: { status: one.status === 'pending' ? 'closed' : 'pending' },
      to: { status: one.status, because_of: request.id },
    })),
  ];
}
