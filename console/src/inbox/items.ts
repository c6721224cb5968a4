import type { Group, Row } from '../api/types.js';
import { compareTags, mostExactFirst } from '../versions.js';
import type { GroupRows } from './rows-by-group.js';

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
  | {
      readonly kind: 'loading';
      readonly key: string;
      readonly group: Group;
      readonly rows: number;
      readonly hasFold: boolean;
    }
  | { readonly kind: 'failed'; readonly key: string; readonly group: Group };

/** Names of one content share this. A re-push stands alone: it is the one row that asks to be compared first. */
function contentOf(row: Row): string | null {
  return row.digest && row.tag_name && row.bump !== 'repush' ? `${row.image_id}|${row.digest}` : null;
}

/** Requests that share a digest become one entry under the most exact name; order as given. */
export function entriesOf(rows: readonly Row[]): Entry[] {
  const byContent = new Map<string, Row[]>();
  for (const row of rows) {
    const key = contentOf(row) ?? `#${row.id}`;
    const same = byContent.get(key);
    if (same) same.push(row);
    else byContent.set(key, [row]);
  }
  return [...byContent.values()].map((same) => {
    const [row, ...also] = [...same].sort((a, b) => mostExactFirst(a.tag_name ?? '', b.tag_name ?? ''));
    if (!row) throw new Error('An entry has a row');
    return { row, also };
  });
}

/**
 * Names of one content over all lines: `latest` and `17` stand in the row of `17.2.5`, in its line. Only of rows that
 * are read: what is seen is what is decided.
 */
export function foldNames(
  groups: readonly Group[],
  rowsOf: (group: Group) => GroupRows,
): (group: Group) => GroupRows {
  const homes = new Map<string, { row: Row; group: string }>();
  const named = (rows: readonly Row[]): Row[] =>
    rows.filter((row) => row.same_digest_count > 1 && contentOf(row) !== null);
  const away: { row: Row; group: string }[] = [];
  for (const group of groups) {
    const rows = rowsOf(group);
    if (typeof rows === 'string') continue;
    for (const row of named(rows)) {
      const content = contentOf(row) ?? '';
      const home = homes.get(content);
      away.push({ row, group: group.key });
      if (!home || mostExactFirst(row.tag_name ?? '', home.row.tag_name ?? '') < 0)
        homes.set(content, { row, group: group.key });
    }
  }
  const moved = new Set<number>();
  const guests = new Map<string, Row[]>();
  for (const { row, group } of away) {
    const home = homes.get(contentOf(row) ?? '');
    if (!home || home.group === group) continue;
    moved.add(row.id);
    const list = guests.get(home.group);
    if (list) list.push(row);
    else guests.set(home.group, [row]);
  }
  if (moved.size === 0) return rowsOf;
  return (group) => {
    const rows = rowsOf(group);
    if (typeof rows === 'string') return rows;
    return [...rows.filter((row) => !moved.has(row.id)), ...(guests.get(group.key) ?? [])];
  };
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

/**
 * The newest patch stands, and a fold holds the older ones however few: when the one that stands is decided, the next
 * takes its place and the fold stays as it is.
 */
export function foldPatches(entries: readonly Entry[]): { standing: Entry[]; folded: Entry[] } {
  const folded = new Set(entries.filter((entry) => entry.row.bump === 'patch').slice(1));
  return { standing: entries.filter((entry) => !folded.has(entry)), folded: [...folded] };
}

/** How tall a line will be whose rows are not read yet. */
function roomOf(group: Group, isLine: boolean): { rows: number; hasFold: boolean } {
  const folded = isLine ? Math.max(0, (group.by_bump.patch ?? 0) - 1) : 0;
  return { rows: group.total - folded, hasFold: folded > 0 };
}

/** The list, flat, as it is scrolled through. */
export function itemsOf(
  groups: readonly Group[],
  rowsOf: (group: Group) => GroupRows,
  options: { isLine: boolean; isBare: boolean; open: ReadonlySet<string> },
): Item[] {
  const items: Item[] = [];
  const rowsHere = options.isLine ? foldNames(groups, rowsOf) : rowsOf;
  for (const group of groups) {
    const rows = rowsHere(group);
    if (rows !== 'loading' && rows !== 'failed' && rows.length === 0) continue;
    if (!options.isBare) items.push({ kind: 'group', key: `g:${group.key}`, group });
    if (rows === 'loading') {
      if (group.total > 0)
        items.push({ kind: 'loading', key: `l:${group.key}`, group, ...roomOf(group, options.isLine) });
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

/** Without a grouping all rows are one group, whose header is not shown. */
export function groupRows(rows: readonly Row[]): { groups: Group[]; rows: Map<string, readonly Row[]> } {
  if (rows.length === 0) return { groups: [], rows: new Map() };
  const group: Group = {
    key: 'all',
    image_id: null,
    image_name: '',
    category: null,
    line: null,
    variant: null,
    total: rows.length,
    by_bump: {},
    oldest_requested_at: null,
    approved: null,
  };
  return { groups: [group], rows: new Map([[group.key, rows]]) };
}

/** Every request that an item stands for, by its id. */
export function rowsById(items: readonly Item[]): Map<number, Row> {
  const map = new Map<number, Row>();
  for (const item of items) {
    const all = item.kind === 'entry' ? [item.entry] : item.kind === 'fold' ? item.entries : [];
    for (const entry of all) for (const row of [entry.row, ...entry.also]) map.set(row.id, row);
  }
  return map;
}
