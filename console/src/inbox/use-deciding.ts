import { useState } from 'react';
import type { Group, Row } from '../api/types.js';
import { decide, idsOf, overlay } from '../decide.js';
import { apiFilter, type InboxFilter } from '../filters.js';
import { t } from '../messages/en.js';
import { moved } from '../moved.js';
import { say } from '../notices.js';
import type { Question } from './asking.js';
import type { BulkOrder } from './bulk-run.js';
import type { Entry } from './items.js';
import type { Selection } from './selection.js';
import type { Reading } from './use-reading.js';

/** Approve at once, where no question comes first: a reason, a second key for a re-push, a preview of many. */
export function useDeciding(given: {
  filter: InboxFilter;
  mayDecide: boolean;
  reading: Reading;
  selection: Selection;
  selectedCount: number;
  rowById: ReadonlyMap<number, Row>;
  total: number | null;
}) {
  const { filter, mayDecide, reading, selection, selectedCount, rowById, total } = given;
  const [question, ask] = useState<Question | null>(null);
  const [repushAsk, setRepushAsk] = useState<number | null>(null);
  const send = (entry: Entry, action: 'approve' | 'reject', reason?: string): void => {
    if (entry.row.id === reading.id) reading.moveOn(new Set(idsOf(entry)));
    void decide(entry, action, reason).then((outcome) => {
      // After the next sign-in it is the row that is still to be decided.
      if (outcome === 'signed-out') reading.comeBack(entry.row.id);
    });
  };
  const decideEntry = (entry: Entry, action: 'approve' | 'reject'): void => {
    if (!mayDecide || entry.row.status !== 'pending') return;
    // A second click came before the pane followed the list.
    if (overlay.get().gone.has(entry.row.id)) return;
    if (action === 'reject') return ask({ kind: 'reject', entry });
    if (moved.get() === entry.row.id) return void say(t.decide.moved);
    if (entry.row.bump === 'repush' && repushAsk !== entry.row.id) {
      reading.open(entry.row.id);
      return setRepushAsk(entry.row.id);
    }
    setRepushAsk(null);
    send(entry, 'approve');
  };
  const decideSelected = (action: 'approve' | 'reject'): void => {
    const order: BulkOrder = {
      action,
      target: selection.isAllMatching
        ? { filter: apiFilter(filter, Date.now()), count: total ?? 0 }
        : {
            ids: [...selection.ids].map((id) => ({
              id,
              expected_digest: rowById.get(id)?.digest ?? undefined,
            })),
          },
    };
    if (action === 'approve') ask({ kind: 'bulk', order });
    else ask({ kind: 'reject-many', order, count: selectedCount });
  };
  const takeNewest = (group: Group): void => {
    if (mayDecide && filter.by === 'line' && group.approved) ask({ kind: 'newest', group });
  };
  return { question, ask, repushAsk, setRepushAsk, send, decideEntry, decideSelected, takeNewest };
}
