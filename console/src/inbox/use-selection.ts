import { useEffect, useReducer, useRef } from 'react';
import type { Overlay } from '../decisions.js';
import { t } from '../messages/en.js';
import { say } from '../notices.js';
import { NOTHING, reduceSelection, type Selection, type SelectionEvent } from './selection.js';

/** The selection belongs to the filter: another filter clears it, with an undo; rows that leave drop out of it. */
export function useSelection(
  filterText: string,
  gone: Overlay['gone'],
): [Selection, (event: SelectionEvent) => void] {
  const [selection, select] = useReducer(reduceSelection, NOTHING);
  const filterBefore = useRef(filterText);
  useEffect(() => {
    if (filterBefore.current === filterText) return;
    filterBefore.current = filterText;
    if (selection.ids.size > 0 || selection.isAllMatching)
      say(t.bulk.cleared, 'result', {
        label: t.bulk.restore,
        run: () => select({ type: 'restore', selection }),
      });
    select({ type: 'clear' });
  }, [filterText, selection]);
  useEffect(() => select({ type: 'left', ids: [...gone.keys()] }), [gone]);
  return [selection, select];
}
