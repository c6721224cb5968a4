import type { Group, Row } from '../api/types.js';
import { idsOf } from '../decide.js';
import type { Entry, Item } from './items.js';
import { entriesByGroup } from './list.js';
import { between, stepFrom } from './moves.js';
import type { Selection, SelectionEvent } from './selection.js';
import type { Reading } from './use-reading.js';

/** What keys and clicks do with the selection. */
export function useSelecting(given: {
  items: readonly Item[];
  rowById: ReadonlyMap<number, Row>;
  reading: Reading;
  selection: Selection;
  select(event: SelectionEvent): void;
}) {
  const { items, rowById, reading, selection, select } = given;
  /** Of all that match, those that are read, by name: so that single ones can be left out. */
  const selectByName = (): void => {
    if (selection.isAllMatching) select({ type: 'name', ids: [...rowById.keys()] });
  };
  const selectRange = (anchor: number, to: number): void =>
    select({ type: 'range', anchor, ids: between(items, anchor, to).flatMap((one) => idsOf(one.entry)) });
  const toggle = (entry: Entry, isRange = false): void => {
    const anchor = selection.anchor ?? reading.id;
    if (isRange && anchor !== null) return selectRange(anchor, entry.row.id);
    selectByName();
    select({ type: 'toggle', ids: idsOf(entry) });
  };
  return {
    toggle,
    selectGroup: (group: Group, isOn: boolean): void => {
      selectByName();
      select({ type: 'set', ids: (entriesByGroup(items).get(group.key) ?? []).flatMap(idsOf), isOn });
    },
    extend: (by: 1 | -1): void => {
      const next = stepFrom(items, reading.at, by);
      if (!reading.active || !next) return;
      const isGoingOn = selection.anchor !== null && selection.range.length > 0;
      selectRange(isGoingOn ? (selection.anchor ?? 0) : reading.active.entry.row.id, next.entry.row.id);
      reading.moveTo(next);
    },
    /** What is read; all that match when that is selected already. */
    selectMore: (): void => {
      const loaded = [...rowById.keys()];
      const hasAll = loaded.length > 0 && loaded.every((id) => selection.ids.has(id));
      select(hasAll ? { type: 'all-matching' } : { type: 'set', ids: loaded, isOn: true });
    },
  };
}
