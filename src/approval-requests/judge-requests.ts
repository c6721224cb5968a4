import { decide, type DecisionCode } from '../domain/decision.js';
import type { Decided, DecisionOrder, DecisionResult } from './decision-order.js';
import type { LockedRequest } from './decisions.sql.js';

/** Judges each request by the rule; one that comes twice is decided once. */
export function judge(
  order: DecisionOrder,
  locked: ReadonlyMap<number, LockedRequest>,
): { decided: Decided[]; refused: DecisionResult[] } {
  const decided: Decided[] = [];
  const refused: DecisionResult[] = [];
  const reopenedTags = new Set<string>();
  const seen = new Set<number>();
  for (const { id, expectedDigest, action = order.action } of order.requests) {
    if (seen.has(id)) continue;
    seen.add(id);
    const request = locked.get(id);
    if (!request) {
      refused.push(refusal(id, 'not_found', `There is no approval request ${id}.`, undefined));
      continue;
    }
    const key = `${request.image_id} ${request.registry} ${request.image_name} ${request.tag_name}`;
    const outcome = decide(
      action,
      {
        status: request.status,
        digest: request.digest,
        reviewedBy: request.reviewed_by,
        hasPendingSibling:
          request.has_pending_sibling || (order.action === 'reopen' && reopenedTags.has(key)),
      },
      expectedDigest,
    );
    if (!outcome.isDecided) {
      refused.push(refusal(id, outcome.code, outcome.detail, request));
      continue;
    }
    reopenedTags.add(key);
    decided.push({ request, action, status: outcome.status, tags: [], closed: [] });
  }
  return { decided, refused };
}

function refusal(
  id: number,
  code: DecisionCode,
  detail: string,
  request: LockedRequest | undefined,
): DecisionResult {
  const [digest, status] = [request?.digest ?? null, request?.status ?? null];
  return {
    id,
    outcome: 'refused',
    code,
    detail,
    digest,
    status,
    superseded: [],
    aliases: [],
    hasRolledOut: false,
  };
}

/** What became of a request that was decided. */
export function resultOf(
  { request, action, status, tags, closed }: Decided,
  hasRolledOut: boolean,
): DecisionResult {
  return {
    id: request.id,
    outcome: action === 'approve' ? 'approved' : action === 'reject' ? 'rejected' : 'reopened',
    code: null,
    detail: null,
    digest: request.digest,
    status,
    superseded: closed.map((one) => one.id),
    aliases: tags.map((tag) => tag.tag).filter((tag) => tag !== request.tag_name),
    hasRolledOut,
  };
}
