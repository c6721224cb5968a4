import type { Group, Row } from '../api/types.js';
import { nameOf } from '../decide.js';
import { apiFilter, EVERYTHING } from '../filters.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';
import type { BulkOrder } from './bulk-run.js';
import type { Entry } from './items.js';
import { BulkDialog, RejectDialog } from './lazy.js';
import { lineName } from './rows.js';

/** What a dialog asks before anything is decided. */
export type Question =
  | { kind: 'reject'; entry: Entry }
  | { kind: 'reject-many'; order: BulkOrder; count: number }
  | { kind: 'bulk'; order: BulkOrder }
  | { kind: 'newest'; group: Group };

export interface AskingProps {
  question: Question | null;
  rows: ReadonlyMap<number, Row>;
  ask(question: Question | null): void;
  onReject(entry: Entry, reason: string): void;
  /** `refused`: null while some of it is left to do. */
  onDecided(ids: readonly number[], refused: readonly number[] | null): void;
}

export function Asking({ question, rows, ask, onReject, onDecided }: AskingProps) {
  const close = (): void => ask(null);
  switch (question?.kind) {
    case undefined:
      return null;
    case 'reject':
      return (
        <RejectDialog
          title={t.decide.rejectTitle(nameOf(question.entry.row))}
          onClose={close}
          onReject={(reason) => {
            close();
            onReject(question.entry, reason);
          }}
        />
      );
    case 'reject-many':
      return (
        <RejectDialog
          title={t.decide.rejectMany(question.count)}
          onClose={close}
          onReject={(reason) => ask({ kind: 'bulk', order: { ...question.order, reason } })}
        />
      );
    case 'bulk':
      return <BulkDialog order={question.order} rows={rows} onClose={close} onDone={onDecided} />;
    case 'newest': {
      const name = [visible(question.group.image_name), lineName(question.group.line, question.group.variant)]
        .filter(Boolean)
        .join(' ');
      return (
        <RejectDialog
          title={t.bulk.newest(name)}
          hint={t.bulk.newestHint}
          label={t.bulk.newestReason}
          send={t.bulk.newestNext}
          onClose={close}
          onReject={(reason) => ask({ kind: 'bulk', order: newestOf(question.group, name, reason) })}
        />
      );
    }
  }
}

/** The highest version within the approved major is approved, the lower ones are rejected: one reason, one preview. */
function newestOf(group: Group, name: string, reason: string): BulkOrder {
  return {
    action: 'approve',
    mode: 'newest_per_line',
    target: { filter: { ...apiFilter(EVERYTHING, Date.now()), group: group.key }, count: group.total },
    reason,
    title: t.bulk.newest(name),
  };
}
