import { useId, useState } from 'react';
import type { BulkResult, Row } from '../api/types.js';
import { ahead, number } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';
import { Dialog } from '../ui/dialog.js';
import { Failure, Skeleton } from '../ui/parts.js';
import { isTyped, type BulkOrder, type Preview } from './bulk-run.js';
import { refusalsOf, useBulk } from './use-bulk.js';

const SHOWN = 50;
const TYPE_ABOVE = 100;

/** What a decision on many would come to, its number to be typed where it is large, and then how far it is. */
export default function BulkDialog(props: {
  order: BulkOrder;
  rows: ReadonlyMap<number, Row>;
  /** `refused`: null while some of it is left to do. */
  onDone(decided: readonly number[], refused: readonly number[] | null): void;
  onClose(): void;
}) {
  const { order } = props;
  const [typed, setTyped] = useState('');
  const bulk = useBulk(order, {
    preview: () => setTyped(''),
    done: props.onDone,
    close: props.onClose,
  });
  const { preview, problem, note, progress, result, wait } = bulk;
  const whole = preview?.willDo ?? 0;
  const mustType = whole > TYPE_ABOVE || (preview?.repushed ?? 0) > 0;
  const mayGo = whole > 0 && (!mustType || isTyped(typed, whole));
  const go = (): void => {
    if (mayGo) void bulk.go();
  };
  const title = order.title ?? (order.action === 'approve' ? t.bulk.previewApprove : t.bulk.previewReject);
  return (
    // Closed while it runs, nobody could stop it any more.
    <Dialog title={title} onClose={progress ? bulk.stop : props.onClose} wide>
      {problem ? <Failure problem={problem} retry={bulk.look} /> : null}
      {!preview && !problem ? <Skeleton rows={3} label={t.bulk.working} /> : null}
      {note ? (
        <p className="bar-note warning" role="alert">
          {note}
        </p>
      ) : null}
      {preview ? (
        <Outcomes preview={preview} rows={props.rows} marked={bulk.marked} onMore={bulk.more} />
      ) : null}
      {preview && mustType && !result && !progress ? (
        <TypedNumber preview={preview} value={typed} onChange={setTyped} onEnter={go} />
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
          <button type="button" className="button" onClick={bulk.stop}>
            {t.bulk.stop}
          </button>
        ) : result ? null : (
          <button
            type="button"
            data-first
            className={order.action === 'approve' ? 'button button-approve' : 'button button-reject'}
            disabled={!mayGo}
            onClick={go}
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

function Outcomes(props: {
  preview: Preview;
  rows: ReadonlyMap<number, Row>;
  marked: ReadonlySet<number>;
  onMore(): void;
}) {
  const { preview, rows, marked } = props;
  const goes = preview.results.filter((one) => one.outcome !== 'refused');
  const refusals = refusalsOf(preview);
  return (
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
      <PreviewList title={t.bulk.byImage} results={goes} rows={rows} marked={marked} />
      {refusals.length > 0 ? (
        <PreviewList title={t.bulk.leftOut} results={refusals} rows={rows} marked={marked} />
      ) : null}
      {preview.cursor !== null ? (
        <button type="button" className="link" onClick={props.onMore}>
          {t.inbox.loadMore}
        </button>
      ) : null}
    </>
  );
}

/** Many, or one among them that replaces what is approved: not by one key. */
function TypedNumber(props: {
  preview: Preview;
  value: string;
  onChange(value: string): void;
  onEnter(): void;
}) {
  const { willDo, repushed } = props.preview;
  const field = useId();
  return (
    <div className="type-number">
      <p>{repushed > 0 ? t.bulk.typeWhyRepush : t.bulk.typeWhyMany}</p>
      <label className="field-label" htmlFor={field}>
        {t.bulk.typeNumber(willDo)}
      </label>
      <input
        id={field}
        className="field field-short"
        inputMode="numeric"
        autoComplete="off"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          // Else it presses what has the focus next.
          event.preventDefault();
          props.onEnter();
        }}
      />
    </div>
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
