import type { Group, Row } from '../api/types.js';
import { compareTags, mostExactFirst } from '../versions.js';

/** A row of the list: one request, or several that are names of one content. */
export interface Entry {
  readonly row: Row;
  /** Further requests with the same digest; deciding the entry decides them, too. */
  readonly also: readonly Row[];
}

export type Item =
  | { readonly kind: 'group'; readonly key: string; readonly group: Group }
  | {
      readonly kind: 'entry';
      readonly key: string;
      readonly group: Group;
      readonly entry: Entry;
      readonly isFolded: boolean;
    }
  | {
      readonly kind: 'fold';
      readonly key: string;
      readonly group: Group;
      readonly entries: readonly Entry[];
      readonly isOpen: boolean;
    }
  | { readonly kind: 'loading'; readonly key: string; readonly group: Group; readonly rows: number }
  | { readonly kind: 'failed'; readonly key: string; readonly group: Group };

/** One older patch is no taller than the fold that would hide it. */
const LEAST_TO_FOLD = 2;

/** Requests that share a digest become one entry under the most exact name; order as given. */
export function entriesOf(rows: readonly Row[]): Entry[] {
  const byDigest = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row.digest && row.tag_name ? `${row.image_id}|${row.digest}` : `#${row.id}`;
    const same = byDigest.get(key);
    if (same) same.push(row);
    else byDigest.set(key, [row]);
  }
  return [...byDigest.values()].map((same) => {
    const [row, ...also] = [...same].sort((a, b) => mostExactFirst(a.tag_name ?? '', b.tag_name ?? ''));
    if (!row) throw new Error('An entry has a row');
    return { row, also };
  });
}

/** Inside a line: re-pushes first, then the newest version. */
export function sortInLine(entries: readonly Entry[]): Entry[] {
  return [...entries].sort(
    (a, b) =>
      Number(b.row.bump === 'repush') - Number(a.row.bump === 'repush') ||
      compareTags(b.row.tag_name ?? '', a.row.tag_name ?? '') ||
      b.row.id - a.row.id,
  );
}

/** The newest patch stands; the older ones are what a fold holds. */
export function foldPatches(entries: readonly Entry[]): { standing: Entry[]; folded: Entry[] } {
  const patches = entries.filter((entry) => entry.row.bump === 'patch');
  const folded = patches.length > LEAST_TO_FOLD ? patches.slice(1) : [];
  return { standing: entries.filter((entry) => !folded.includes(entry)), folded };
}

/** The list, flat, as it is scrolled through. */
export function itemsOf(
  groups: readonly Group[],
  rowsOf: (group: Group) => readonly Row[] | 'loading' | 'failed',
  options: { isLine: boolean; isBare: boolean; open: ReadonlySet<string> },
): Item[] {
  const items: Item[] = [];
  for (const group of groups) {
    const rows = rowsOf(group);
    if (rows !== 'loading' && rows !== 'failed' && rows.length === 0) continue;
    if (!options.isBare) items.push({ kind: 'group', key: `g:${group.key}`, group });
    if (rows === 'loading') {
      if (group.total > 0) items.push({ kind: 'loading', key: `l:${group.key}`, group, rows: group.total });
      continue;
    }
    if (rows === 'failed') {
      items.push({ kind: 'failed', key: `x:${group.key}`, group });
      continue;
    }
    const entries = options.isLine ? sortInLine(entriesOf(rows)) : entriesOf(rows);
    const { standing, folded } = options.isLine ? foldPatches(entries) : { standing: entries, folded: [] };
    for (const entry of standing)
      items.push({ kind: 'entry', key: `r:${entry.row.id}`, group, entry, isFolded: false });
    if (folded.length === 0) continue;
    const isOpen = options.open.has(group.key);
    items.push({ kind: 'fold', key: `f:${group.key}`, group, entries: folded, isOpen });
    if (!isOpen) continue;
    for (const entry of folded)
      items.push({ kind: 'entry', key: `r:${entry.row.id}`, group, entry, isFolded: true });
  }
  return items;
}

/** Groups made here of the rows that were read: without a grouping all rows are one. */
export function groupRows(
  rows: readonly Row[],
  by: 'line' | 'image' | 'digest' | 'none',
): { groups: Group[]; rows: Map<string, Row[]> } {
  const map = new Map<string, Row[]>();
  for (const row of rows) {
    const key =
      by === 'none'
        ? 'all'
        : by === 'digest'
          ? `${row.image_name}@${row.digest}`
          : by === 'image'
            ? row.image_name
            : `${row.image_name}|${row.line ?? ''}`;
    const list = map.get(key);
    if (list) list.push(row);
    else map.set(key, [row]);
  }
  const groups = [...map].map(([key, list]): Group => {
    const first = list[0];
    const by_bump: Group['by_bump'] = {};
    for (const row of list) by_bump[row.bump] = (by_bump[row.bump] ?? 0) + 1;
    return {
      key,
      image_id: first?.image_id ?? null,
      image_name: first?.image_name ?? '',
      category: null,
      line: by === 'line' ? (first?.line ?? null) : null,
      variant: by === 'line' ? (first?.variant ?? null) : null,
      total: list.length,
      by_bump,
      oldest_requested_at: list.reduce<string | null>(
        (old, row) => (old === null || row.requested_at < old ? row.requested_at : old),
        null,
      ),
      approved:
        list.find((row) => row.approved && row.bump !== 'repush')?.approved ?? first?.approved ?? null,
    };
  });
  groups.sort((a, b) => Number((b.by_bump.repush ?? 0) > 0) - Number((a.by_bump.repush ?? 0) > 0));
  return { groups, rows: map };
}
