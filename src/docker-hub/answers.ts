import { isDigest } from '../domain/digest.js';
import type { Platform } from '../domain/platform.js';
import { quoted } from '../domain/quoted.js';
import type { ListedRepository } from '../domain/probe.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { parseStamp, type Stamp } from '../domain/stamp.js';
import { isTagName } from '../domain/tag.js';
import { DockerHubError } from './errors.js';
import type { RateLimitReading } from './rate-limit.js';

/**
 * Docker Hub's answers, judged field by field: what comes out cannot be wrong, everything else is `malformed`.
 * The OpenAPI document of Docker Hub is wrong in several places, so the shapes are those of the recorded
 * answers (facts.md, section 2). This is the hot path of a check: one JSON.parse and one plain loop.
 */

/** One page of a repository's tags. */
export interface TagPage {
  /** Tags of the repository over all pages, as Docker Hub counts them; a different value on the next page means that the pages shifted. */
  readonly count: number;
  /** Newest first after a local sort, tags without a time last. */
  readonly tags: RegistryTag[];
  /** Address of the next page, on the same origin and repository; null on the last one. */
  readonly next: string | null;
  /** When Docker Hub answered by its own `Date`, by our clock where there is none; milliseconds since 1970. */
  readonly answeredAtMs: number;
  readonly rateLimit: RateLimitReading | null;
}

/** One page of a namespace's repositories, last pushed first. */
export interface ListingPage {
  readonly rows: ListedRepository[];
  /** Address of the next page, on the same origin and namespace; null on the last one. */
  readonly next: string | null;
  readonly answeredAtMs: number;
  readonly rateLimit: RateLimitReading | null;
}

/** The body of a page as it came: tags in the order of the answer, `next` not yet judged. */
export interface TagPageBody {
  readonly count: number;
  readonly tags: RegistryTag[];
  readonly next: string | null;
}

/** How the rows of a page lie in time. */
export type PageOrder = 'newest_first' | 'oldest_first' | 'none';

/** cosign's signatures, attestations and SBOMs, and the bare name of the OCI referrers fallback. */
const ARTEFACT_NAME = /^sha256-[0-9a-f]{64}(?:$|\.)|^sha256-[0-9a-f]+\.(?:sig|att|sbom)$/;

/** A repository's stamp trails its tags by seconds and rows of one batch swap places; ten minutes is the bound of SPEC 5.2. */
const TOLERATED_INVERSION_MICROS = 10 * 60 * 1_000_000;

/**
 * Reads the body of a tag page. A missing `results` and an empty one beside a positive `count` are errors, never
 * "no tags": both were recorded while the tags existed (facts.md, section 1.5).
 */
export function parseTagPage(text: string, url: string): TagPageBody {
  const body = parseObject(text, url);
  const { count, results, next } = body;
  if (!isSize(count)) throw wrong(url, 'count', 'a whole number', count);
  if (!Array.isArray(results)) throw wrong(url, 'results', 'a list', results);
  if (results.length === 0 && count > 0) {
    throw malformed(url, `Docker Hub says that there are ${count} tags and lists none`);
  }
  // null, a missing field and "" (seen in a stand-in) all mean that this is the last page: facts.md, section 1.3.
  if (next !== null && next !== undefined && typeof next !== 'string') {
    throw wrong(url, 'next', 'an address or null', next);
  }
  const tags: RegistryTag[] = [];
  for (const row of results as unknown[]) tags.push(readTag(row, url));
  return { count, tags, next: next || null };
}

/**
 * Reads the body of a listing of repositories (facts.md, section 3.1). Only names and stamps are judged: nothing else
 * of a row is used, and old rows lack much of it.
 */
export function parseListingPage(
  text: string,
  url: string,
): { rows: ListedRepository[]; next: string | null } {
  const { count, results, next } = parseObject(text, url);
  if (!isSize(count)) throw wrong(url, 'count', 'a whole number', count);
  if (!Array.isArray(results)) throw wrong(url, 'results', 'a list', results);
  if (results.length === 0 && count > 0) {
    throw malformed(url, `Docker Hub says that there are ${count} repositories and lists none`);
  }
  if (next !== null && next !== undefined && typeof next !== 'string') {
    throw wrong(url, 'next', 'an address or null', next);
  }
  const rows = (results as unknown[]).map((row) => {
    if (!isObject(row)) throw wrong(url, 'results', 'a list of objects', row);
    const { name, last_updated: lastUpdated } = row;
    if (typeof name !== 'string' || name === '') throw wrong(url, 'name', 'the name of a repository', name);
    return { repository: name, lastUpdated: readStamp(lastUpdated ?? null, url) };
  });
  return { rows, next: next || null };
}

