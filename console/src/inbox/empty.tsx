import { Link } from 'wouter';
import { isNarrowed, type InboxFilter } from '../filters.js';
import { ahead, list } from '../intl.js';
import { t } from '../messages/en.js';

/** A list without rows says which kind of nothing it is. */
export function Empty(props: {
  filter: InboxFilter;
  /** Something came in since the list was read. */
  hasFresh: boolean;
  nextCheckIn: number | null;
  watched: number | null;
  onClear(): void;
}) {
  const { filter } = props;
  const isPending = filter.status.join() === 'pending';
  if (isNarrowed(filter)) {
    return (
      <div className="empty">
        <p>{t.empty.noMatch}</p>
        <button type="button" className="button" onClick={props.onClear}>
          {t.empty.clear}
        </button>
      </div>
    );
  }
  if (!isPending)
    return <div className="empty">{t.empty.noStatus(list(filter.status.map((one) => t.status[one])))}</div>;
  if (props.hasFresh) return <div className="empty">{t.empty.fresh}</div>;
  if (props.watched === 0)
    return (
      <div className="empty">
        <p>
          {t.empty.never} <Link href="/images">{t.empty.addImage}</Link>.
        </p>
      </div>
    );
  return (
    <div className="empty">
      <p>{t.empty.zero}</p>
      {props.nextCheckIn !== null ? (
        <p className="dim">{t.empty.zeroNext(ahead(props.nextCheckIn))}</p>
      ) : null}
    </div>
  );
}
