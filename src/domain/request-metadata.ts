import type { Comparison } from './comparison.js';
import { architecturesOf } from './platform.js';
import type { RegistryTag } from './registry-tag.js';
import { parseVersion } from './version.js';

/** What is known beside the tag itself when a request is opened or its digest moves. */
export interface RequestFindings {
  readonly change: 'new' | 'repush';
  readonly previousDigest: string | null;
  /** Other observed names of the same content. */
  readonly aliases: readonly string[];
  readonly comparison: Comparison;
  /** The tag's page at the registry. */
  readonly url: string;
  /** False: older tags have not all been read, so an old tag that was pushed again may look new. */
  readonly isInventoryComplete: boolean;
}

/**
 * The document that a reviewer reads (SPEC 5.4): the user's five fields, then what a decision needs. JSON in the
 * user's snake_case.
 */
export function requestMetadata(tag: RegistryTag, found: RequestFindings): Record<string, unknown> {
  const version = parseVersion(tag.name);
  return {
    last_updated: tag.lastUpdated?.text ?? null,
    digest: tag.digest,
    architectures: architecturesOf(tag.platforms),
    auto_detected: true,
    source: 'image_monitor',
    platforms: tag.platforms.map((platform) => ({
      os: platform.os,
      architecture: platform.architecture,
      variant: platform.variant,
      digest: platform.digest,
      size_bytes: platform.sizeBytes,
    })),
    size_bytes: tag.sizeBytes,
    change: found.change,
    previous_digest: found.previousDigest,
    aliases: found.aliases,
    version: version && {
      numbers: version.numbers,
      prerelease: version.prerelease,
      variant: version.variant,
    },
    compared_with: comparedWith(found.comparison),
    url: found.url,
    inventory_complete: found.isInventoryComplete,
  };
}

/** The part of the document that changes when a tag of the image is approved or revoked; null: nothing to compare with. */
export function comparedWith(comparison: Comparison): Record<string, unknown> | null {
  const approved = comparison.comparedWith;
  return (
    approved && {
      tag: approved.tag,
      digest: approved.digest,
      size_bytes: approved.sizeBytes,
      bump: comparison.bump,
      size_change_bytes: comparison.sizeChangeBytes,
    }
  );
}