/** What a person wants to see of a repository before he adds it. */
export interface RepositoryAnswer {
  /** Null: it has none. */
  readonly description: string | null;
}

/** Longer than any description that Docker Hub takes (100 characters in its form). */
const LONGEST_DESCRIPTION = 2_000;

/** Reads the body of a repository's answer, which must be about the one that was asked for. */
export function parseRepository(text: string, asked: string, url: string): RepositoryAnswer {
  const { name, description } = parseObject(text, url);
  if (name !== asked) throw wrong(url, 'name', `the repository ${quoted(asked)}`, name);
  if (description !== null && description !== undefined && typeof description !== 'string') {
    throw wrong(url, 'description', 'a text or null', description);
  }
  return { description: description?.slice(0, LONGEST_DESCRIPTION) || null };
}

/** Reads the body of a single tag's answer, which must be about the tag that was asked for. */
export function parseTag(text: string, asked: string, url: string): RegistryTag {
  const tag = readTag(parseObject(text, url), url);
  if (tag.name !== asked) {
    throw malformed(url, `Docker Hub answered about the tag ${quoted(tag.name)} instead of ${quoted(asked)}`);
  }
  return tag;
}

/** The `access_token` of a login's answer. */
export function parseAccessToken(text: string, url: string): string {
  const { access_token: token } = parseObject(text, url);
  // A token goes into a header: only what a header may carry. Its value is never repeated in a message.
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(token)) {
    throw malformed(url, 'Docker Hub answered the login without an access_token');
  }
  return token;
}

/** The sentence of an error answer (`message`, `detail` or `text`: facts.md, section 1.5), or null. */
export function readErrorMessage(text: string): string | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(body)) return null;
  for (const value of [body.message, body.detail, body.text])
    if (typeof value === 'string' && value) return value;
  return null;
}

/**
 * How a page is ordered. Neighbours may stand the wrong way round by up to ten minutes. Rows without a time belong
 * at the end (facts.md, section 1.2); above others they would end a reading before the new tags beneath them. A page that fits both ways, because all of it lies within minutes, counts as newest first, unless it
 * climbs in every step while more pages follow: then the newest tags would be on the last page and never be seen.
 */
export function judgeOrder(tags: readonly RegistryTag[], hasNext: boolean): PageOrder {
  const order = orderOfTimes(tags, hasNext);
  const firstWithout = tags.findIndex((tag) => tag.lastUpdated === null);
  const isBeforeTimes = firstWithout >= 0 && tags.slice(firstWithout).some((tag) => tag.lastUpdated !== null);
  return order === 'newest_first' && isBeforeTimes ? 'none' : order;
}

function orderOfTimes(tags: readonly RegistryTag[], hasNext: boolean): PageOrder {
  let first: number | null = null;
  let last = 0;
  let falls = false;
  let climbs = false;
  let fallsTooFar = false;
  let climbsTooFar = false;
  for (const { lastUpdated } of tags) {
    if (lastUpdated === null) continue;
    const micros = lastUpdated.micros;
    if (first === null) first = micros;
    else if (micros > last) {
      climbs = true;
      if (micros - last > TOLERATED_INVERSION_MICROS) climbsTooFar = true;
    } else if (micros < last) {
      falls = true;
      if (last - micros > TOLERATED_INVERSION_MICROS) fallsTooFar = true;
    }
    last = micros;
  }
  if (first === null) return 'newest_first';
  if (climbsTooFar) return fallsTooFar ? 'none' : 'oldest_first';
  if (fallsTooFar) return 'newest_first';
  // Small steps that add up: a hundred nightly builds five minutes apart.
  if (last - first > TOLERATED_INVERSION_MICROS) return 'oldest_first';
  return climbs && !falls && hasNext ? 'oldest_first' : 'newest_first';
}

/**
 * How a listing of repositories is ordered. Exactly, other than a page of tags: what stands beneath the first row that
 * is old enough is never read, so a single row in the wrong place could hide a push. Rows without a time stand anywhere.
 */
export function judgeListingOrder(rows: readonly ListedRepository[]): PageOrder {
  let previous: number | null = null;
  let falls = false;
  let climbs = false;
  for (const { lastUpdated } of rows) {
    if (lastUpdated === null) continue;
    if (previous !== null && lastUpdated.micros < previous) falls = true;
    if (previous !== null && lastUpdated.micros > previous) climbs = true;
    previous = lastUpdated.micros;
  }
  if (!climbs) return 'newest_first';
  return falls ? 'none' : 'oldest_first';
}

