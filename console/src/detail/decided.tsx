import { useState } from 'react';
import type { Detail as DetailData, Row } from '../api/types.js';
import { nameOf, reopen } from '../decide.js';
import { age } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';

/** Who decided, when and why, and the way back. */
export function Decided({
  row,
  detail,
  now,
  mayDecide,
}: {
  row: Row;
  detail: DetailData | null;
  now: number;
  mayDecide: boolean;
}) {
  const [isAsked, setIsAsked] = useState(false);
  return (
    <>
      <p className="foot-line">
        {row.status === 'superseded' && detail?.superseded_by
          ? t.detail.supersededBy(detail.superseded_by)
          : t.detail.closed(
              t.detail.statusWord(row.status),
              visible(row.reviewed_by ?? t.detail.somebody),
              age(row.reviewed_at ?? row.requested_at, now),
            )}
        {row.rejection_reason ? <q className="reason">{row.rejection_reason}</q> : null}
      </p>
      {mayDecide && row.status !== 'superseded' ? (
        isAsked ? (
          <>
            <p>{t.decide.reopenText}</p>
            <div className="foot-buttons">
              <button
                type="button"
                className="button"
                onClick={() => void reopen(row).then(() => setIsAsked(false))}
              >
                {t.decide.reopen} {nameOf(row)}
              </button>
              <button type="button" className="button" onClick={() => setIsAsked(false)}>
                {t.detail.cancel}
              </button>
            </div>
          </>
        ) : (
          <div className="foot-buttons">
            <button type="button" className="button" onClick={() => setIsAsked(true)}>
              {t.detail.reopen}
            </button>
          </div>
        )
      ) : null}
    </>
  );
}
