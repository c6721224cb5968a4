import { VISIBILITY_LAG_MICROS } from './check-schedule.js';
import type { Stamp } from './stamp.js';

/** A repository as the listing of its namespace shows it. */
export interface ListedRepository {
  /** The part behind the namespace. */
  readonly repository: string;
  /** Last push; null: never pushed to. */
  readonly lastUpdated: Stamp | null;
}

/** All that one probe read of a listing, last pushed first. */
export interface Listing {
  readonly rows: readonly ListedRepository[];
  /** Read to its end: what is not on it is not there, or not for us. */
  readonly isWhole: boolean;
  /** When its first page was answered, by the registry's clock; milliseconds since 1970. */
  readonly answeredAtMs: number;
}

/** A watched image of the probed namespace. Times in microseconds since 1970. */
export interface ProbedImage {
  readonly id: number;
  readonly repository: string;
  /** Stored by the last complete check: what a probe had shown before it began; null: nothing to rely on. */
  readonly storedStamp: string | null;
  readonly lastCheckedAt: number | null;
  readonly lastFullCheckAt: number | null;
}

/** What a probe says about one image. */
export interface ProbeFinding {
  readonly id: number;
  readonly hasMoved: boolean;
  /** To be stored once the image has been checked; null where it was shown none that can be relied on; undefined: not shown. */
  readonly stamp: string | null | undefined;
}

/** A probe vouches for an image for a day; then it is checked itself, whatever its stamp (docker-hub/facts.md, 3.2). */
const FULL_CHECK_EVERY_MICROS = 24 * 60 * 60 * 1_000_000;

/**
 * Which images of a namespace moved, by one listing (SPEC 5.5). `watermark` and `probedAt` are those of the previous
 * probe, in microseconds; `nowMicros` is the database's clock, as `lastFullCheckAt` is.
 *
 * An image on the rows has not moved if its stamp equals, as text, the one stored with it. One that is not on them has
 * not moved only if the rows reached the watermark and it was vouched for or checked since the previous probe: whatever
 * was pushed later stands above the watermark. Every other one has to be checked itself.
 */
export function judgeProbe(
  listing: Listing,
  previous: { watermark: number | null; probedAt: number | null },
  images: readonly ProbedImage[],
  nowMicros: number,
): ProbeFinding[] {
  const listed = new Map(listing.rows.map((row) => [row.repository, row.lastUpdated]));
  const reachesWatermark = reaches(listing.rows, previous.watermark);
  const settledBy = listing.answeredAtMs * 1000 - VISIBILITY_LAG_MICROS;

  return images.map((image) => {
    const shown = listed.get(image.repository);
    const isDueForFullCheck =
      image.lastFullCheckAt === null || nowMicros - image.lastFullCheckAt >= FULL_CHECK_EVERY_MICROS;
    if (shown === undefined) {
      const isVouchedFor =
        reachesWatermark &&
        !listing.isWhole &&
        previous.probedAt !== null &&
        image.lastCheckedAt !== null &&
        image.lastCheckedAt >= previous.probedAt;
      return { id: image.id, hasMoved: isDueForFullCheck || !isVouchedFor, stamp: undefined };
    }
    // A tag may become visible after its repository's stamp, so a stamp that is younger than that vouches for nothing.
    const stamp = shown !== null && shown.micros <= settledBy ? shown.text : null;
    const isSame = shown !== null && image.storedStamp === shown.text;
    return { id: image.id, hasMoved: isDueForFullCheck || !isSame, stamp };
  });
}

/**
 * True when the rows go down to something not newer than the watermark; without one nothing is far enough. A row
 * without a time proves nothing: where a listing puts those is not known (docker-hub/facts.md, section 3.2).
 */
export function reaches(rows: readonly ListedRepository[], watermark: number | null): boolean {
  if (watermark === null) return false;
  return rows.some((row) => row.lastUpdated !== null && row.lastUpdated.micros <= watermark);
}

/** The watermark after a probe: the newest push shown, but never younger than what may still become visible. Null: none. */
export function watermarkOf(listing: Listing): number | null {
  let newest: number | null = null;
  for (const { lastUpdated } of listing.rows) {
    if (lastUpdated !== null && (newest === null || lastUpdated.micros > newest)) newest = lastUpdated.micros;
  }
  return newest === null ? null : Math.min(newest, listing.answeredAtMs * 1000 - VISIBILITY_LAG_MICROS);
}
