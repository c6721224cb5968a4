import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Detail as DetailData, Row } from '../api/types.js';
import { nameOf, reopen } from '../decide.js';
import { age, list, moment, shortDigest, size } from '../intl.js';
import { t } from '../messages/en.js';
import { detailQuery, useMay } from '../queries.js';
import { visible } from '../tag-difference.js';
import { CheckIcon, CopyIcon, CrossIcon, OutIcon, WarningIcon } from '../ui/icons.js';
import {
  copy,
  Failure,
  KindBadge,
  Monogram,
  problemOf,
  registryLink,
  Skeleton,
  Tag,
  useNow,
} from '../ui/parts.js';
import { replaceRow } from '../inbox/list-data.js';
import { lineName, shortPlatform, SizeChange } from '../inbox/rows.js';

const SizeOfLine = lazy(() => import('../plots/size-of-line.js'));

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
  const hasMoved = detail !== null && seen?.id === detail.id && seen.digest !== detail.digest;

  const problem = problemOf(query.error);
  if (!row) {
    if (problem?.status === 404) return <p className="pane-empty dim">{t.detail.gonePage(props.id)}</p>;
    if (problem) return <Failure problem={problem} retry={() => void query.refetch()} />;
    return <Skeleton rows={8} />;
  }
  const link = registryLink(row.url);
  const isPending = row.status === 'pending';
  const platforms = detail?.platforms ?? [];
  const aliases = row.aliases.filter((name) => name !== row.tag_name);
  return (
    <article className="detail" aria-labelledby="detail-title">
      <div className="detail-body">
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
        <p className="why">{why(row, detail)}</p>
        {detail?.inventory_complete === false ? <p className="hint">{t.detail.incomplete}</p> : null}
        <Comparison row={row} detail={detail} now={now} />
        {row.tag_name === null ? null : (
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
        )}
        {row.image_id !== null && row.line !== null ? (
          <Suspense fallback={null}>
            <SizeOfLine
              imageId={row.image_id}
              line={row.line}
              tag={row.tag_name}
              approved={row.approved?.tag ?? null}
            />
          </Suspense>
        ) : null}
        {platforms.length > 0 ? <PlatformSizes row={row} platforms={platforms} /> : null}
        <History row={row} detail={detail} now={now} />
      </div>
      <footer className="detail-foot">
        {hasMoved && isPending ? (
          <div className="moved" role="alert">
            <WarningIcon /> <span>{t.detail.moved}</span>
            <button
              type="button"
              className="button button-small"
              onClick={() => {
                // The list decides by the digest that it shows: from now on this one.
                if (detail) replaceRow(detail);
                setSeen({ id: row.id, digest: detail?.digest ?? null });
              }}
            >
              {t.detail.compareAgain}
            </button>
          </div>
        ) : null}
        {!isPending ? (
          <Decided row={row} detail={detail} now={now} mayDecide={may.decide} />
        ) : props.isRepushAsked ? (
          <RepushAsk row={row} onApprove={() => props.onApprove(row)} onCancel={props.onCancelRepush} />
        ) : (
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
            {may.decide ? (
              <div className="foot-buttons">
                <button
                  type="button"
                  className="button button-approve"
                  disabled={hasMoved || (row.tag_name !== null && row.digest === null)}
                  onClick={() => props.onApprove(row)}
                >
                  <CheckIcon /> {t.detail.approve} {props.keysAreOff ? null : <kbd>A</kbd>}
                </button>
                <button
                  type="button"
                  className="button button-reject-quiet"
                  onClick={() => props.onReject(row)}
                >
                  <CrossIcon /> {t.detail.reject} {props.keysAreOff ? null : <kbd>R</kbd>}
                </button>
              </div>
            ) : (
              <p className="dim">{t.detail.readOnly}</p>
            )}
          </>
        )}
      </footer>
    </article>
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

function Comparison({ row, detail, now }: { row: Row; detail: DetailData | null; now: number }) {
  if (row.tag_name === null) return null;
  const { approved } = row;
  const own = detail?.platforms.map((one) => one.name) ?? [];
  const added =
    approved && approved.platforms.length > 0 ? own.filter((name) => !approved.platforms.includes(name)) : [];
  return (
    <table className="comparison">
      <caption className="sr">{t.detail.comparison}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t.detail.approvedColumn}</th>
          <th scope="col">{t.detail.thisColumn}</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t.detail.tag}</th>
          <td className="tag">
            {approved ? (
              <Tag tag={approved.tag} approved={null} longest={16} />
            ) : (
              <span className="none dim">{t.detail.none}</span>
            )}
          </td>
          <td className="this">
            <Tag tag={row.tag_name} approved={approved?.tag ?? null} longest={18} />
          </td>
        </tr>
        <tr>
          <th scope="row">{t.detail.digest}</th>
          <td className="tag">{approved ? shortDigest(approved.digest) : '–'}</td>
          <td className="this">
            <span className="tag">{shortDigest(row.digest)}</span>
            {row.digest ? (
              <button
                type="button"
                className="copy"
                aria-label={t.detail.copy(t.detail.digest)}
                title={row.digest}
                onClick={() => void copy(row.digest ?? '')}
              >
                <CopyIcon size={13} />
              </button>
            ) : null}
          </td>
        </tr>
        <tr>
          <th scope="row">{t.detail.size}</th>
          <td>{approved ? size(approved.size_bytes) : '–'}</td>
          <td className="this">
            {size(row.size_bytes)}{' '}
            <span className="gap">{<SizeChange percent={row.size_change_percent} />}</span>
          </td>
        </tr>
        <tr>
          <th scope="row">{t.detail.pushTime}</th>
          <td>{approved?.pushed_at ? <Ago at={approved.pushed_at} now={now} /> : '–'}</td>
          <td className="this">{row.pushed_at ? <Ago at={row.pushed_at} now={now} /> : '–'}</td>
        </tr>
        <tr>
          <th scope="row">{t.detail.platforms}</th>
          <td>{approved && approved.platforms.length > 0 ? approved.platforms.length : '–'}</td>
          <td className="this">
            {row.platform_count || '–'}
            {row.platforms_missing.length > 0 ? (
              <span className="gap warning">
                <WarningIcon size={13} />{' '}
                {t.detail.gone(list(row.platforms_missing.map(shortPlatform).map(visible)))}
              </span>
            ) : null}
            {added.length > 0 ? (
              <span className="gap ok">{t.detail.added(list(added.map(shortPlatform).map(visible)))}</span>
            ) : null}
          </td>
        </tr>
        {row.bump === 'repush' && (detail?.digest_history.length ?? 0) > 0 ? (
          <tr>
            <th scope="row">{t.detail.digestHistory}</th>
            <td colSpan={2}>
              {detail?.digest_history.map((past) => (
                <span key={past.digest} className="past tag" title={past.digest}>
                  {shortDigest(past.digest)}
                  {past.at ? <span className="dim"> {age(past.at, now)}</span> : null}
                </span>
              ))}
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

function Ago({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {t.time.ago(age(at, now))}
    </time>
  );
}

function PlatformSizes({ row, platforms }: { row: Row; platforms: DetailData['platforms'] }) {
  const largest = Math.max(1, ...platforms.map((one) => one.size_bytes ?? 0));
  const before = row.approved?.platforms ?? [];
  const isNew = (name: string): boolean => before.length > 0 && !before.includes(name);
  return (
    <section>
      <h3>{t.detail.platforms}</h3>
      <ul className="platform-sizes">
        {platforms.map((one) => (
          <li key={one.name}>
            <span className={isNew(one.name) ? 'ok cut' : 'cut'}>{visible(shortPlatform(one.name))}</span>
            <meter
              className="bar"
              min={0}
              max={largest}
              value={one.size_bytes ?? 0}
              aria-label={visible(one.name)}
            />
            <span className="number">{size(one.size_bytes)}</span>
          </li>
        ))}
        {row.platforms_missing.map((name) => (
          <li key={name} className="warning">
            <span className="cut gone">{visible(shortPlatform(name))}</span>
            <span />
            <span className="number">{t.detail.removed}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function History({ row, detail, now }: { row: Row; detail: DetailData | null; now: number }) {
  const lines: { key: string; text: string; at: string | null; reason?: string | null }[] = [];
  if (row.status !== 'pending' && row.reviewed_at)
    lines.push({
      key: 'decided',
      text: t.detail.decided(t.detail.statusWord(row.status), row.reviewed_by ?? t.detail.somebody),
      at: row.reviewed_at,
      reason: row.rejection_reason,
    });
  const by = detail?.requested_by;
  lines.push({
    key: 'opened',
    text: t.detail.opened(!by || by === 'image_monitor' ? t.detail.theMonitor : visible(by)),
    at: row.requested_at,
  });
  if (row.approved?.approved_at)
    lines.push({
      key: 'before',
      text: t.detail.approvedBy(
        visible(row.approved.tag),
        visible(row.approved.approved_by ?? t.detail.somebody),
      ),
      at: row.approved.approved_at,
    });
  return (
    <section>
      <h3>{t.detail.history}</h3>
      <ul className="history">
        {lines.map((line) => (
          <li key={line.key}>
            <span>
              {line.text}
              {line.reason ? <q className="reason">{line.reason}</q> : null}
            </span>
            {line.at ? <Ago at={line.at} now={now} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A re-push is the one approval that takes a second key: both digests side by side, then Enter. */
function RepushAsk({ row, onApprove, onCancel }: { row: Row; onApprove(): void; onCancel(): void }) {
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

function Decided({
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
