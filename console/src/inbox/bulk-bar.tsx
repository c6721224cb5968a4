import { t } from '../messages/en.js';
import { CheckIcon, CrossIcon } from '../ui/icons.js';
import type { Selection } from './selection.js';

/** What is selected, how to select all that match, and the two answers to all of it. */
export function BulkBar(props: {
  selection: Selection;
  count: number;
  total: number | null;
  onAll(): void;
  onDecide(action: 'approve' | 'reject'): void;
  onClear(): void;
}) {
  const { selection, count, total } = props;
  return (
    <div className="bulk-bar" role="region" aria-label={t.bulk.bar}>
      <span className="bulk-count">
        {selection.isAllMatching ? t.bulk.allSelected(count) : t.bulk.selected(count)}
      </span>
      {!selection.isAllMatching && total !== null && total > count ? (
        <button type="button" className="link" onClick={props.onAll}>
          {t.bulk.selectAll(total)}
        </button>
      ) : null}
      <span className="spread" />
      <button type="button" className="button button-approve" onClick={() => props.onDecide('approve')}>
        <CheckIcon />
        {t.bulk.approve(count)}
      </button>
      <button type="button" className="button button-reject-quiet" onClick={() => props.onDecide('reject')}>
        <CrossIcon />
        {t.bulk.reject(count)}
      </button>
      <button type="button" className="button button-icon" aria-label={t.bulk.clear} onClick={props.onClear}>
        <CrossIcon />
      </button>
    </div>
  );
}