/** Sorts in place, newest first, tags without a time last; rows of one moment stay as they came. */
export function sortNewestFirst(tags: RegistryTag[]): RegistryTag[] {
  return tags.sort((a, b) => {
    if (a.lastUpdated === null) return b.lastUpdated === null ? 0 : 1;
    return b.lastUpdated === null ? -1 : b.lastUpdated.micros - a.lastUpdated.micros;
  });
}

function readTag(row: unknown, url: string): RegistryTag {
  if (!isObject(row)) throw wrong(url, 'results[]', 'an object', row);
  const { name } = row;
  if (typeof name !== 'string' || !isTagName(name)) throw wrong(url, 'name', 'a tag name', name);
  const { platforms, onlyAttestations } = readImages(row.images, url);
  const contentType = row.content_type ?? 'image';
  if (typeof contentType !== 'string') throw wrong(url, 'content_type', 'text', contentType);
  return {
    name,
    // Never the platform's digest in place of a missing one, not even for a single platform: rust:1.44.0-slim
    // is an index without a digest, and an index of one platform looks the same in this answer. A digest that
    // is not the tag's would be approved, and the gate would refuse the tag for ever (facts.md, section 2).
    digest: readDigest(row.digest, url),
    lastUpdated: readStamp(row.last_updated, url),
    sizeBytes: readSize(row.full_size, 'full_size', url) ?? sizeOfOne(platforms),
    platforms,
    isImage: contentType === 'image' && !onlyAttestations && !ARTEFACT_NAME.test(name),
  };
}

function readImages(images: unknown, url: string): { platforms: Platform[]; onlyAttestations: boolean } {
  const platforms: Platform[] = [];
  // Absent in 2016, null and [] later: nothing is known about the platforms then.
  if (images === null || images === undefined) return { platforms, onlyAttestations: false };
  if (!Array.isArray(images)) throw wrong(url, 'images', 'a list', images);
  let attestations = 0;
  for (const image of images as unknown[]) {
    if (!isObject(image)) throw wrong(url, 'images[]', 'an object', image);
    const os = readText(image.os, 'images[].os', url);
    const architecture = readText(image.architecture, 'images[].architecture', url);
    if (os === 'unknown' && architecture === 'unknown') {
      attestations++;
      continue;
    }
    // An entry without both says nothing that a filter or a reader could use.
    if (os === '' && architecture === '') continue;
    platforms.push({
      os,
      architecture,
      variant: readText(image.variant, 'images[].variant', url) || null,
      digest: readDigest(image.digest, url),
      sizeBytes: readSize(image.size, 'images[].size', url),
    });
  }
  return { platforms, onlyAttestations: attestations > 0 && attestations === images.length };
}

/** Docker Hub's `full_size` is the size of the amd64 image where there is one (portainer: facts.md, section 2), so is ours. */
function sizeOfOne(platforms: readonly Platform[]): number | null {
  const usual = platforms.find((p) => p.os === 'linux' && p.architecture === 'amd64' && p.sizeBytes !== null);
  return (usual ?? platforms.find((p) => p.sizeBytes !== null))?.sizeBytes ?? null;
}

function readStamp(value: unknown, url: string): Stamp | null {
  if (value === null || value === undefined) return null;
  const stamp = typeof value === 'string' ? parseStamp(value) : null;
  if (stamp === null) throw wrong(url, 'last_updated', 'a time', value);
  return stamp;
}

function readDigest(value: unknown, url: string): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value !== 'string' || !isDigest(value)) throw wrong(url, 'digest', 'a digest', value);
  return value;
}

/** Bytes; null for a missing size and for 0, which Docker Hub sends for tags whose images do have one. */
function readSize(value: unknown, field: string, url: string): number | null {
  if (value === null || value === undefined || value === 0) return null;
  if (!isSize(value)) throw wrong(url, field, 'a number of bytes', value);
  return value;
}

/** Short text of a platform; '' for null and missing. Printable only: PostgreSQL's jsonb takes no NUL, and every check of the image would fail on it. */
function readText(value: unknown, field: string, url: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string' || !/^[\x20-\x7e]{0,64}$/.test(value))
    throw wrong(url, field, 'a short text', value);
  return value;
}

function parseObject(text: string, url: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw malformed(url, `Docker Hub answered something that is not JSON: ${quoted(text)}`);
  }
  if (!isObject(body)) throw wrong(url, 'the answer', 'an object', body);
  return body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function wrong(url: string, field: string, wanted: string, got: unknown): DockerHubError {
  const shown = got === undefined ? 'nothing' : quoted(got);
  return malformed(url, `Docker Hub's answer has ${shown} as ${field} instead of ${wanted}`);
}

function malformed(url: string, message: string): DockerHubError {
  return new DockerHubError({ kind: 'malformed', message, url, status: 200 });
}
