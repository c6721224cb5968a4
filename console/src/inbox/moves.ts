import type { Item } from './items.js';

type EntryItem = Extract<Item, { kind: 'entry' }>;

const idOf = (item: EntryItem): number => item.entry.row.id;
const isEntry = (item: Item | undefined): item is EntryItem => item?.kind === 'entry';

/** Where the row stands in the list; -1: it is not shown. */
export function placeOf(items: readonly Item[], id: number | null): number {
  return id === null ? -1 : items.findIndex((item) => isEntry(item) && idOf(item) === id);
}

export function firstEntry(items: readonly Item[]): EntryItem | null {
  return items.find(isEntry) ?? null;
}

/** The row one step on; null at the ends, and before rows that are not read yet: none is passed over. */
export function stepFrom(items: readonly Item[], at: number, step: 1 | -1): EntryItem | null {
  if (at < 0) return firstEntry(items);
  for (let i = at + step; i >= 0 && i < items.length; i += step) {
    const item = items[i];
    if (isEntry(item)) return item;
    if (item?.kind === 'loading') return null;
  }
  return null;
}

/** The first row of the next line, or of the one before. */
export function lineFrom(items: readonly Item[], at: number, step: 1 | -1): EntryItem | null {
  const line = items[at]?.group.key;
  if (line === undefined) return firstEntry(items);
  if (step === 1)
    return (
      items
        .slice(at)
        .filter(isEntry)
        .find((item) => item.group.key !== line) ?? null
    );
  const before = items
    .slice(0, at)
    .filter(isEntry)
    .findLast((item) => item.group.key !== line);
  const target = before?.group.key ?? line;
  return items.filter(isEntry).find((item) => item.group.key === target) ?? null;
}

/**
 * Where the reader goes when rows leave: the next of the line, a fold's newest member where it takes the place of the
 * one that stood; then the next line, then the one before.
 */
export function placeAfter(items: readonly Item[], at: number, leaving: ReadonlySet<number>): number | null {
  const line = items[at]?.group.key;
  const stays = (item: EntryItem): boolean => !leaving.has(idOf(item));
  const behind = items.slice(Math.max(0, at + 1));
  const next = behind.filter(isEntry).find((item) => item.group.key === line && stays(item));
  if (next) return idOf(next);
  const folded = behind.find((item) => item.kind === 'fold' && item.group.key === line && !item.isOpen);
  if (folded?.kind === 'fold') {
    const newest = folded.entries.find((entry) => !leaving.has(entry.row.id));
    if (newest) return newest.row.id;
  }
  const after = behind.filter(isEntry).find(stays);
  const before = items.slice(0, Math.max(0, at)).filter(isEntry).findLast(stays);
  const found = after ?? before;
  return found ? idOf(found) : null;
}

/** The rows between two, both among them, as one selects a range. */
export function between(items: readonly Item[], from: number, to: number): EntryItem[] {
  const [a, b] = [placeOf(items, from), placeOf(items, to)];
  if (a < 0 || b < 0) return [];
  return items.slice(Math.min(a, b), Math.max(a, b) + 1).filter(isEntry);
}
