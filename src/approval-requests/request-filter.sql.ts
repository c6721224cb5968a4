import type { Bump } from '../domain/comparison.js';
import type { RequestStatus } from '../domain/decision.js';

/** What a list can be narrowed to; whatever is left out does not filter. */
export interface RequestFilter {
  status?: readonly RequestStatus[];
  imageId?: number;
  imageName?: string;
  tag?: string;
  /** `metadata.source`: `image_monitor`, `gate`. */
  source?: string;
  /** ISO 8601: requested at or after. */
  since?: string;
  /** Words, each a part of `image:tag`; upper and lower case are the same. */
  q?: string;
  bump?: readonly Bump[];
  line?: string;
  /** '' for tags without a suffix. */
  variant?: string;
  digest?: string;
  /** '' for images without one. */
  category?: string;
  group?: RequestGroup;
  /** Any of these; never an empty list. */
  groups?: readonly RequestGroup[];
  /** ISO 8601: requested before, and after. */
  olderThan?: string;
  newerThan?: string;
  /** A platform that the approved tag has and the tag asked about lacks; {@link ANY_PLATFORM}: whichever. */
  missingPlatform?: string;
  /** Bytes more than the approved tag. */
  sizeChangeMin?: number;
  decidedBy?: string;
}

/** One group of {@link GROUPINGS}; `imageName` stands for an image that has no row yet. */
export interface RequestGroup {
  by: 'line' | 'image' | 'digest';
  imageId: number;
  imageName: string | null;
  value: string | null;
}

/** In place of a platform's name; none is called so, since they have a slash. */
export const ANY_PLATFORM = 'any';

/** How requests can be grouped: what a reviewer reads together. */
export const GROUPINGS = ['line', 'image', 'digest'] as const;

/** The expressions of `…_by_group_idx`; a condition that is written otherwise does not find the index. */
export const GROUP_IMAGE = 'coalesce(r.image_id, 0)';
export const GROUP_LINE = `coalesce(r.line, '')`;
export const GROUP_REPUSH = `coalesce(r.bump = 'repush', false)`;
export const GROUP_VERSION = `coalesce(r.version_numbers, '{}'::bigint[])`;

/** A filter that a facet is counted without. */
export type Facet = 'bump' | 'category' | 'image' | 'missingPlatform' | 'age';

/** A condition on `r`, and the facet it belongs to. */
export interface Condition {
  sql: string;
  facet: Facet | null;
}

/** The conditions of a filter but for its states, with their parameters appended to `values`. */
export function conditionsOf(filter: RequestFilter, values: unknown[]): Condition[] {
  const add = (value: unknown): string => `$${values.push(value)}`;
  const found: Condition[] = [];
  const when = (sql: string, facet: Facet | null = null): unknown => found.push({ sql, facet });

  if (filter.imageId !== undefined) when(`r.image_id = ${add(filter.imageId)}`, 'image');
  if (filter.imageName !== undefined) when(`r.image_name = ${add(filter.imageName)}`, 'image');
  if (filter.tag !== undefined) when(`r.tag_name = ${add(filter.tag)}`);
  if (filter.source !== undefined) when(`r.metadata ->> 'source' = ${add(filter.source)}`);
  if (filter.since !== undefined) when(`r.requested_at >= ${add(filter.since)}::timestamptz`, 'age');
  if (filter.olderThan !== undefined) when(`r.requested_at < ${add(filter.olderThan)}::timestamptz`, 'age');
  if (filter.newerThan !== undefined) when(`r.requested_at > ${add(filter.newerThan)}::timestamptz`, 'age');
  // Not LIKE, in which the underscore of a name stands for any character.
  for (const word of wordsOf(filter.q ?? '')) {
    when(`strpos(lower(r.image_name || ':' || coalesce(r.tag_name, '')), ${add(word)}) > 0`);
  }
  if (filter.bump) when(isOneOf('r.bump', filter.bump, add), 'bump');
  if (filter.line !== undefined) when(`r.line = ${add(filter.line)}`);
  if (filter.variant !== undefined) when(`r.variant = ${add(filter.variant)}`);
  if (filter.digest !== undefined) when(`r.digest = ${add(filter.digest)}`);
  if (filter.category !== undefined) {
    const isOfCategory = filter.category === '' ? 'category IS NULL' : `category = ${add(filter.category)}`;
    when(`r.image_id IN (SELECT id FROM images WHERE ${isOfCategory})`, 'category');
  }
  if (filter.missingPlatform !== undefined) {
    // The first half is the predicate of `…_lacking_platforms_idx`.
    const isOne =
      filter.missingPlatform === ANY_PLATFORM
        ? ''
        : ` AND r.platforms_missing @> ARRAY[${add(filter.missingPlatform)}]`;
    when(`r.platforms_missing <> '{}'${isOne}`, 'missingPlatform');
  }
  if (filter.sizeChangeMin !== undefined) when(`r.size_change_bytes >= ${add(filter.sizeChangeMin)}::bigint`);
  if (filter.decidedBy !== undefined) when(`r.reviewed_by = ${add(filter.decidedBy)}`);
  if (filter.group) groupConditions(filter.group, add).forEach((sql) => when(sql));
  return found;
}

