import { OnEvent } from '@nestjs/event-emitter';

/** What every event says of itself, beside its payload. */
export interface DomainEventOf<Name extends DomainEventName> {
  /** UUID; the same in every delivery of this event, so that a handler can tell a repetition. */
  readonly id: string;
  readonly name: Name;
  /** Of the payload. A field is added under the same version; one that goes or changes its meaning raises it. */
  readonly version: 1;
  /** ISO 8601, UTC: when the change was made, not when it is told. */
  readonly occurred_at: string;
  readonly data: DomainEventPayloads[Name];
}

/** Which request for approval an event is about. */
export interface ApprovalRequestPayload {
  readonly approval_request_id: number;
  /** Null: the request is about an image that is not known yet. */
  readonly image_id: number | null;
  readonly image_name: string;
  /** Null: the request is about the image itself. */
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Which tag of which image an event is about. */
export interface TagPayload {
  readonly image_id: number;
  readonly image_name: string;
  readonly tag: string;
  readonly digest: string | null;
}

/** The events by name, and what each carries. The names are also those that handlers listen to. */
export interface DomainEventPayloads {
  /** A question was asked: about a new tag, a re-push, or an image that somebody pushed to. */
  'approval_request.opened': ApprovalRequestPayload;
  /** The tag of a pending request was pushed again: the question is about another digest now. */
  'approval_request.digest_moved': ApprovalRequestPayload;
  'approval_request.decided': ApprovalRequestPayload & {
    readonly decision: 'approved' | 'rejected';
    readonly decided_by: string;
    readonly reason: string | null;
    /** Names the bulk decision it belongs to. */
    readonly batch_id: string | null;
  };
  /** A decision was taken back; tags that it had approved come as `tag.revoked` or `tag.approved` beside it. */
  'approval_request.reopened': ApprovalRequestPayload & {
    readonly reopened_by: string;
    readonly batch_id: string | null;
  };
  /** Closed without a decision of its own. */
  'approval_request.superseded': ApprovalRequestPayload & {
    /** The request whose approval closed it; null: its tag is back at the approved digest, or nobody had asked about the version that was approved. */
    readonly superseded_by: number | null;
  };
  'image.status_changed': {
    readonly image_id: number;
    readonly image_name: string;
    /** Null: the image is new. */
    readonly from: 'pending' | 'approved' | 'rejected' | null;
    readonly to: 'pending' | 'approved' | 'rejected' | 'deleted';
    readonly changed_by: string;
  };
  /** A tag is in force with this digest from now on. */
  'tag.approved': TagPayload & {
    readonly approved_by: string;
    /** Null: by hand. */
    readonly approval_request_id: number | null;
  };
  'tag.revoked': TagPayload & { readonly revoked_by: string };
  /** The gate let a push through: an approved tag, with the approved digest, may be rolled out. */
  'rollout.requested': TagPayload & {
    /** The digest that was approved and asked for; never null here. */
    readonly digest: string;
    readonly approval_request_id: number | null;
    /** When Docker Hub says the tag was pushed, ISO 8601. */
    readonly pushed_at: string | null;
    /** Who pushed, as the webhook's payload claims: a hint that nobody checked. */
    readonly pushed_by: string | null;
  };
  'check.failed': {
    readonly check_id: string;
    readonly image_id: number;
    readonly image_name: string;
    /** `unavailable`, `not_found`, `malformed` … as in the history of checks. */
    readonly error_kind: string;
    readonly error: string;
    readonly consecutive_failures: number;
  };
}

export type DomainEventName = keyof DomainEventPayloads;

/** Any event; `event.name` tells which. */
export type DomainEvent = { [Name in DomainEventName]: DomainEventOf<Name> }[DomainEventName];

/** An event to be stored: its id and its time are given when it is. */
export type NewDomainEvent = {
  [Name in DomainEventName]: { readonly name: Name; readonly data: DomainEventPayloads[Name] };
}[DomainEventName];

/** All names, for a host that wants to listen to everything. */
export const DOMAIN_EVENT_NAMES = [
  'approval_request.opened',
  'approval_request.digest_moved',
  'approval_request.decided',
  'approval_request.reopened',
  'approval_request.superseded',
  'image.status_changed',
  'tag.approved',
  'tag.revoked',
  'rollout.requested',
  'check.failed',
] as const satisfies readonly DomainEventName[];

/**
 * Marks a method as a handler of an event whose failure counts: the event is delivered again, with back-off, and ends
 * in the dead letters. Nest's own `@OnEvent` hides a handler's error unless told `suppressErrors: false`.
 *
 * All handlers of an event run in one delivery, side by side. When one fails, the next delivery runs all of them once
 * more, with the same `event.id`: a handler must be able to take an event twice.
 *
 * @example
 * @OnDomainEvent('rollout.requested')
 * async start(event: DomainEventOf<'rollout.requested'>) { … }
 */
export function OnDomainEvent(name: DomainEventName): MethodDecorator {
  return OnEvent(name, { suppressErrors: false });
}

/**
 * What happens in this process alone and is not worth storing: told to whoever watches (the live view, the metrics)
 * and forgotten. Never delivered to handlers of domain events, and lost with the process.
 */
export type Signal =
  | { readonly name: 'check.started'; readonly image_id: number }
  | { readonly name: 'check.finished'; readonly image_id: number; readonly outcome: string }
  | { readonly name: 'budget.paused'; readonly wait_ms: number }
  /** `verdict` and `reason` are fixed words: they become labels of a metric. */
  | { readonly name: 'gate.judged'; readonly verdict: string; readonly reason: string };

export type SignalName = Signal['name'];
