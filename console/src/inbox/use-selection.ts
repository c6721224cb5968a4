import { useEffect, useReducer, useRef } from 'react';
import type { Overlay } from '../decisions.js';
import { t } from '../messages/en.js';
import { say, unsay } from '../notices.js';
import { NOTHING, reduceSelection, type Selection, type SelectionEvent } from './selection.js';

/**
 * The selection belongs to the filter: another filter clears it, and the undo brings back both, since the same choice
 * under another filter is another set. Rows that leave drop out of it.
 */
export function useSelection(
  filterText: string,
  gone: Overlay['gone'],
  show: (filterText: string) => void,
): [Selection, (event: SelectionEvent) => void] {
  const [selection, select] = useReducer(reduceSelection, NOTHING);
  const filterBefore = useRef(filterText);
  const wanted = useRef<{ filterText: string; selection: Selection } | null>(null);
  const latestShow = useRef(show);
  useEffect(() => {
    latestShow.current = show;
  });
  useEffect(() => {
    const before = filterBefore.current;
    if (before === filterText) return;
    filterBefore.current = filterText;
    const again = wanted.current?.filterText === filterText ? wanted.current.selection : null;
    wanted.current = null;
    if (again === null && (selection.ids.size > 0 || selection.isAllMatching)) {
      const run = (): void => {
        unsay();
        if (filterBefore.current === before) select({ type: 'restore', selection });
        else wanted.current = { filterText: before, selection };
        latestShow.current(before);
      };
      say(t.bulk.cleared, 'result', { label: t.bulk.restore, run });
    }
    select(again ? { type: 'restore', selection: again } : { type: 'clear' });
  }, [filterText, selection]);
  useEffect(() => select({ type: 'left', ids: [...gone.keys()] }), [gone, selection]);
  return [selection, select];
}
