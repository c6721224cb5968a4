import { useEffect, useRef } from 'react';
import type { Row } from '../api/types.js';
import { t } from '../messages/en.js';
import { CheckIcon } from '../ui/icons.js';

/** A re-push is the one approval that takes a second key: both digests side by side, then Enter. */
export function RepushAsk({ row, onApprove, onCancel }: { row: Row; onApprove(): void; onCancel(): void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus({ preventScroll: true }), []);
  return (
    <div className="repush-ask">
      <p>{t.detail.repushFirst}</p>
      <dl>
        <dt>{t.detail.approvedColumn}</dt>
        <dd className="tag">{row.approved?.digest ?? '–'}</dd>
        <dt>{t.detail.thisColumn}</dt>
        <dd className="tag">{row.digest ?? '–'}</dd>
      </dl>
      <div className="foot-buttons">
        <button
          type="button"
          className="button button-approve"
          ref={button}
          onClick={onApprove}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              event.preventDefault();
              onCancel();
            }
          }}
        >
          <CheckIcon /> {t.detail.repushConfirm} <kbd>↵</kbd>
        </button>
        <button type="button" className="button" onClick={onCancel}>
          {t.detail.cancel}
        </button>
      </div>
    </div>
  );
}