/** What makes a request one of a group. */
export function groupConditions(group: RequestGroup, add: (value: unknown) => string): string[] {
  const { by, imageId, imageName, value } = group;
  const found = [`${GROUP_IMAGE} = ${add(imageId)}::int`];
  if (imageName !== null) found.push(`r.image_name = ${add(imageName)}`);
  if (by === 'line' && value !== null) found.push(`${GROUP_LINE} = ${add(value)}`);
  if (by === 'digest') found.push(value === null ? 'r.digest IS NULL' : `r.digest = ${add(value)}`);
  return found;
}

/**
 * The words of a search that have to be looked for: each once, none that is a part of another, the longest first, since
 * it is found in the fewest rows and the others are then looked for in those alone.
 *
 * No index serves a search: every request of the states asked for is read once. A trigram index would, but `pg_trgm`
 * is an extension that the role of a service often may not create.
 */
export function wordsOf(q: string): string[] {
  const words = [...new Set(q.toLowerCase().split(/\s+/).filter(Boolean))];
  return words
    .filter((word) => !words.some((other) => other !== word && other.includes(word)))
    .sort((a, b) => b.length - a.length);
}

/** The states of a filter as a condition; none: all. */
export function statusCondition(filter: RequestFilter, values: unknown[]): string {
  return filter.status ? isOneOf('r.status', filter.status, (value) => `$${values.push(value)}`) : 'true';
}

/** `WHERE …` of any number of conditions. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function isOneOf(column: string, list: readonly string[], add: (value: unknown) => string): string {
  return list.length === 1 ? `${column} = ${add(list[0])}` : `${column} = ANY (${add(list)}::text[])`;
}

/** The name of a group, as `GET …/groups` gives it and `?group=` takes it. */
export function groupKey(group: RequestGroup): string {
  const image = group.imageId === 0 ? `0/${encodeURIComponent(group.imageName ?? '')}` : `${group.imageId}`;
  if (group.by === 'image') return `image:${image}`;
  return `${group.by}:${image}:${group.value ?? ''}`;
}

/** Reads the name of a group; null: it is none. */
export function parseGroupKey(key: string): RequestGroup | null {
  const match = /^(line|image|digest):(0\/([A-Za-z0-9._~%!'()*-]*)|[1-9][0-9]{0,9})(?::([^]*))?$/.exec(key);
  if (!match) return null;
  const [, by, image = '', name, value] = match;
  if ((by === 'image') !== (value === undefined)) return null;
  const imageId = name === undefined ? Number(image) : 0;
  if (imageId > 2_147_483_647) return null;
  try {
    return {
      by: by as RequestGroup['by'],
      imageId,
      imageName: name === undefined ? null : decodeURIComponent(name),
      value: by === 'digest' && value === '' ? null : (value ?? null),
    };
  } catch {
    return null;
  }
}
