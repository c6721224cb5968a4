import { useCallback, useMemo, useRef, useState } from 'react';
import type { Group, Row } from '../api/types.js';
import { stillWaiting, type Overlay } from '../decisions.js';
import type { InboxFilter } from '../filters.js';
import { itemsOf, rowsById, type Item } from './items.js';
import type { Inbox } from './use-inbox.js';

export interface Items {
  readonly items: readonly Item[];
  readonly rowById: ReadonlyMap<number, Row>;
  /** What a group holds still, of what it held when it was read. */
  readonly totalOf: (group: Group) => number;
  readonly toggleFold: (key: string) => void;
  readonly fold: (key: string, isOpen: boolean) => void;
}

/** What is in the list: the groups and their rows, less those that were decided here, with folds open or not. */
export function useItems({ groups, rowsOf }: Inbox, filter: InboxFilter, overlay: Overlay): Items {
  const isPending = filter.status.join() === 'pending';
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const goneIds = useKeysOf(overlay.gone);
  const waitingRows = useCallback(
    (group: Group) => {
      const rows = rowsOf(group);
      return typeof rows === 'string' || !isPending ? rows : rows.filter((row) => !goneIds.has(row.id));
    },
    [rowsOf, goneIds, isPending],
  );
  const items = useMemo(
    () =>
      itemsOf(groups, waitingRows, {
        isLine: filter.by === 'line',
        isBare: filter.by === 'none',
        open,
      }),
    [groups, waitingRows, filter.by, open],
  );
  const rowById = useMemo(() => rowsById(items), [items]);
  const totalOf = useCallback(
    (group: Group) => {
      const rows = rowsOf(group);
      if (typeof rows === 'string' || !isPending) return group.total;
      return stillWaiting(
        group.total,
        rows.map((row) => row.id),
        overlay,
      );
    },
    [rowsOf, overlay, isPending],
  );
  return {
    items,
    rowById,
    totalOf,
    toggleFold: (key) => setOpen((before) => toggled(before, key)),
    fold: (key, isOpen) => setOpen((before) => (before.has(key) === isOpen ? before : toggled(before, key))),
  };
}

/** The keys of a map: the same set for as long as they are the same, whatever becomes of the values. */
function useKeysOf<Key>(map: ReadonlyMap<Key, unknown>): ReadonlySet<Key> {
  const kept = useRef<ReadonlySet<Key>>(new Set());
  const { current } = kept;
  if (map.size !== current.size || ![...map.keys()].every((key) => current.has(key)))
    kept.current = new Set(map.keys());
  return kept.current;
}

function toggled(before: ReadonlySet<string>, key: string): Set<string> {
  const next = new Set(before);
  if (!next.delete(key)) next.add(key);
  return next;
}
