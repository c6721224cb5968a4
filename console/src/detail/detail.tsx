import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Detail as DetailData, Row } from '../api/types.js';
import { nameOf } from '../decide.js';
import { replaceRow } from '../inbox/list-data.js';
import { lineName } from '../inbox/rows.js';
import { age, moment, shortDigest } from '../intl.js';
import { t } from '../messages/en.js';
import { moved } from '../moved.js';
import { SizeOfLine } from '../plots/lazy.js';
import { detailQuery, useMay } from '../queries.js';
import { visible } from '../tag-difference.js';
import { CheckIcon, CrossIcon, OutIcon, WarningIcon } from '../ui/icons.js';
import { Failure, KindBadge, Monogram, problemOf, registryLink, Skeleton, useNow } from '../ui/parts.js';
import { Comparison } from './comparison.js';
import { Decided } from './decided.js';
import { History } from './history.js';
import { PlatformSizes } from './platform-sizes.js';
import { RepushAsk } from './repush-ask.js';

export interface DetailProps {
  id: number;
  /** What the list knows already, so that moving on never flashes. */
  hint: Row | null;
  isRepushAsked: boolean;
  keysAreOff: boolean;
  /** With the row as it was shown. */
  onApprove(row: Row): void;
  onReject(row: Row): void;
  onCancelRepush(): void;
}

/** One request: what it would change, against what, and the two answers to it. */
export default function Detail(props: DetailProps) {
  const query = useQuery({ ...detailQuery(props.id), placeholderData: keepPreviousData });
  const now = useNow();
  const may = useMay();
  const detail = query.data?.id === props.id ? query.data : null;
  const row: Row | null = detail ?? props.hint;

  // A digest that moves while it is read: Approve is off until the new comparison was shown.
  const [seen, setSeen] = useState<{ id: number; digest: string | null } | null>(null);
  useEffect(() => {
    if (detail && seen?.id !== detail.id)
      setSeen({ id: detail.id, digest: props.hint?.id === detail.id ? props.hint.digest : detail.digest });
  }, [detail, seen, props.hint]);
  // The list decides by its own digest, and may have read that one first.
  const isListAhead = props.hint?.id === detail?.id && props.hint?.digest !== detail?.digest;
  const hasMoved =
    detail?.status === 'pending' && seen?.id === detail.id && (seen.digest !== detail.digest || isListAhead);
  // The keys stand still with the button.
  useEffect(() => {
    moved.send(hasMoved ? props.id : null);
    return () => moved.send(null);
  }, [hasMoved, props.id]);

  const problem = problemOf(query.error);
  if (!row) {
    if (problem?.status === 404) return <p className="pane-empty dim">{t.detail.gonePage(props.id)}</p>;
    if (problem) return <Failure problem={problem} retry={() => void query.refetch()} />;
    return <Skeleton rows={8} />;
  }
  const onCompare = (): void => {
    // The list decides by the digest that it shows: from now on this one.
    if (detail) replaceRow(detail);
    setSeen({ id: row.id, digest: detail?.digest ?? null });
  };
  return (
    <article className="detail" aria-labelledby="detail-title">
      <div className="detail-body">
        <Head row={row} now={now} />
        <p className="why">{why(row, detail)}</p>
        {detail?.inventory_complete === false ? <p className="hint">{t.detail.incomplete}</p> : null}
        <Comparison row={row} detail={detail} now={now} />
        {row.tag_name === null ? null : <OtherTags row={row} />}
        {row.image_id !== null && row.line !== null ? (
          <SizeOfLine
            imageId={row.image_id}
            line={row.line}
            tag={row.tag_name}
            approved={row.approved?.tag ?? null}
          />
        ) : null}
        {detail && detail.platforms.length > 0 ? (
          <PlatformSizes row={row} platforms={detail.platforms} />
        ) : null}
        <History row={row} detail={detail} now={now} />
      </div>
      <footer className="detail-foot">
        {hasMoved ? <Moved onCompare={onCompare} /> : null}
        {row.status !== 'pending' ? (
          <Decided row={row} detail={detail} now={now} mayDecide={may.decide} />
        ) : props.isRepushAsked && !hasMoved ? (
          <RepushAsk row={row} onApprove={() => props.onApprove(row)} onCancel={props.onCancelRepush} />
        ) : (
          <Answers {...props} row={row} mayApprove={!hasMoved} mayDecide={may.decide} />
        )}
      </footer>
    </article>
  );
}

