import { useEffect, useRef, useState } from 'react';
import { call } from '../api/client.js';
import type { ApiProblem } from '../api/problem.js';
import type { BulkAnswer, BulkResult, ChangedPreview } from '../api/types.js';
import { changed, overlay, ownBatches, rememberBatch, rememberReason } from '../decide.js';
import { t } from '../messages/en.js';
import { patiently } from '../patience.js';
import { problemOf } from '../ui/parts.js';
import {
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

export const refusalsOf = (preview: Preview | null): readonly BulkResult[] =>
  preview?.results.filter((one) => one.outcome === 'refused') ?? [];

/** First the server's dry run, then the same order with its token; a set that changed in between does nothing. */
export function useBulk(
  order: BulkOrder,
  on: {
    /** Another preview than the one before stands: what was typed for that is no answer to this. */
    preview(): void;
    /** `refused`: null while some of it is left to do. */
    done(decided: readonly number[], refused: readonly number[] | null): void;
    close(): void;
  },
) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<number>>(new Set());
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [result, setResult] = useState<string | null>(null);
  /** Seconds that the service asks to wait. */
  const [wait, setWait] = useState(0);
  const isStopped = useRef(false);
  const whole = preview?.willDo ?? 0;

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

  async function go(): Promise<void> {
    if (!preview) return;
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
    on.done(end.decided, end.how === 'done' ? end.refused : null);
    changed();
    await afterwards(end);
  }

  async function afterwards(end: BulkEnd): Promise<void> {
    if (end.how === 'changed' && end.changed) return showDifference(end.changed);
    if (end.how === 'unanswered') return lookAgain(end);
    if (end.how === 'failed') setProblem(end.problem ?? null);
    // What the preview had left out is no news.
    const known = new Set(refusalsOf(preview).map((one) => one.id));
    if (end.how === 'done' && end.refused.every((id) => known.has(id))) return on.close();
    setResult(t.bulk.result(end.decided.length, end.refused.length, end.left));
  }

  /** Nothing was done; what is new in the preview is marked. */
  function showDifference(now: ChangedPreview): void {
    const { added = [], removed = [], changed: moved = [] } = now.difference ?? {};
    const next = previewFrom([now]);
    setPreview(next);
    setMarked(new Set([...added, ...moved.map((one) => one.id)]));
    setNote(t.bulk.changed(whole, next.willDo, added.length + removed.length + moved.length));
    on.preview();
  }

  /** No answer is not a refusal: what the order would come to now tells whether it arrived. */
  async function lookAgain(end: BulkEnd): Promise<void> {
    void refreshList();
    try {
      const now = await previewOf(order, send);
      setPreview(now);
      on.preview();
      if (now.willDo === 0) setResult(t.bulk.arrived);
      else setNote(t.bulk.unanswered);
    } catch {
      setProblem(end.problem ?? null);
      setPreview(null);
    }
  }

  return {
    preview,
    problem,
    note,
    marked,
    progress,
    result,
    wait,
    look,
    go,
    stop: () => {
      isStopped.current = true;
    },
    more: () => {
      if (preview) void moreOf(order, preview, send).then(setPreview, () => undefined);
    },
  };
}
