import type { FieldError } from './refusals.js';

/** What the gate says of a push; `undecided`: Docker Hub could not be asked, and the gate stays closed. */
export type VerdictOutcome = 'allowed' | 'refused' | 'undecided';

/** Why; stable, for programs and as a metric's label. */
export type VerdictReason =
  | 'internal_namespace'
  | 'approved'
  | 'image_unknown'
  | 'image_pending'
  | 'image_rejected'
  | 'tag_not_named'
  | 'tag_not_approved'
  | 'tag_revoked'
  | 'tag_deprecated'
  | 'digest_changed'
  | 'digest_unknown'
  | 'registry_unavailable';

export interface Verdict {
  readonly outcome: VerdictOutcome;
  readonly reason: VerdictReason;
  /** A sentence for people. */
  readonly detail: string;
  /** What lets the push through; null where nothing has to be done. True of a question without a push, too. */
  readonly actionRequired: string | null;
}

/** What is known when a push comes in. */
export interface GateFacts {
  /** Of a namespace whose pushes skip the gate. */
  readonly isInternal: boolean;
  /** Null: nobody has asked for this image yet. */
  readonly image: { readonly approvalStatus: 'pending' | 'approved' | 'rejected' } | null;
  /** Null: the push names no tag (payloads of 2015). */
  readonly tagName: string | null;
  /** Its row of `image_tags`; null: never approved. */
  readonly tag: {
    readonly status: 'approved' | 'revoked';
    readonly isDeprecated: boolean;
    readonly digest: string | null;
  } | null;
}

/**
 * The verdict as far as it follows from what is known (SPEC 8); null: the tag is approved, and it depends on the digest
 * that the registry has now ({@link judgeDigest}). Default deny: what is not approved does not pass.
 */
export function judgeKnown(facts: GateFacts): Verdict | null {
  if (facts.isInternal) return allowed('internal_namespace', 'Pushes to this namespace skip the gate.');
  if (facts.image === null) {
    return refused(
      'image_unknown',
      'Nobody has approved this image.',
      'Approve the image; a push of it opens the approval request.',
    );
  }
  if (facts.image.approvalStatus === 'pending') {
    return refused('image_pending', 'The image waits for its approval.', 'Approve the image.');
  }
  if (facts.image.approvalStatus === 'rejected') {
    return refused(
      'image_rejected',
      'The image was rejected.',
      'Approve the image, if it may be used after all.',
    );
  }
  if (facts.tagName === null) {
    return refused('tag_not_named', 'The push names no tag.', 'Decide the approval requests of the image.');
  }
  if (facts.tag === null) {
    return refused(
      'tag_not_approved',
      'Nobody has approved this tag.',
      'Approve the tag; a push, or the next check of the image, opens its approval request.',
    );
  }
  if (facts.tag.status !== 'approved') {
    return refused('tag_revoked', 'The approval of this tag was withdrawn.', 'Approve the tag again.');
  }
  if (facts.tag.isDeprecated) {
    return refused('tag_deprecated', 'This tag is deprecated.', 'Use another tag, or end its deprecation.');
  }
  if (facts.tag.digest === null) {
    return refused(
      'digest_unknown',
      'No digest was approved with this tag.',
      'Approve the tag again, with its digest.',
    );
  }
  return null;
}

/**
 * The verdict on an approved tag by a digest: the one that the registry has now (null: it gives none), or one that
 * the caller holds in his hand, of which nobody knows whether the registry has it.
 */
export function judgeDigest(
  approved: string,
  found: string | null,
  source: 'registry' | 'caller' = 'registry',
): Verdict {
  if (found === null) {
    return refused(
      'digest_unknown',
      'The registry gives no digest for this tag.',
      'Ask the publisher, or approve a tag that has a digest.',
    );
  }
  if (found !== approved && source === 'caller') {
    return refused(
      'digest_changed',
      `Approved is ${approved}, and not ${found}.`,
      'Deploy the approved digest, or decide the approval request about this one.',
    );
  }
  if (found !== approved) {
    return refused(
      'digest_changed',
      `The tag was pushed again: approved is ${approved}, the registry has ${found}.`,
      'Decide the approval request about the new digest; a push, or the next check, opens it.',
    );
  }
  return allowed('approved', 'The tag is approved with this digest.');
}

/** The verdict when the registry could not be asked in time. */
export const UNDECIDED: Verdict = {
  outcome: 'undecided',
  reason: 'registry_unavailable',
  detail: 'Docker Hub could not be asked which digest the tag has now.',
  actionRequired:
    'Ask again. For a push this is done: its rollout follows when the digest is the approved one.',
};

/** What a push says, as far as it is used: all of it a hint that nobody vouches for. */
export interface PushHint {
  readonly repository: string;
  readonly tag: string | null;
  readonly pushedBy: string | null;
}

/**
 * Reads Docker Hub's webhook payload, today's and those of 2015 (no `push_data.tag`, `repo_name: "busybox"`, float
 * times: docker-hub/facts.md, section 6), or says which fields are wrong.
 */
export function parsePush(body: unknown): PushHint | readonly FieldError[] {
  if (!isObject(body)) return [{ field: '', message: 'takes a JSON object as Docker Hub sends it' }];
  const { repository, push_data: pushData } = body;
  if (!isObject(repository)) return [{ field: 'repository', message: 'takes an object with repo_name' }];
  const { repo_name: name } = repository;
  if (typeof name !== 'string' || name === '') {
    return [{ field: 'repository.repo_name', message: 'takes the name of a repository' }];
  }
  if (pushData !== undefined && pushData !== null && !isObject(pushData)) {
    return [{ field: 'push_data', message: 'takes an object' }];
  }
  const tag = pushData?.tag ?? null;
  if (tag !== null && typeof tag !== 'string')
    return [{ field: 'push_data.tag', message: 'takes the name of a tag' }];
  const pusher = pushData?.pusher;
  return {
    repository: name,
    tag: tag === '' ? null : tag,
    pushedBy: typeof pusher === 'string' && /^[\x20-\x7e]{1,255}$/.test(pusher) ? pusher : null,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function allowed(reason: VerdictReason, detail: string): Verdict {
  return { outcome: 'allowed', reason, detail, actionRequired: null };
}

function refused(reason: VerdictReason, detail: string, actionRequired: string): Verdict {
  return { outcome: 'refused', reason, detail, actionRequired };
}
