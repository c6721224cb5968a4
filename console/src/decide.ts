import { call } from './api/client.js';
import { ApiProblem } from './api/problem.js';
import { detailOf, rowOf, type BulkAnswer, type Detail, type Row } from './api/types.js';
import { reduceDecisions, UNTOUCHED, type DecisionEvent, type Overlay } from './decisions.js';
import type { Entry } from './inbox/items.js';
import { age, ahead } from './intl.js';
import { t } from './messages/en.js';
import { say, unsay } from './notices.js';
import { patiently } from './patience.js';
import { lastReasons } from './preferences.js';
import { detailQuery, queryClient } from './queries.js';
import { refreshList, replaceRow } from './inbox/list-data.js';
import { rereadSoon } from './reread.js';
import { createStore } from './store.js';
import { visible } from './tag-difference.js';

export const overlay = createStore<Overlay, DecisionEvent>(UNTOUCHED, reduceDecisions);

/** What this session decided, newest first: what `U` undoes, and what "Decided by me" lists first. */
export interface Done {
  readonly ids: readonly number[];
  /** A bulk decision of more than a thousand is several batches. */
  readonly batchIds: readonly string[];
  readonly name: string;
  /** "Approved redis:7.4.2". */
  readonly sentence: string;
}
export const done = createStore<readonly Done[], { add?: Done; remove?: Done }>([], (state, event) =>
  event.add ? [event.add, ...state].slice(0, 100) : state.filter((one) => one !== event.remove),
);

const BATCH_TIMEOUT_MS = 120_000;
const KEPT_REASONS = 5;
const DECIDED = { approve: 'approved', reject: 'rejected' } as const;

export const nameOf = (row: Pick<Row, 'image_name' | 'tag_name'>): string =>
  visible(row.tag_name === null ? row.image_name : `${row.image_name}:${row.tag_name}`);
export const idsOf = (entry: Entry): number[] => [entry.row.id, ...entry.also.map((row) => row.id)];

/** `signed-out`: refused, since nobody is signed in any more. */
export type Outcome = 'decided' | 'refused' | 'signed-out';

/** The last decision as long as its answer is awaited: `U` means this one, not the one before it. */
let awaited: { entry: Entry; outcome: Promise<Outcome> } | null = null;

/**
 * Decides every request of an entry, each with the digest that was on the screen. The row is gone at once; it comes
 * back only when the service says no, or when a second look shows that the decision never arrived.
 */
export function decide(entry: Entry, action: 'approve' | 'reject', reason?: string): Promise<Outcome> {
  const own = (awaited = { entry, outcome: decideEach(entry, action, reason) });
  const answered = (): void => {
    if (awaited === own) awaited = null;
  };
  own.outcome.then(answered, answered);
  return own.outcome;
}

async function decideEach(entry: Entry, action: 'approve' | 'reject', reason?: string): Promise<Outcome> {
  const rows = [entry.row, ...entry.also];
  overlay.send({ type: 'sent', ids: rows.map((row) => row.id) });
  if (reason) rememberReason(reason);
  const decided: number[] = [];
  let refused: Outcome = 'refused';
  for (const row of rows) {
    const closed = await decideOne(row, action, reason);
    if (typeof closed === 'string') refused = closed;
    else decided.push(row.id, ...closed);
  }
  const own = rows.filter((row) => decided.includes(row.id)).map((row) => row.id);
  changed();
  if (own.length === 0) return refused;
  const name = nameOf(entry.row);
  const sentence = action === 'approve' ? t.decide.approved(name) : t.decide.rejected(name);
  remember({ ids: own, batchIds: [], name, sentence });
  return 'decided';
}

/** Ids that the decision closed besides; or that it was refused, and the reader has been told. */
async function decideOne(
  row: Row,
  action: 'approve' | 'reject',
  reason?: string,
): Promise<number[] | Exclude<Outcome, 'decided'>> {
  const body =
    action === 'approve' ? { expected_digest: row.digest ?? undefined } : { rejection_reason: reason };
  try {
    const answer = await patiently(
      () => call<{ superseded: number[] }>('post', `/images/approval-requests/${row.id}/${action}`, { body }),
      sayWait,
    );
    const closed = answer.superseded ?? [];
    overlay.send({ type: 'decided', ids: [row.id, ...closed] });
    return closed;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    // No answer is not a refusal: the decision may have arrived.
    const status = error.isUncertain ? await statusNow(row.id) : row.status;
    if (status === DECIDED[action]) {
      overlay.send({ type: 'decided', ids: [row.id] });
      return [];
    }
    // What one may do is another matter now, and the session says what.
    if (error.status === 403) void queryClient.invalidateQueries({ queryKey: ['session'] });
    const why = refusalOf(error, row);
    overlay.send({ type: 'refused', ids: [row.id], why });
    const name = nameOf(row);
    say(status === null ? t.decide.unknown(name) : t.decide.failed(name, why), 'error');
    return error.status === 401 ? 'signed-out' : 'refused';
  }
}

function sayWait(seconds: number): void {
  if (seconds === 0) unsay();
  else say(t.decide.retryIn(ahead(seconds * 1000)));
}

/** null: that cannot be read, either. */
async function statusNow(id: number): Promise<Row['status'] | null> {
  return readAgain(id).then(
    (now) => now.status,
    () => null,
  );
}

