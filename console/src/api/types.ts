/**
 * The API's shapes as the console reads them. What the OpenAPI document has is taken from `schema.d.ts`; a row is one
 * form for the list's `view=row` and for the whole request alike.
 */

export type Bump = 'major' | 'minor' | 'patch' | 'rebuild' | 'repush' | 'other';
export const BUMPS: readonly Bump[] = ['major', 'minor', 'patch', 'rebuild', 'repush', 'other'];

export type RequestStatus = 'pending' | 'approved' | 'rejected' | 'superseded';
export const STATUSES: readonly RequestStatus[] = ['pending', 'approved', 'rejected', 'superseded'];

export interface Approved {
  tag: string;
  digest: string | null;
  size_bytes: number | null;
  platforms: string[];
  pushed_at: string | null;
  approved_at: string | null;
  approved_by: string | null;
}

/** A request as a row of the list. */
export interface Row {
  id: number;
  image_id: number | null;
  image_name: string;
  /** null: the question is about the image. */
  tag_name: string | null;
  status: RequestStatus;
  requested_at: string;
  line: string | null;
  variant: string | null;
  bump: Bump;
  aliases: string[];
  /** Pending requests of the image with this digest, this one among them. */
  same_digest_count: number;
  digest: string | null;
  size_bytes: number | null;
  size_change_bytes: number | null;
  size_change_percent: number | null;
  platform_count: number | null;
  platforms_missing: string[];
  pushed_at: string | null;
  url: string | null;
  approved: Approved | null;
  reviewed_by: string | null;
  reviewed_at: string | null;
  rejection_reason: string | null;
}

export interface PlatformSize {
  name: string;
  size_bytes: number | null;
}

/** A request as its page shows it. */
export interface Detail extends Row {
  registry: string;
  requested_by: string;
  notes: string | null;
  platforms: PlatformSize[];
  inventory_complete: boolean | null;
  digest_history: { digest: string; at: string | null }[];
  why: { code: string; params: Record<string, unknown> } | null;
  superseded_by: number | null;
}

export interface Group {
  key: string;
  image_id: number | null;
  image_name: string;
  category: string | null;
  line: string | null;
  variant: string | null;
  total: number;
  by_bump: Partial<Record<Bump, number>>;
  oldest_requested_at: string | null;
  approved: { tag: string } | null;
}

export interface FacetCount {
  value: string;
  label: string;
  count: number;
}

export interface Facets {
  total: number;
  oldest_requested_at: string | null;
  bump: Partial<Record<Bump, number>>;
  more: Partial<Record<'image' | 'category' | 'missing', FacetCount[]>>;
}

export interface BulkResult {
  id: number;
  outcome: string;
  code: string | null;
  detail: string | null;
  /** Of a preview. */
  image_name?: string;
  tag_name?: string | null;
  platforms_missing?: string[];
}

export interface BulkAnswer {
  batch_id?: string;
  preview_token?: string;
  total: number;
  counts: Record<string, number>;
  remaining: number;
  /** Of a reopening: a rollout of what one of them had approved had begun. */
  rollout_started?: boolean;
  results: BulkResult[];
  /** Of a preview: the results that follow, and what to beware of. */
  cursor?: string | null;
  warnings?: { repushed: number; missing_platform: number };
}

/** A preview that does not hold any longer: a new one, and how it differs. */
export interface ChangedPreview extends BulkAnswer {
  difference?: { added: number[]; removed: number[]; changed: { id: number }[] } | null;
}

export interface Session {
  actor: string;
  role: 'viewer' | 'reviewer' | 'admin';
  auth: 'local' | 'token' | 'host';
  sign_in_url: string | null;
  version: string | null;
  build?: string;
}

type Json = Record<string, unknown>;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value)
    ? value
    : typeof value === 'string' && /^-?\d+$/.test(value)
      ? Number(value)
      : null;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

/** A row from whatever form of it an answer holds; what is not there is null and shown as unknown. */
export function rowOf(answer: unknown): Row {
  const one = object(answer);
  const metadata = object(one['metadata']);
  const approved = one['approved'] ? (one['approved'] as Approved) : null;
  const change = count(one['size_change_bytes']);
  const bump = text(one['bump']) as Bump | null;
  return {
    id: one['id'] as number,
    image_id: count(one['image_id']),
    image_name: text(one['image_name']) ?? '',
    tag_name: text(one['tag_name']),
    status: (text(one['status']) ?? 'pending') as RequestStatus,
    requested_at: text(one['requested_at']) ?? '',
    line: text(one['line']),
    variant: text(one['variant']),
    bump: bump && BUMPS.includes(bump) ? bump : 'other',
    aliases: texts(one['aliases'] ?? metadata['aliases']),
    same_digest_count: count(one['same_digest_count']) ?? 1,
    digest: text(one['digest']),
    size_bytes: count(one['size_bytes']),
    size_change_bytes: change,
    size_change_percent:
      count(one['size_change_percent']) ??
      (change !== null && approved?.size_bytes ? (change / approved.size_bytes) * 100 : null),
    platform_count:
      count(one['platform_count']) ??
      (Array.isArray(metadata['platforms']) ? metadata['platforms'].length : null),
    platforms_missing: texts(one['platforms_missing']),
    pushed_at: text(one['pushed_at']),
    url: text(one['url'] ?? metadata['url']),
    approved,
    reviewed_by: text(one['reviewed_by']),
    reviewed_at: text(one['reviewed_at']),
    rejection_reason: text(one['rejection_reason']),
  };
}

export function detailOf(answer: unknown): Detail {
  const one = object(answer);
  const metadata = object(one['metadata']);
  const why = object(one['why']);
  const history = one['digest_history'] ?? metadata['digest_history'];
  return {
    ...rowOf(answer),
    registry: text(one['registry']) ?? '',
    requested_by: text(one['requested_by']) ?? '',
    notes: text(one['notes']),
    platforms: (Array.isArray(metadata['platforms']) ? metadata['platforms'] : []).map((entry) => {
      const platform = object(entry);
      const parts = [text(platform['os']), text(platform['architecture']), text(platform['variant'])];
      return { name: parts.filter(Boolean).join('/'), size_bytes: count(platform['size_bytes']) };
    }),
    inventory_complete:
      typeof metadata['inventory_complete'] === 'boolean' ? metadata['inventory_complete'] : null,
    digest_history: (Array.isArray(history) ? history : []).flatMap((entry) => {
      if (typeof entry === 'string') return [{ digest: entry, at: null }];
      const past = object(entry);
      const digest = text(past['digest']);
      return digest
        ? [{ digest, at: text(past['at'] ?? past['replaced_at'] ?? past['seen_at'] ?? past['until']) }]
        : [];
    }),
    why: text(why['code']) ? { code: String(why['code']), params: object(why['params']) } : null,
    superseded_by: count(one['superseded_by']),
  };
}
