import { missingPlatforms, platformText, type PlatformPattern } from './platform.js';
import {
  bumpBetween,
  compareVersions,
  parseVersion,
  variantOf,
  type Version,
  type VersionBump,
} from './version.js';

/** What a tag is to the approved ones. `repush`: the same tag is approved with another digest. */
export type Bump = VersionBump | 'repush';

/** A row of `image_tags` in force (status `approved`), as much of it as a comparison shows. */
export interface ApprovedTag {
  readonly id: number;
  readonly tag: string;
  readonly digest: string | null;
  readonly sizeBytes: number | null;
  /** `linux/arm64/v8`; empty when nothing is known. */
  readonly platforms: readonly string[];
  /** ISO 8601 in UTC. */
  readonly pushedAt: string | null;
  readonly approvedAt?: string | null;
  readonly approvedBy?: string | null;
}

/** The tag a request is about. */
export interface ComparedTag {
  readonly name: string;
  readonly sizeBytes: number | null;
  readonly platforms: readonly PlatformPattern[] | readonly string[];
}

/** Where a tag stands among the approved ones of its image: what an admin wants to see beside it. */
export interface Comparison {
  /** The tag's suffix, `-alpine`; '' when it has none. */
  readonly variant: string;
  /**
   * What the request is compared within (SPEC 1): `7-alpine` for the major version of the newest approved tag of the
   * variant, or of the tag itself while none is approved. A tag without a version is a line of its own, its name.
   */
  readonly line: string;
  readonly bump: Bump;
  /** The newest approved tag of the variant by version; null where there is nothing to compare with. */
  readonly comparedWith: ApprovedTag | null;
  /** Null when either size is unknown. */
  readonly sizeChangeBytes: number | null;
  /** Null for a tag without a version. */
  readonly versionNumbers: number[] | null;
  /** Platforms that the approved tag has and this one lacks; empty when either side's are unknown. */
  readonly missingPlatforms: string[];
}

/** Compares one tag; for many tags of one image make a {@link comparer} once. */
export function compareWithApproved(tag: ComparedTag, approved: readonly ApprovedTag[]): Comparison {
  return comparer(approved)(tag);
}

/**
 * Sorts an image's approved tags once and answers for any number of tags, each without a walk over the approved
 * ones: after a decision all pending requests of the image (1,000) are compared again with as many approved tags.
 */
export function comparer(approved: readonly ApprovedTag[]): (tag: ComparedTag) => Comparison {
  const byName = new Map<string, ApprovedTag>();
  const newestOf = new Map<string, Versioned>();
  for (const tag of approved) {
    byName.set(tag.tag, tag);
    const version = parseVersion(tag.tag);
    if (!version) continue;
    const newest = newestOf.get(version.variant);
    if (!newest || isNewer({ tag, version }, newest)) newestOf.set(version.variant, { tag, version });
  }

  return (tag) => {
    const version = parseVersion(tag.name);
    const newest = version ? newestOf.get(version.variant) : undefined;
    const sameName = byName.get(tag.name);
    const comparedWith = sameName ?? newest?.tag ?? null;
    return {
      variant: version ? version.variant : variantOf(tag.name),
      line: version ? `${(newest?.version ?? version).numbers[0]}${version.variant}` : tag.name,
      bump: sameName ? 'repush' : version && newest ? bumpBetween(newest.version, version) : 'other',
      comparedWith,
      sizeChangeBytes: sizeChange(comparedWith?.sizeBytes, tag.sizeBytes),
      versionNumbers: version ? [...version.numbers] : null,
      missingPlatforms: lostPlatforms(comparedWith, tag),
    };
  };
}

interface Versioned {
  readonly tag: ApprovedTag;
  readonly version: Version;
}

/** Of equal versions (`7.4.1` and `v7.4.1`) the one approved later, so that the answer never depends on the order of rows. */
function isNewer(a: Versioned, b: Versioned): boolean {
  return (compareVersions(a.version, b.version) || a.tag.id - b.tag.id) > 0;
}

function sizeChange(from: number | null | undefined, to: number | null): number | null {
  return from === null || from === undefined || to === null ? null : to - from;
}

function lostPlatforms(approved: ApprovedTag | null, tag: ComparedTag): string[] {
  if (!approved || tag.platforms.length === 0) return [];
  const have = tag.platforms.map((one) => (typeof one === 'string' ? one : platformText(one)));
  return missingPlatforms(approved.platforms, have);
}
