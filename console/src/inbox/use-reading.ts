import { useEffect, useMemo, useRef, useState } from 'react';
import { writeFilter, type InboxFilter } from '../filters.js';
import { detailQuery, queryClient } from '../queries.js';
import { rowsById, type Entry, type Item } from './items.js';
import { firstEntry, lineFrom, placeAfter, placeOf, stepFrom } from './moves.js';

/** Browsers allow a hundred changes of the address in half a minute. */
const ADDRESS_AFTER_MS = 400;
/** Neighbours are read when the reader stays, not for each row that he passes. */
const PREFETCH_AFTER_MS = 120;

export interface Reading {
  readonly id: number | null;
  /** The row in the list; null: none, or the one of the address, which is not in the list. */
  readonly active: Extract<Item, { kind: 'entry' }> | null;
  readonly at: number;
  /** Counts moves: each one takes the focus along. */
  readonly focusTick: number;
  readonly open: (id: number) => void;
  /** Back to a row whose decision was refused; its place stands in the address at once, since the page may be left. */
  readonly comeBack: (id: number) => void;
  readonly moveTo: (target: { entry: Entry } | null) => void;
  readonly step: (by: 1 | -1) => void;
  readonly line: (by: 1 | -1) => void;
  readonly moveOn: (leaving: ReadonlySet<number>) => void;
  readonly focusAgain: () => void;
}

/** The row being read: where it is, where the keys take the reader, and its place in the address. */
export function useReading(
  items: readonly Item[],
  given: { filter: InboxFilter; isWide: boolean; isLoading: boolean; isGone(id: number): boolean },
): Reading {
  const { filter, isWide, isLoading, isGone } = given;
  const [id, setId] = useState<number | null>(
    () => Number(new URLSearchParams(location.search).get('open')) || null,
  );
  const [focusTick, setFocusTick] = useState(0);
  // The first one is open with the first picture of the list, not one picture later.
  const first = id === null && isWide && !isLoading ? firstEntry(items) : null;
  if (first) setId(first.entry.row.id);
  const at = useMemo(() => placeOf(items, id), [items, id]);
  const item = items[at];
  const active = item?.kind === 'entry' ? item : null;

  // The request of the address stays open though its row may be far down, until the reader goes elsewhere.
  const kept = useRef(id);
  const filterText = writeFilter(filter);
  const filterBefore = useRef(filterText);
  if (filterBefore.current !== filterText) {
    filterBefore.current = filterText;
    kept.current = null;
  }
  const stood = useRef<{ items: readonly Item[]; at: number } | null>(null);
  useEffect(() => {
    if (at >= 0) {
      stood.current = { items, at };
      return;
    }
    if (!isWide || isLoading) return;
    if (id !== null && id === kept.current && !isGone(id)) return;
    // The row left by itself, as one that a decision closes along: on from where it stood, not from the top.
    const was = stood.current;
    stood.current = null;
    const next = was && isGone(id ?? 0) ? placeAfter(was.items, was.at, leftBetween(was.items, items)) : null;
    const target = next ?? firstEntry(items)?.entry.row.id;
    if (target === undefined) return;
    setId(target);
    if (next !== null && document.activeElement === document.body) setFocusTick((tick) => tick + 1);
  }, [at, id, items, isWide, isLoading, isGone]);

  useEffect(() => {
    if (id === null || !isWide) return;
    const timer = setTimeout(() => writeAddress(filterText, id), ADDRESS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [id, filterText, isWide]);

  useEffect(() => {
    if (at < 0) return;
    const timer = setTimeout(() => {
      for (const by of [1, -1] as const) {
        const beside = stepFrom(items, at, by);
        if (beside) void queryClient.prefetchQuery(detailQuery(beside.entry.row.id));
      }
    }, PREFETCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [at, items]);

  const open = (next: number | null): void => {
    kept.current = null;
    setId(next);
  };
  const focusAgain = (): void => setFocusTick((tick) => tick + 1);
  const moveTo = (target: { entry: Entry } | null): void => {
    if (!target) return;
    open(target.entry.row.id);
    focusAgain();
  };
  return {
    id,
    active,
    at,
    focusTick,
    open,
    comeBack: (to) => {
      open(to);
      writeAddress(filterText, to);
    },
    moveTo,
    focusAgain,
    step: (by) => moveTo(stepFrom(items, at, by)),
    line: (by) => moveTo(lineFrom(items, at, by)),
    moveOn: (leaving) => {
      open(placeAfter(items, at, leaving));
      focusAgain();
    },
  };
}

/**
 * Where the reader is, for who comes by the address. His session may have ended meanwhile: on the page that asks him to
 * sign in, it is where that leads.
 */
function writeAddress(filterText: string, id: number): void {
  const params = new URLSearchParams(filterText);
  params.set('open', String(id));
  const place = `/inbox?${params}`;
  const base = new URL(document.baseURI).pathname.replace(/\/$/, '');
  const now = location.pathname.slice(base.length).replace(/\/$/, '');
  if (now === '/sign-in')
    history.replaceState(history.state, '', `${base}/sign-in?to=${encodeURIComponent(place)}`);
  else if (now === '/inbox') history.replaceState(history.state, '', base + place);
}

/** The rows that were in the list and are not any more. */
function leftBetween(before: readonly Item[], now: readonly Item[]): Set<number> {
  const here = rowsById(now);
  return new Set([...rowsById(before).keys()].filter((id) => !here.has(id)));
}
