import { parseVersion } from './version.js';

/** `superseded`: closed without a decision, since a newer version was approved or the tag came back. */
export type RequestStatus = 'pending' | 'approved' | 'rejected' | 'superseded';
export const REQUEST_STATUSES = ['pending', 'approved', 'rejected', 'superseded'] as const;

export type DecisionAction = 'approve' | 'reject' | 'reopen';
export const DECISION_ACTIONS = ['approve', 'reject', 'reopen'] as const;

/** Why a request was not decided; stable, for programs. */
export type DecisionCode =
  'not_found' | 'already_decided' | 'digest_changed' | 'not_decided' | 'pending_exists';

/** What happens to one request: its next state, or why it stays as it is. */
export type DecisionOutcome =
  | { readonly isDecided: true; readonly status: RequestStatus }
  | { readonly isDecided: false; readonly code: DecisionCode; readonly detail: string };

/** The request as it stands, locked. */
export interface RequestToDecide {
  readonly status: RequestStatus;
  readonly digest: string | null;
  readonly reviewedBy: string | null;
  /** A pending request for the same tag (or, without a tag, the same image) beside this one. */
  readonly hasPendingSibling: boolean;
}

/**
 * The rule of a decision (SPEC 6). `expectedDigest` is what the reviewer looked at; undefined where he did not say,
 * null where the request showed none. Nobody approves what he did not look at.
 */
export function decide(
  action: DecisionAction,
  request: RequestToDecide,
  expectedDigest?: string | null,
): DecisionOutcome {
  if (action === 'reopen') {
    if (request.status === 'pending') {
      return {
        isDecided: false,
        code: 'not_decided',
        detail: 'The request is pending: there is nothing to reopen.',
      };
    }
    if (request.hasPendingSibling) {
      return {
        isDecided: false,
        code: 'pending_exists',
        detail: 'A newer request for the same tag is pending; decide that one.',
      };
    }
    return { isDecided: true, status: 'pending' };
  }
  if (request.status !== 'pending') {
    const by = request.reviewedBy ? ` by ${request.reviewedBy}` : '';
    return {
      isDecided: false,
      code: 'already_decided',
      detail: `The request is ${request.status}${by}, no longer pending.`,
    };
  }
  if (expectedDigest !== undefined && expectedDigest !== request.digest) {
    return {
      isDecided: false,
      code: 'digest_changed',
      detail: `The request is about ${request.digest ?? 'an unknown digest'}, not ${expectedDigest ?? 'an unknown digest'}: the tag was pushed again. Look at it once more.`,
    };
  }
  return { isDecided: true, status: action === 'approve' ? 'approved' : 'rejected' };
}

/** What versions that may supersede one another have in common, for looking them up among many; null: a tag that none does. */
export function patchesOf(tag: string): string | null {
  const version = parseVersion(tag);
  if (!version || version.numbers.length < 3) return null;
  return `${version.numbers.slice(0, -1).join('.')}.*${version.variant}`;
}

/**
 * Whether approving `approved` answers the question about `pending`, too: the same variant, and a lower version that
 * differs in the last of three or more numbers only (7.4.1-alpine when 7.4.2-alpine is approved; never 7.2.9).
 */
export function supersedes(approved: string, pending: string): boolean {
  const [newer, older] = [parseVersion(approved), parseVersion(pending)];
  if (!newer || !older) return false;
  const length = newer.numbers.length;
  if (length < 3 || older.numbers.length !== length || newer.variant !== older.variant) return false;
  const isSameLine = newer.numbers.slice(0, -1).every((number, index) => number === older.numbers[index]);
  return isSameLine && (older.numbers[length - 1] ?? 0) < (newer.numbers[length - 1] ?? 0);
}
