import { useEffect, useId, useRef, useState } from 'react';
import { call } from '../api/client.js';
import type { ApiProblem } from '../api/problem.js';
import type { BulkAnswer, BulkResult, ChangedPreview, Row } from '../api/types.js';
import { changed, overlay, ownBatches, rememberBatch, rememberReason } from '../decide.js';
import { ahead, number } from '../intl.js';
import { t } from '../messages/en.js';
import { patiently } from '../patience.js';
import { visible } from '../tag-difference.js';
import { Dialog } from '../ui/dialog.js';
import { Failure, problemOf, Skeleton } from '../ui/parts.js';
import {
  isTyped,
  moreOf,
  previewFrom,
  previewOf,
  runBulk,
  type BulkEnd,
  type BulkOrder,
  type Preview,
} from './bulk-run.js';
import { refreshList } from './list-data.js';

/** A preview of ten thousand takes a while on a busy machine. */
const TIMEOUT_MS = 120_000;
const SHOWN = 50;
const TYPE_ABOVE = 100;

/** First the server's dry run, then the same order with its token; a set that changed in between does nothing. */
export default function BulkDialog(props: {
  order: BulkOrder;
  rows: ReadonlyMap<number, Row>;
  /** `refused`: null while some of it is left to do. */
  onDone(decided: readonly number[], refused: readonly number[] | null): void;
  onClose(): void;
}) {
  const { order } = props;
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<number>>(new Set());
  const [typed, setTyped] = useState('');
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [result, setResult] = useState<string | null>(null);
  /** Seconds that the service asks to wait. */
  const [wait, setWait] = useState(0);
  const isStopped = useRef(false);
  const field = useId();

  const send = (body: Record<string, unknown>): Promise<BulkAnswer> =>
    patiently(
      () => call<BulkAnswer>('post', '/images/approval-requests/bulk', { body, timeoutMs: TIMEOUT_MS }),
      setWait,
      () => isStopped.current,
    );

  const look = (): void => {
    setProblem(null);
    previewOf(order, send).then(setPreview, (error: unknown) => setProblem(problemOf(error)));
  };
  useEffect(look, []);

  const whole = preview?.willDo ?? 0;
  const hasRepush = (preview?.repushed ?? 0) > 0;
  const mustType = whole > TYPE_ABOVE || hasRepush;
  const mayGo = whole > 0 && (!mustType || isTyped(typed, whole));
  const stop = (): void => {
    isStopped.current = true;
  };

  async function go(): Promise<void> {
    if (!preview || !mayGo) return;
    if (order.reason) rememberReason(order.reason);
    isStopped.current = false;
    setNote(null);
    let done = 0;
    setProgress({ done, total: whole });
    const end = await ownBatches(() =>
      runBulk(order, preview, send, {
        isStopped: () => isStopped.current,
        onStep: (ids) => {
          overlay.send({ type: 'decided', ids });
          setProgress({ done: (done += ids.length), total: whole });
        },
      }),
    );
    setProgress(null);
    if (end.decided.length > 0) rememberBatch(end, order.action);
    props.onDone(end.decided, end.how === 'done' ? end.refused : null);
    changed();
    await afterwards(end);
  }

  async function afterwards(end: BulkEnd): Promise<void> {
    if (end.how === 'changed' && end.changed) return showDifference(end.changed);
    if (end.how === 'unanswered') return lookAgain(end);
    if (end.how === 'failed') setProblem(end.problem ?? null);
    // What the preview had left out is no news.
    const known = new Set(refusals.map((one) => one.id));
    if (end.how === 'done' && end.refused.every((id) => known.has(id))) return props.onClose();
    setResult(t.bulk.result(end.decided.length, end.refused.length, end.left));
  }

  /** Nothing was done; what is new in the preview is marked. */
  function showDifference(now: ChangedPreview): void {
    const { added = [], removed = [], changed: moved = [] } = now.difference ?? {};
    const next = previewFrom([now]);
    setPreview(next);
    setMarked(new Set([...added, ...moved.map((one) => one.id)]));
    setNote(t.bulk.changed(whole, next.willDo, added.length + removed.length + moved.length));
    setTyped('');
  }

  /** No answer is not a refusal: what the order would come to now tells whether it arrived. */
  async function lookAgain(end: BulkEnd): Promise<void> {
    void refreshList();
    try {
      const now = await previewOf(order, send);
      setPreview(now);
      setTyped('');
      if (now.willDo === 0) setResult(t.bulk.arrived);
      else setNote(t.bulk.unanswered);
    } catch {
      setProblem(end.problem ?? null);
      setPreview(null);
    }
  }

  const goes = preview?.results.filter((one) => one.outcome !== 'refused') ?? [];
  const refusals = preview?.results.filter((one) => one.outcome === 'refused') ?? [];
  const title = order.title ?? (order.action === 'approve' ? t.bulk.previewApprove : t.bulk.previewReject);

  return (
    // Closed while it runs, nobody could stop it any more.
    <Dialog title={title} onClose={progress ? stop : props.onClose} wide>
      {problem ? <Failure problem={problem} retry={look} /> : null}
      {!preview && !problem ? <Skeleton rows={3} label={t.bulk.working} /> : null}
      {note ? (
        <p className="bar-note warning" role="alert">
          {note}
        </p>
      ) : null}
      {preview ? (
        <>
          <ul className="counts">
            {(['approved', 'rejected', 'reopened', 'refused'] as const).map((outcome) =>
              preview.counts[outcome] ? (
                <li key={outcome}>{t.bulk.outcome[outcome](preview.counts[outcome])}</li>
              ) : null,
            )}
            {preview.missingPlatform > 0 ? (
              <li className="warning">{t.bulk.missing(preview.missingPlatform)}</li>
            ) : null}
          </ul>
          <PreviewList title={t.bulk.byImage} results={goes} rows={props.rows} marked={marked} />
          {refusals.length > 0 ? (
            <PreviewList title={t.bulk.leftOut} results={refusals} rows={props.rows} marked={marked} />
          ) : null}
          {preview.cursor !== null ? (
            <button
              type="button"
              className="link"
              onClick={() => void moreOf(order, preview, send).then(setPreview, () => undefined)}
            >
              {t.inbox.loadMore}
            </button>
          ) : null}
          {mustType && !result && !progress ? (
            <div className="type-number">
              <p>{hasRepush ? t.bulk.typeWhyRepush : t.bulk.typeWhyMany}</p>
              <label className="field-label" htmlFor={field}>
                {t.bulk.typeNumber(whole)}
              </label>
              <input
                id={field}
                className="field field-short"
                inputMode="numeric"
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter' && !event.nativeEvent.isComposing) void go();
                }}
              />
            </div>
          ) : null}
        </>
      ) : null}
      {progress ? (
        <p role="status">
          <progress
            className="progress"
            max={progress.total}
            value={progress.done}
            aria-label={t.bulk.progress(progress.done, progress.total)}
          />
          {t.bulk.progress(progress.done, progress.total)}
        </p>
      ) : null}
      {wait > 0 ? (
        <p className="dim" role="timer">
          {t.decide.retryIn(ahead(wait * 1000))}
        </p>
      ) : null}
      {result ? <p role="status">{result}</p> : null}
      <div className="dialog-foot">
        {progress ? (
          <button type="button" className="button" onClick={stop}>
            {t.bulk.stop}
          </button>
        ) : result ? null : (
          <button
            type="button"
            data-first
            className={order.action === 'approve' ? 'button button-approve' : 'button button-reject'}
            disabled={!mayGo}
            onClick={() => void go()}
          >
            {order.action === 'approve' ? t.bulk.goApprove(whole) : t.bulk.goReject(whole)}
          </button>
        )}
        {progress ? null : (
          <button type="button" className="button" onClick={props.onClose}>
            {result ? t.decide.close : t.decide.cancel}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function PreviewList(props: {
  title: string;
  results: readonly BulkResult[];
  rows: ReadonlyMap<number, Row>;
  marked: ReadonlySet<number>;
}) {
  const [isWhole, setIsWhole] = useState(false);
  // What is new stands where it is seen.
  const ordered = [...props.results].sort(
    (a, b) => Number(props.marked.has(b.id)) - Number(props.marked.has(a.id)),
  );
  const shown = isWhole ? ordered : ordered.slice(0, SHOWN);
  const byImage = new Map<string, BulkResult[]>();
  for (const one of shown) {
    const name = one.image_name ?? props.rows.get(one.id)?.image_name ?? `#${number(one.id)}`;
    const list = byImage.get(name);
    if (list) list.push(one);
    else byImage.set(name, [one]);
  }
  return (
    <section className="preview" tabIndex={0} aria-label={props.title}>
      <h3>{props.title}</h3>
      {[...byImage].map(([image, results]) => (
        <div key={image} className="preview-image">
          <strong>{visible(image)}</strong>
          <ul>
            {results.map((one) => (
              <li key={one.id}>
                {props.marked.has(one.id) ? (
                  <mark className="tag">{tagOf(one, props.rows)}</mark>
                ) : (
                  <span className="tag">{tagOf(one, props.rows)}</span>
                )}
                {one.detail ? <span className="dim"> {one.detail}</span> : null}
                {(one.platforms_missing?.length ?? 0) > 0 ? (
                  <span className="warning">
                    {' '}
                    {t.inbox.noPlatform(
                      visible(one.platforms_missing?.[0] ?? ''),
                      (one.platforms_missing?.length ?? 1) - 1,
                    )}
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
        </div>
      ))}
      {ordered.length > shown.length ? (
        <p className="dim">
          {t.bulk.others(ordered.length - shown.length)}{' '}
          <button type="button" className="link" onClick={() => setIsWhole(true)}>
            {t.bulk.showAll}
          </button>
        </p>
      ) : null}
    </section>
  );
}

function tagOf(one: BulkResult, rows: ReadonlyMap<number, Row>): string {
  return visible(one.tag_name ?? rows.get(one.id)?.tag_name ?? `#${number(one.id)}`);
}
