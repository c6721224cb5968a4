import type { RegistryTag } from './registry-tag.js';

/** A tag as it was observed before. */
export interface KnownTag {
  readonly name: string;
  readonly digest: string | null;
  readonly lastUpdatedText: string | null;
  /** `held`: it waits for a platform, and is judged as if new whenever its content moves. */
  readonly state: 'seen' | 'held';
}

/** A known tag that now points at other content. */
export interface RepushedTag {
  readonly tag: RegistryTag;
  readonly previousDigest: string;
}

/** What one reading of an image's tags says, compared with everything observed before. */
export interface WhatIsNew {
  /** To be judged: never seen and newer than the inventory, or held back until now and moved since. */
  readonly fresh: readonly RegistryTag[];
  /** Never seen, but there before the first check: recorded silently. */
  readonly inventory: readonly RegistryTag[];
  readonly repushed: readonly RepushedTag[];
  /** Known content, but pushed again or only now with a digest: recorded, nothing more. */
  readonly touched: readonly RegistryTag[];
}

/**
 * Compares what a reading found with what was observed before.
 *
 * `inventoryTo` is the newest push of the image's first check, in microseconds, or null while that check is under
 * way: then everything is fresh. A never-seen tag that is not newer than it, or has no time at all, was there before
 * and is inventory, whichever page it stands on.
 */
export function whatIsNew(reading: {
  tags: readonly RegistryTag[];
  known: ReadonlyMap<string, KnownTag>;
  inventoryTo: number | null;
}): WhatIsNew {
  const fresh: RegistryTag[] = [];
  const inventory: RegistryTag[] = [];
  const repushed: RepushedTag[] = [];
  const touched: RegistryTag[] = [];

  for (const tag of reading.tags) {
    const known = reading.known.get(tag.name);
    if (!known) {
      const isOld =
        reading.inventoryTo !== null &&
        (tag.lastUpdated === null || tag.lastUpdated.micros <= reading.inventoryTo);
      (isOld ? inventory : fresh).push(tag);
    } else if (known.state === 'held' && hasMoved(tag, known)) {
      fresh.push(tag);
    } else if (tag.digest !== null && known.digest !== null && tag.digest !== known.digest) {
      repushed.push({ tag, previousDigest: known.digest });
    } else if (hasMoved(tag, known)) {
      touched.push(tag);
    }
  }
  return { fresh, inventory, repushed, touched };
}

/** Pushed again, or with a digest where there was none. A digest that is missing now says nothing. */
function hasMoved(tag: RegistryTag, known: KnownTag): boolean {
  return (
    (tag.digest !== null && tag.digest !== known.digest) ||
    (tag.lastUpdated !== null && tag.lastUpdated.text !== known.lastUpdatedText)
  );
}

/** True when the reading changed nothing that is kept. */
export function isUnchanged(news: WhatIsNew): boolean {
  return news.fresh.length + news.inventory.length + news.repushed.length + news.touched.length === 0;
}
