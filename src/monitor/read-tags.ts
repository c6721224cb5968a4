import type { TagPage } from '../docker-hub/answers.js';
import { DockerHubError } from '../docker-hub/errors.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { CheckIsStopped } from './endings.js';

/** More pages than any known image has (100 tags each); a listing without an end is cut off here. */
const MOST_PAGES = 500;

/** All that one check read. */
export interface Reading {
  /** Each name once, as the newest answer has it. */
  tags: RegistryTag[];
  /** Newest push on the first reading of page 1, in microseconds; null: none has a time. */
  newestMicros: number | null;
  /** When page 1 was answered the first time, by Docker Hub's clock. */
  answeredAtMs: number;
  pagesRead: number;
  /** The listing was read to its end. */
  isWhole: boolean;
  /** Docker Hub refused to list further down. */
  isTruncated: boolean;
}

/** What the reading of an image needs to know of it. */
export interface ReadGoal {
  /** Microseconds; null: nothing has been read. */
  readTo: number | null;
  /** Null: the first check, which reads one page. */
  inventoryTo: number | null;
}

/**
 * Reads an image's tags, newest first, down to the first that is not newer than `readTo`, or to the end; the first
 * check reads one page (SPEC 5.2).
 *
 * When the number of tags changes between two pages, or a tag comes twice, they have shifted, and all is read again
 * from page 1, once. Rows pushed down then only come twice; rows pulled up by a deletion may have been jumped over, so a
 * second time that the number falls is an error, and the retry reads down to the same point. A page in another order
 * looks the same where its tags were pushed within minutes of each other, so that their times do not give it away.
 */
export async function readTags(o: {
  image: ReadGoal;
  readPage: (url: string | null) => Promise<TagPage>;
  signal: AbortSignal;
}): Promise<Reading> {
  const first = await o.readPage(null);
  const reading: Reading = {
    tags: [],
    newestMicros: first.tags[0]?.lastUpdated?.micros ?? null,
    answeredAtMs: first.answeredAtMs,
    pagesRead: 1,
    isWhole: false,
    isTruncated: false,
  };
  const byName = new Map<string, RegistryTag>();
  let page = first;
  let hasStartedAgain = false;
  /** Names of this time through: a page that shows one of them again is no continuation of the one before. */
  let namesSoFar = new Set<string>();

  for (;;) {
    keepNewest(byName, page.tags);
    for (const { name } of page.tags) namesSoFar.add(name);
    if (page.next === null) {
      reading.isWhole = true;
      break;
    }
    if (isReadEnough(page, o.image)) break;
    if (reading.pagesRead >= MOST_PAGES) {
      reading.isTruncated = true;
      break;
    }
    if (o.signal.aborted) throw new CheckIsStopped();

    const next = await readFurther(o.readPage, page.next);
    if (next === 'end_of_reach') {
      reading.isTruncated = true;
      break;
    }
    reading.pagesRead += 1;
    const hasShifted =
      next === 'gone' || next.count !== page.count || next.tags.some((tag) => namesSoFar.has(tag.name));
    if (hasShifted && !hasStartedAgain) {
      hasStartedAgain = true;
      namesSoFar = new Set();
      page = await o.readPage(null);
      reading.pagesRead += 1;
      continue;
    }
    if (next === 'gone' || next.count < page.count) {
      throw new DockerHubError({
        kind: 'unavailable',
        message: 'The tags were removed while they were read',
        url: page.next,
      });
    }
    page = next;
  }
  reading.tags = [...byName.values()];
  return reading;
}

/** A tag without a time is older than any with one: Docker Hub lists those last. */
function isReadEnough(page: TagPage, goal: ReadGoal): boolean {
  if (goal.inventoryTo === null) return true;
  if (goal.readTo === null) return false;
  const oldest = page.tags.at(-1);
  return oldest !== undefined && (oldest.lastUpdated === null || oldest.lastUpdated.micros <= goal.readTo);
}

/** `end_of_reach`: Docker Hub refuses to list further down. `gone`: there is no such page any more. */
async function readFurther(
  readPage: (url: string) => Promise<TagPage>,
  url: string,
): Promise<TagPage | 'end_of_reach' | 'gone'> {
  try {
    return await readPage(url);
  } catch (error) {
    if (error instanceof DockerHubError && error.kind === 'paging_refused') return 'end_of_reach';
    if (error instanceof DockerHubError && error.kind === 'not_found') return 'gone';
    throw error;
  }
}

/** A tag that comes twice was pushed between two pages: the later time counts. */
function keepNewest(byName: Map<string, RegistryTag>, tags: readonly RegistryTag[]): void {
  for (const tag of tags) {
    const before = byName.get(tag.name);
    if (!before || (tag.lastUpdated?.micros ?? -1) >= (before.lastUpdated?.micros ?? -1))
      byName.set(tag.name, tag);
  }
}
