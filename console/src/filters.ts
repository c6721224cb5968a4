import { BUMPS, STATUSES, type Bump, type RequestStatus } from './api/types.js';

export const GROUPINGS = ['line', 'image', 'digest', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const SORTS = ['group', 'newest', 'oldest', 'growth'] as const;
export type Sort = (typeof SORTS)[number];

/** What the inbox shows. The same value makes the URL, the API's parameters and the filter of a bulk decision. */
export interface InboxFilter {
  readonly status: readonly RequestStatus[];
  readonly q: string;
  readonly bump: readonly Bump[];
  readonly image: string;
  readonly category: string;
  /** Days. */
  readonly olderThan: number | null;
  readonly newerThan: number | null;
  readonly missing: string;
  /** Bytes that it grew by at least. */
  readonly growth: number | null;
  readonly source: string;
  readonly decidedBy: string;
  readonly sort: Sort;
  readonly by: Grouping;
}

export const EVERYTHING: InboxFilter = {
  status: ['pending'],
  q: '',
  bump: [],
  image: '',
  category: '',
  olderThan: null,
  newerThan: null,
  missing: '',
  growth: null,
  source: '',
  decidedBy: '',
  sort: 'group',
  by: 'line',
};

/** Parameters that are the page's own and no filter: the id of a request. */
const OTHERS = new Set(['open']);

const MOST_DAYS = 36_500;
const MOST_BYTES = 1e12;

/** Reads a query string; what is unknown or broken is dropped and named, never guessed. */
export function readFilter(search: string): { filter: InboxFilter; dropped: string[] } {
  const params = new URLSearchParams(search);
  const dropped: string[] = [];
  const filter: { -readonly [K in keyof InboxFilter]: InboxFilter[K] } = { ...EVERYTHING };
  const list = <T extends string>(
    name: string,
    value: string,
    allowed: readonly T[],
    fallback: readonly T[],
  ): readonly T[] => {
    const wanted = value.split(',');
    const known = allowed.filter((one) => wanted.includes(one));
    if (wanted.some((one) => !allowed.includes(one as T))) dropped.push(name);
    return known.length > 0 ? known : fallback;
  };
  const one = <T extends string>(name: string, value: string, allowed: readonly T[], fallback: T): T => {
    if (allowed.includes(value as T)) return value as T;
    dropped.push(name);
    return fallback;
  };
  const number = (name: string, value: string, least: number, most: number): number | null => {
    const parsed = /^\d{1,13}$/.test(value) ? Number(value) : NaN;
    if (parsed >= least && parsed <= most) return parsed;
    dropped.push(name);
    return null;
  };
  const short = (name: string, value: string, longest: number): string => {
    if (value.length <= longest) return value;
    dropped.push(name);
    return '';
  };
  const seen = new Set<string>();
  for (const [name, value] of params) {
    if (OTHERS.has(name) && /^[1-9]\d{0,9}$/.test(value)) continue;
    if (seen.has(name)) {
      dropped.push(name);
      continue;
    }
    seen.add(name);
    if (name === 'status') filter.status = list(name, value, STATUSES, EVERYTHING.status);
    else if (name === 'q') filter.q = short(name, value, 200);
    else if (name === 'bump') filter.bump = list(name, value, BUMPS, []);
    else if (name === 'image') filter.image = short(name, value, 255);
    else if (name === 'category') filter.category = short(name, value, 100);
    else if (name === 'older') filter.olderThan = number(name, value, 1, MOST_DAYS);
    else if (name === 'newer') filter.newerThan = number(name, value, 1, MOST_DAYS);
    else if (name === 'missing') filter.missing = short(name, value, 100);
    else if (name === 'growth') filter.growth = number(name, value, 1, MOST_BYTES);
    else if (name === 'source') filter.source = short(name, value, 64);
    else if (name === 'decided_by') filter.decidedBy = short(name, value, 255);
    else if (name === 'sort') filter.sort = one(name, value, SORTS, EVERYTHING.sort);
    else if (name === 'by') filter.by = one(name, value, GROUPINGS, EVERYTHING.by);
    else dropped.push(name);
  }
  // Lines have an order of their own; another one is an order of requests.
  if (filter.sort !== 'group' && !seen.has('by')) filter.by = 'none';
  if (filter.sort !== 'group' && filter.by !== 'none') {
    filter.sort = 'group';
    dropped.push('sort');
  }
  return { filter, dropped: [...new Set(dropped)] };
}

/** The query string of a filter, without what is the default; always the same text for the same filter. */
export function writeFilter(filter: InboxFilter): string {
  const params = new URLSearchParams();
  const add = (name: string, value: string): void => {
    if (value !== '') params.set(name, value);
  };
  if (filter.status.join() !== EVERYTHING.status.join()) add('status', filter.status.join(','));
  add('q', filter.q);
  add('bump', filter.bump.join(','));
  add('image', filter.image);
  add('category', filter.category);
  add('older', filter.olderThan === null ? '' : String(filter.olderThan));
  add('newer', filter.newerThan === null ? '' : String(filter.newerThan));
  add('missing', filter.missing);
  add('growth', filter.growth === null ? '' : String(filter.growth));
  add('source', filter.source);
  add('decided_by', filter.decidedBy);
  if (filter.sort !== EVERYTHING.sort) add('sort', filter.sort);
  if (filter.by !== EVERYTHING.by) add('by', filter.by);
  return params.toString();
}

export type ApiFilter = Record<string, string | number | string[] | undefined>;

const MOST_WORDS = 8;

/**
 * The API's parameters, and the `filter` of a bulk decision: what is seen is what is decided. Ages become times here,
 * so that a preview and its commit mean the same moment when `now` is the same.
 */
export function apiFilter(filter: InboxFilter, now: number): ApiFilter {
  const before = (days: number): string => new Date(now - days * 86_400_000).toISOString();
  const all: ApiFilter = {
    status: [...filter.status],
    // The service looks for eight words at most; who pastes more still finds what the first ones narrow it to.
    q: filter.q.split(/\s+/).filter(Boolean).slice(0, MOST_WORDS).join(' ') || undefined,
    bump: filter.bump.length > 0 ? [...filter.bump] : undefined,
    image_name: filter.image || undefined,
    category: filter.category || undefined,
    older_than: filter.olderThan === null ? undefined : before(filter.olderThan),
    newer_than: filter.newerThan === null ? undefined : before(filter.newerThan),
    missing_platform: filter.missing || undefined,
    size_change_min: filter.growth ?? undefined,
    source: filter.source || undefined,
    decided_by: filter.decidedBy || undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Whether anything but grouping, order and status is narrowed down. */
export function isNarrowed(filter: InboxFilter): boolean {
  return writeFilter({ ...filter, sort: 'group', by: 'line', status: EVERYTHING.status }) !== '';
}
