import { Refusal } from '../domain/refusals.js';

/** There is no such request. */
export function unknownRequest(id: number): Refusal {
  return new Refusal('not_found', 'approval_request_not_found', `There is no approval request ${id}.`);
}