function Head({ row, now }: { row: Row; now: number }) {
  const link = registryLink(row.url);
  return (
    <header className="detail-head">
      <Monogram name={row.image_name} large />
      <div>
        <h2 id="detail-title">
          <bdi dir="ltr" title={row.tag_name === null ? undefined : visible(row.tag_name)}>
            {visible(nameOf(row))}
          </bdi>
        </h2>
        <p className="detail-meta">
          <KindBadge kind={row.bump} />{' '}
          {row.pushed_at ? (
            <span title={moment(row.pushed_at)}>{t.detail.pushed(age(row.pushed_at, now))}</span>
          ) : (
            t.detail.unpushed
          )}
          {link ? (
            <>
              {' · '}
              <a href={link} target="_blank" rel="noopener noreferrer">
                {t.detail.registry} <OutIcon size={12} />
                <span className="sr"> ({t.detail.opensNewTab})</span>
              </a>
            </>
          ) : null}
        </p>
      </div>
    </header>
  );
}

function OtherTags({ row }: { row: Row }) {
  const aliases = row.aliases.filter((name) => name !== row.tag_name);
  return (
    <section>
      <h3>{t.detail.sameImage}</h3>
      {aliases.length === 0 ? (
        <p className="dim">{t.detail.noAliases}</p>
      ) : (
        <p className="alias-list">
          {aliases.map((name) => (
            <span key={name} className="alias tag">
              {visible(name)}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function Moved({ onCompare }: { onCompare(): void }) {
  return (
    <div className="moved" role="alert">
      <WarningIcon /> <span>{t.detail.moved}</span>
      <button type="button" className="button button-small" onClick={onCompare}>
        {t.detail.compareAgain}
      </button>
    </div>
  );
}

/** Approve and Reject, with the digest that is approved. */
function Answers(props: DetailProps & { row: Row; mayApprove: boolean; mayDecide: boolean }) {
  const { row } = props;
  return (
    <>
      <p className="foot-line">
        {row.tag_name === null ? (
          t.detail.approvesImage
        ) : row.digest === null ? (
          t.detail.noDigest
        ) : (
          <>
            {t.detail.approves} <span className="tag">{shortDigest(row.digest)}</span>
          </>
        )}
      </p>
      {props.mayDecide ? (
        <div className="foot-buttons">
          <button
            type="button"
            className="button button-approve"
            disabled={!props.mayApprove || (row.tag_name !== null && row.digest === null)}
            onClick={() => props.onApprove(row)}
          >
            <CheckIcon /> {t.detail.approve} {props.keysAreOff ? null : <kbd>A</kbd>}
          </button>
          <button type="button" className="button button-reject-quiet" onClick={() => props.onReject(row)}>
            <CrossIcon /> {t.detail.reject} {props.keysAreOff ? null : <kbd>R</kbd>}
          </button>
        </div>
      ) : (
        <p className="dim">{t.detail.readOnly}</p>
      )}
    </>
  );
}

function why(row: Row, detail: DetailData | null) {
  if (row.tag_name === null) return t.why.image;
  if (row.bump === 'repush' || detail?.why?.code === 'repush') return t.why.repush;
  if (!row.approved) return t.why.new_line;
  const [before, , between, , after] = t.why.new_in_line('', '');
  return (
    <>
      {before}
      <strong>{lineName(row.line, row.variant)}</strong>
      {between}
      <span className="tag">{visible(row.approved.tag)}</span>
      {after}
    </>
  );
}
