import { ApiProblem } from '../api/problem.js';
import type { BulkAnswer, BulkResult, ChangedPreview } from '../api/types.js';

/** What is to be decided: rows with the digests that were on the screen, or whatever a filter matches. */
export interface BulkOrder {
  readonly action: 'approve' | 'reject';
  readonly target:
    | { readonly ids: readonly { id: number; expected_digest?: string }[] }
    | { readonly filter: Record<string, unknown>; readonly count: number };
  readonly reason?: string;
  readonly mode?: 'each' | 'newest_per_line';
  readonly title?: string;
}

/** What an order would come to, as the server says. */
export interface Preview {
  /** One for each call of ids; of a filter one that leads to the next. */
  readonly tokens: readonly (string | undefined)[];
  readonly counts: Readonly<Record<string, number>>;
  readonly willDo: number;
  readonly repushed: number;
  readonly missingPlatform: number;
  readonly results: readonly BulkResult[];
  /** Where the results go on that are not here yet. */
  readonly cursor: string | null;
}

export interface BulkEnd {
  readonly how: 'done' | 'stopped' | 'changed' | 'unanswered' | 'failed';
  readonly decided: readonly number[];
  readonly refused: readonly number[];
  readonly left: number;
  readonly batchIds: readonly string[];
  /** `changed`: what it would come to now. */
  readonly changed?: ChangedPreview;
  readonly problem?: ApiProblem;
}

export type Send = (body: Record<string, unknown>) => Promise<BulkAnswer>;

/** Whether it is this number, with or without what parts its thousands: it is shown as "1,204". */
export const isTyped = (text: string, number: number): boolean =>
  text.replace(/[\s.,'’]/g, '') === String(number);

/** Decided in one call. */
export const STEP = 1_000;

function bodies(order: BulkOrder): Record<string, unknown>[] {
  const shared = { action: order.action, rejection_reason: order.reason, mode: order.mode };
  if ('filter' in order.target) return [{ ...shared, filter: order.target.filter }];
  const { ids } = order.target;
  const calls: Record<string, unknown>[] = [];
  for (let at = 0; at < ids.length; at += STEP) calls.push({ ...shared, ids: ids.slice(at, at + STEP) });
  return calls;
}

const isDecided = (result: BulkResult): boolean => result.outcome !== 'refused';

/** The server's dry run of the whole order. */
export async function previewOf(order: BulkOrder, send: Send): Promise<Preview> {
  const answers: BulkAnswer[] = [];
  for (const body of bodies(order)) answers.push(await send({ ...body, dry_run: true }));
  return previewFrom(answers);
}

export function previewFrom(answers: readonly BulkAnswer[]): Preview {
  const counts: Record<string, number> = {};
  for (const answer of answers)
    for (const [outcome, count] of Object.entries(answer.counts))
      counts[outcome] = (counts[outcome] ?? 0) + count;
  const decided = (counts['approved'] ?? 0) + (counts['rejected'] ?? 0);
  return {
    tokens: answers.map((answer) => answer.preview_token),
    counts,
    // What the preview did not look at is not known to be refused.
    willDo: decided + answers.reduce((sum, answer) => sum + (answer.remaining ?? 0), 0),
    repushed: answers.reduce((sum, answer) => sum + (answer.warnings?.repushed ?? 0), 0),
    missingPlatform: answers.reduce((sum, answer) => sum + (answer.warnings?.missing_platform ?? 0), 0),
    results: answers.flatMap((answer) => answer.results),
    cursor: answers.length === 1 ? (answers[0]?.cursor ?? null) : null,
  };
}

/** The results of a preview that follow those that are here. */
export async function moreOf(order: BulkOrder, preview: Preview, send: Send): Promise<Preview> {
  if (preview.cursor === null) return preview;
  const answer = await send({ ...bodies(order)[0], dry_run: true, cursor: preview.cursor });
  return { ...preview, results: [...preview.results, ...answer.results], cursor: answer.cursor ?? null };
}

/**
 * Carries the order out as its preview said, a thousand at a time, until all is done or it is told to stop. A set that
 * has changed since the preview does nothing; a call without an answer ends it, since nobody knows whether it arrived.
 */
export async function runBulk(
  order: BulkOrder,
  preview: Preview,
  send: Send,
  watch: { onStep(decided: readonly number[]): void; isStopped(): boolean },
): Promise<BulkEnd> {
  const calls = bodies(order).map((body, i) => ({ body, token: preview.tokens[i] }));
  const end = {
    decided: [] as number[],
    refused: [] as number[],
    left: preview.willDo,
    batchIds: [] as string[],
  };
  try {
    for (let at = 0; at < calls.length;) {
      const call = calls[at];
      if (!call) break;
      const answer = await send({ ...call.body, preview_token: call.token });
      const now = answer.results.filter(isDecided).map((one) => one.id);
      end.decided.push(...now);
      end.refused.push(...answer.results.filter((one) => !isDecided(one)).map((one) => one.id));
      end.left = Math.max(0, preview.willDo - end.decided.length);
      if (answer.batch_id && now.length > 0) end.batchIds.push(answer.batch_id);
      watch.onStep(now);
      // A step that decides nothing would be asked for again and again.
      if (answer.remaining > 0 && now.length > 0) call.token = answer.preview_token;
      else at++;
      if (watch.isStopped() && at < calls.length) return { ...end, how: 'stopped' };
    }
    return { ...end, left: 0, how: 'done' };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    // Told to stop while the service had asked to wait.
    if (error.status === 429 && watch.isStopped()) return { ...end, how: 'stopped' };
    if (error.status === 409 && error.code === 'preview_changed')
      return { ...end, how: 'changed', changed: error.body as unknown as ChangedPreview };
    return { ...end, how: error.isUncertain ? 'unanswered' : 'failed', problem: error };
  }
}
