import type { DecisionAction, DecisionCode, RequestStatus } from '../domain/decision.js';
import type { TagToApprove } from '../images/images.sql.js';
import type { LockedRequest } from './decisions.sql.js';

/** Who decides what, about which requests. One request and a thousand take the same way. */
export interface DecisionOrder {
  readonly action: DecisionAction;
  /** `expectedDigest` is what the reviewer looked at; undefined: he did not say. */
  readonly requests: readonly {
    readonly id: number;
    readonly expectedDigest?: string | null;
    /** Where not all are decided alike. */
    readonly action?: DecisionAction;
  }[];
  readonly notes?: string | null;
  /** Needed to reject. */
  readonly rejectionReason?: string | null;
  /** Approves the other observed names of the same digest, too. */
  readonly includeAliases?: boolean;
  /** False: pending requests for lower patches of an approved version stay. Default true. */
  readonly supersede?: boolean;
  /** Names a bulk decision; null for a single one. */
  readonly batchId?: string | null;
  /** Says what would happen and does nothing. */
  readonly isDryRun?: boolean;
  /** Looks at what is about to happen, under the locks; what it throws is thrown, and nothing happens. */
  readonly accept?: (planned: readonly DecisionResult[]) => void;
  readonly actor: string;
  readonly httpRequestId?: string | null;
}

/** What became of one request. */
export interface DecisionResult {
  readonly id: number;
  readonly outcome: 'approved' | 'rejected' | 'reopened' | 'refused';
  readonly code: DecisionCode | null;
  readonly detail: string | null;
  /** What the request is about. */
  readonly digest: string | null;
  /** The request's state after the decision; null: there is no such request. */
  readonly status: RequestStatus | null;
  /** Ids of requests that it closed or opened again with it. */
  readonly superseded: readonly number[];
  /** Other names that were approved with it. */
  readonly aliases: readonly string[];
  /** Of a reopening: a rollout of what the request had approved was asked for already. */
  readonly hasRolledOut: boolean;
}

/** A request that the rule lets be decided, and all that its decision brings along. */
export interface Decided {
  readonly request: LockedRequest;
  readonly action: DecisionAction;
  readonly status: RequestStatus;
  readonly tags: TagToApprove[];
  readonly closed: {
    readonly id: number;
    readonly status: RequestStatus;
    readonly tagName: string;
    readonly digest: string | null;
  }[];
}