/** By a name of its own: a read that the pane shares ends when the pane moves on, with what was known before it. */
export async function readAgain(id: number): Promise<Detail> {
  const query = detailQuery(id);
  const queryKey = [...query.queryKey, 'again'] as const;
  const now = await queryClient.fetchQuery({ ...query, queryKey, staleTime: 0, gcTime: 0 });
  queryClient.setQueryData(query.queryKey, now);
  return now;
}

function refusalOf(error: ApiProblem, row: Row): string {
  if (error.status === 0) return t.decide.noAnswer;
  const body = error.body as { current?: unknown };
  if (error.status === 409 && body.current) {
    const current = detailOf(body.current);
    queryClient.setQueryData(detailQuery(row.id).queryKey, current);
    if (current.status !== 'pending' && current.reviewed_at)
      return t.decide.already(
        t.status[current.status],
        current.reviewed_by ?? t.detail.somebody,
        age(current.reviewed_at, Date.now()),
      );
    if (error.code === 'digest_changed') {
      replaceRow(rowOf(body.current));
      return t.decide.moved;
    }
  }
  return error.detail || error.code;
}

export function remember(what: Done): void {
  done.send({ add: what });
  say(what.sentence, 'result', { label: t.decide.undo, key: 'U', run: () => void undo(what) });
}

export function undoLast(): void {
  const sent = awaited;
  // Who presses it twice means the one before, too.
  awaited = null;
  if (!sent) return undoFirst(() => true);
  const ids = idsOf(sent.entry);
  sent.outcome.then(
    () => undoFirst((one) => one.ids.some((id) => ids.includes(id))),
    () => undefined,
  );
}

function undoFirst(isMeant: (one: Done) => boolean): void {
  const last = done.get().find(isMeant);
  if (last) void undo(last);
}

/** What a bulk decision came to, to be undone as one. */
export function rememberBatch(
  end: { decided: readonly number[]; batchIds: readonly string[] },
  action: 'approve' | 'reject',
): void {
  // Sent after whatever is awaited.
  awaited = null;
  const { decided, batchIds } = end;
  const verb = action === 'approve' ? t.kindDone.approved : t.kindDone.rejected;
  remember({
    ids: decided,
    batchIds,
    name: t.inbox.tags(decided.length),
    sentence: t.decide.many(decided.length, verb),
  });
}

let batchesUnderWay = 0;
/** While a batch of this page is under way, the events of its decisions are no news. */
export async function ownBatches<T>(work: () => Promise<T>): Promise<T> {
  batchesUnderWay++;
  try {
    return await work();
  } finally {
    batchesUnderWay--;
  }
}
export const isDecidingMany = (): boolean => batchesUnderWay > 0;

export async function undo(what: Done): Promise<void> {
  const wasDone = done.get().includes(what);
  done.send({ remove: what });
  unsay();
  try {
    const hasRollout = what.batchIds.length > 0 ? await reopenBatches(what) : await reopenEach(what);
    overlay.send({ type: 'reopened', ids: what.ids });
    changed();
    void refreshList();
    say([t.decide.undone(what.name), hasRollout ? t.decide.rolloutStarted : ''].filter(Boolean).join('. '));
  } catch (error) {
    if (wasDone) done.send({ add: what });
    say(
      t.decide.undoFailed(error instanceof ApiProblem ? error.detail || t.decide.noAnswer : String(error)),
      'error',
    );
  }
}

/** The last batch first, since one may rest on another; each in steps, as it was decided. */
async function reopenBatches({ batchIds }: Done): Promise<boolean> {
  let hasRollout = false;
  for (const batch_id of [...batchIds].reverse()) {
    let remaining: number;
    do {
      const answer = await patiently(
        () =>
          call<BulkAnswer>('post', '/images/approval-requests/bulk', {
            body: { action: 'reopen', batch_id },
            timeoutMs: BATCH_TIMEOUT_MS,
          }),
        sayWait,
      );
      hasRollout ||= answer.rollout_started === true;
      remaining = (answer.counts['reopened'] ?? 0) > 0 ? answer.remaining : 0;
    } while (remaining > 0);
  }
  return hasRollout;
}

async function reopenEach({ ids }: Done): Promise<boolean> {
  let hasRollout = false;
  for (const id of ids) {
    try {
      const answer = await patiently(
        () =>
          call<{ rollout_started?: boolean; superseded?: number[] }>(
            'post',
            `/images/approval-requests/${id}/reopen`,
            { body: {} },
          ),
        sayWait,
      );
      hasRollout ||= answer.rollout_started === true;
      overlay.send({ type: 'reopened', ids: answer.superseded ?? [] });
    } catch (error) {
      // No answer is not a refusal: it may be open again.
      const isOpen = error instanceof ApiProblem && error.isUncertain && (await statusNow(id)) === 'pending';
      if (!isOpen) throw error;
    }
  }
  return hasRollout;
}

/** Reopens a request that anybody decided. */
export async function reopen(row: Row): Promise<void> {
  const name = nameOf(row);
  await undo({ ids: [row.id], batchIds: [], name, sentence: t.decide.reopened(name) });
}

/** Numbers are read again, soon and one at a time; the list itself stays as it is. */
export function changed(): void {
  void queryClient.invalidateQueries({ queryKey: ['audit'], refetchType: 'none' });
  rereadSoon(['request'], ['inbox', 'facets'], ['waiting']);
}

export function rememberReason(reason: string): void {
  const trimmed = reason.trim();
  lastReasons.send([trimmed, ...lastReasons.get().filter((one) => one !== trimmed)].slice(0, KEPT_REASONS));
}
