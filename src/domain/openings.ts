import { missingPlatforms } from './platform.js';
import type { RegistryTag } from './registry-tag.js';
import { mostSpecificTag } from './version.js';
import type { RepushedTag, WhatIsNew } from './what-is-new.js';

/** What an image asks of new tags. */
export interface OpeningRules {
  readonly policy: 'most_recent' | 'all';
  /** The image's first check: with `baseline` it opens nothing. */
  readonly isFirstCheck: boolean;
  readonly baseline: boolean;
  /** The image's patterns; a tag that it does not pass is recorded as seen. */
  readonly passesFilter: (tagName: string) => boolean;
  /** `os/arch[/variant]` that a tag must offer. */
  readonly platforms: readonly string[];
}

/** A request for a tag of the image, in whatever state. */
export interface RequestOfTag {
  readonly id: number;
  readonly tagName: string;
  readonly digest: string | null;
  readonly isPending: boolean;
}

/** What is known about the tags that are judged. */
export interface OpeningContext {
  /** Approved tags by name; the digest is null where none was known at approval. */
  readonly approvedDigests: ReadonlyMap<string, string | null>;
  readonly requests: readonly RequestOfTag[];
}

/** A request to be opened. */
export interface Opening {
  readonly tag: RegistryTag;
  readonly change: 'new' | 'repush';
  /** What the tag pointed at before: the approved digest of a re-push. */
  readonly previousDigest: string | null;
}

/** A pending request whose tag moved: it follows, and keeps its place. */
export interface FollowedRequest {
  readonly requestId: number;
  readonly tag: RegistryTag;
  /** True when the tag came back to the approved digest: then there is nothing to decide. */
  readonly isSettled: boolean;
}

export interface Openings {
  readonly opened: readonly Opening[];
  readonly followed: readonly FollowedRequest[];
  /** Names of tags that wait for a platform. */
  readonly held: ReadonlySet<string>;
}

/**
 * Which tags open a request, and which pending requests follow their tag (SPEC 5.3).
 *
 * No tag is ever kept from being judged by the state of another one's request: a pending or rejected newest tag does
 * not hide the newer one.
 */
export function openings(news: WhatIsNew, rules: OpeningRules, context: OpeningContext): Openings {
  const pending = new Map(context.requests.filter((r) => r.isPending).map((r) => [r.tagName, r]));
  const asked = new Set(context.requests.map((r) => `${r.tagName} ${r.digest}`));
  const opensNothing = rules.isFirstCheck && rules.baseline;

  const opened: Opening[] = [];
  const followed: FollowedRequest[] = [];
  const held = new Set<string>();
  const eligible: RegistryTag[] = [];

  const judgeKnownName = ({
    tag,
    previousDigest,
  }: {
    tag: RegistryTag;
    previousDigest: string | null;
  }): void => {
    // Without a digest there is nothing to compare, and nothing that could be approved.
    if (tag.digest === null) return;
    const approved = context.approvedDigests.get(tag.name);
    const waiting = pending.get(tag.name);
    if (waiting) {
      if (waiting.digest === tag.digest) return;
      followed.push({
        requestId: waiting.id,
        tag,
        isSettled: tag.digest !== null && tag.digest === approved,
      });
    } else if (approved !== undefined && approved !== tag.digest && !asked.has(`${tag.name} ${tag.digest}`)) {
      if (!opensNothing) opened.push({ tag, change: 'repush', previousDigest: approved ?? previousDigest });
    }
  };

  for (const tag of news.fresh) {
    if (pending.has(tag.name) || context.approvedDigests.has(tag.name)) {
      judgeKnownName({ tag, previousDigest: null });
    } else if (!tag.isImage || !rules.passesFilter(tag.name)) {
      continue;
    } else if (missingPlatforms(rules.platforms, tag.platforms).length > 0) {
      held.add(tag.name);
    } else if (!asked.has(`${tag.name} ${tag.digest}`)) {
      eligible.push(tag);
    }
  }
  news.repushed.forEach((repush: RepushedTag) => judgeKnownName(repush));

  if (!opensNothing) {
    for (const tag of rules.policy === 'all' ? eligible : mostRecent(eligible)) {
      opened.push({ tag, change: 'new', previousDigest: null });
    }
  }
  return { opened, followed, held };
}

/**
 * The most recently pushed tag, or none. Publishers push many names of one build within seconds, so of the names
 * that share its digest the one that says most is taken: `7.5.1` before `7.5` before `latest`.
 */
function mostRecent(tags: readonly RegistryTag[]): readonly RegistryTag[] {
  const newest = tags.reduce<RegistryTag | null>(
    (best, tag) => (best === null || pushedAt(tag) > pushedAt(best) ? tag : best),
    null,
  );
  if (newest === null || newest.digest === null) return newest ? [newest] : [];
  const sameBuild = tags.filter((tag) => tag.digest === newest.digest);
  const name = mostSpecificTag(sameBuild.map((tag) => tag.name));
  return sameBuild.filter((tag) => tag.name === name);
}

function pushedAt(tag: RegistryTag): number {
  return tag.lastUpdated?.micros ?? Number.NEGATIVE_INFINITY;
}
