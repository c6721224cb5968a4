import { useEffect, useId, useRef, useState } from 'react';
import { ApiProblem, call } from '../api/client.js';
import type { BulkAnswer, Row } from '../api/types.js';
import { changed, nameOf, overlay, remember, rememberReason } from '../decide.js';
import { number } from '../intl.js';
import { t } from '../messages/en.js';
import { queryClient } from '../queries.js';
import { Dialog } from '../ui/dialog.js';
import { Failure, problemOf, Skeleton } from '../ui/parts.js';
import { visible } from '../tag-difference.js';

/** What is to be decided: rows with the digests that were on the screen, or whatever a filter matches. */
export interface BulkOrder {
  action: 'approve' | 'reject';
  target:
    | { ids: readonly { id: number; expected_digest?: string }[] }
    | { filter: Record<string, unknown>; count: number };
  reason?: string;
  mode?: 'each' | 'newest_per_line';
  title?: string;
}

const STEP = 1_000;
const SHOWN = 50;
const TYPE_ABOVE = 100;

/** First the server's dry run, then the same order with its token; a set that changed in between does nothing. */
export default function BulkDialog(props: {
  order: BulkOrder;
  rows: ReadonlyMap<number, Row>;
  onDone(decided: readonly number[]): void;
  onClose(): void;
}) {
  const { order } = props;
  const [preview, setPreview] = useState<BulkAnswer | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [hasChanged, setHasChanged] = useState(false);
  const [typed, setTyped] = useState('');
  const [isWhole, setIsWhole] = useState(false);
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [result, setResult] = useState<string | null>(null);
  const isStopped = useRef(false);
  const field = useId();

  const bodyOf = (more: Record<string, unknown>): Record<string, unknown> => ({
    action: order.action,
    rejection_reason: order.reason,
    mode: order.mode,
    ...('ids' in order.target ? { ids: order.target.ids.slice(0, STEP) } : { filter: order.target.filter }),
    ...more,
  });
  const look = (): void => {
    setProblem(null);
    call<BulkAnswer>('post', '/images/approval-requests/bulk', { body: bodyOf({ dry_run: true }) }).then(
      setPreview,
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  useEffect(look, []);

  const willDo = preview ? (preview.counts['approved'] ?? 0) + (preview.counts['rejected'] ?? 0) : 0;
  const whole = preview ? willDo + (preview.remaining ?? 0) : 0;
  const hasRepush = (preview?.results ?? []).some(
    (one) => one.outcome !== 'refused' && props.rows.get(one.id)?.bump === 'repush',
  );
  const mustType = whole > TYPE_ABOVE || hasRepush;
  const mayGo = willDo > 0 && (!mustType || typed.trim() === String(whole));

  async function go(): Promise<void> {
    if (!preview || !mayGo) return;
    if (order.reason) rememberReason(order.reason);
    isStopped.current = false;
    const decided: number[] = [];
    let refused = 0;
    let token: string | undefined = preview.preview_token;
    setProgress({ done: 0, total: whole });
    const ids = 'ids' in order.target ? [...order.target.ids] : null;
    try {
      for (;;) {
        const step = ids ? ids.splice(0, STEP) : null;
        const body = bodyOf({ ...(step ? { ids: step } : {}), preview_token: token });
        const answer = await call<BulkAnswer>('post', '/images/approval-requests/bulk', { body });
        const now = answer.results.filter((one) => one.outcome !== 'refused').map((one) => one.id);
        decided.push(...now);
        refused += answer.results.length - now.length;
        overlay.send({ type: 'decided', ids: now });
        if (answer.batch_id && now.length > 0)
          remember(
            { ids: now, batchId: answer.batch_id, name: t.inbox.tags(now.length) },
            t.decide.many(now.length, order.action === 'approve' ? t.kindDone.approved : t.kindDone.rejected),
          );
        setProgress({ done: decided.length, total: whole });
        token = answer.preview_token;
        const left = ids ? ids.length : answer.remaining;
        if (left === 0 || now.length === 0 || isStopped.current) {
          if (refused === 0 && left === 0) return finish(decided);
          setResult(t.bulk.result(decided.length, refused, left));
          setProgress(null);
          return finish(decided, true);
        }
      }
    } catch (error) {
      setProgress(null);
      const met = problemOf(error);
      if (met?.status === 409 && met.code === 'preview_changed') {
        setPreview(met.body as unknown as BulkAnswer);
        setHasChanged(true);
        setTyped('');
      } else setProblem(met);
      if (decided.length > 0) finish(decided, true);
    }
  }

  function finish(decided: readonly number[], staysOpen = false): void {
    changed();
    void queryClient.invalidateQueries({ queryKey: ['request'], refetchType: 'none' });
    props.onDone(decided);
    if (!staysOpen) props.onClose();
  }

  const refusals = (preview?.results ?? []).filter((one) => one.outcome === 'refused');
  const goes = (preview?.results ?? []).filter((one) => one.outcome !== 'refused');
  const missing = goes.filter((one) => (props.rows.get(one.id)?.platforms_missing.length ?? 0) > 0).length;
  const title = order.title ?? (order.action === 'approve' ? t.bulk.previewApprove : t.bulk.previewReject);

  return (
    <Dialog title={title} onClose={props.onClose} wide>
      {problem ? <Failure problem={problem} retry={look} /> : null}
      {!preview && !problem ? <Skeleton rows={3} label={t.bulk.working} /> : null}
      {hasChanged ? (
        <p className="bar-note warning" role="alert">
          {t.bulk.changed}
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
            {missing > 0 ? <li className="warning">{t.bulk.missing(missing)}</li> : null}
          </ul>
          <PreviewList title={t.bulk.byImage} results={goes} rows={props.rows} isWhole={isWhole} />
          {refusals.length > 0 ? (
            <PreviewList title={t.bulk.leftOut} results={refusals} rows={props.rows} isWhole={isWhole} />
          ) : null}
          {!isWhole && preview.results.length > SHOWN ? (
            <button type="button" className="link" onClick={() => setIsWhole(true)}>
              {t.bulk.showAll}
            </button>
          ) : null}
          {mustType ? (
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
      {result ? <p role="status">{result}</p> : null}
      <div className="dialog-foot">
        {progress ? (
          <button type="button" className="button" onClick={() => (isStopped.current = true)}>
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
        <button type="button" className="button" onClick={props.onClose}>
          {result ? t.decide.close : t.decide.cancel}
        </button>
      </div>
    </Dialog>
  );
}

function PreviewList(props: {
  title: string;
  results: BulkAnswer['results'];
  rows: ReadonlyMap<number, Row>;
  isWhole: boolean;
}) {
  const shown = props.isWhole ? props.results : props.results.slice(0, SHOWN);
  const byImage = new Map<string, BulkAnswer['results']>();
  for (const one of shown) {
    const name = imageOf(one, props.rows);
    byImage.set(name, [...(byImage.get(name) ?? []), one]);
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
                <span className="tag">{tagOf(one, props.rows)}</span>
                {one.detail ? <span className="dim"> {one.detail}</span> : null}
              </li>
            ))}
          </ul>
        </div>
      ))}
      {props.results.length > shown.length ? (
        <p className="dim">{t.bulk.others(props.results.length - shown.length)}</p>
      ) : null}
    </section>
  );
}

type Result = BulkAnswer['results'][number] & { image_name?: string; tag_name?: string | null };
function imageOf(one: Result, rows: ReadonlyMap<number, Row>): string {
  return one.image_name ?? rows.get(one.id)?.image_name ?? `#${number(one.id)}`;
}
function tagOf(one: Result, rows: ReadonlyMap<number, Row>): string {
  const row = rows.get(one.id);
  return visible(one.tag_name ?? row?.tag_name ?? (row ? nameOf(row) : `#${number(one.id)}`));
}
