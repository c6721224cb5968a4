import { call } from './api/client.js';
import { rowOf, type Row } from './api/types.js';
import { isDecidingMany, overlay } from './decide.js';
import type { StreamEvent } from './event-stream.js';
import { leftOfList, refreshList } from './inbox/list-data.js';
import { age } from './intl.js';
import { live } from './live-state.js';
import { t } from './messages/en.js';
import { rereadSoon } from './reread.js';
import { doSoon } from './soon.js';

/** What an event is about: ids, or so many that only their number was said. */
export interface Heard {
  readonly ids: readonly number[];
  readonly count: number;
  readonly isMany: boolean;
}

export function heardOf(data: Record<string, unknown>): Heard {
  const ids = (Array.isArray(data['ids']) ? data['ids'] : []).filter(
    (id): id is number => Number.isInteger(id) && (id as number) > 0,
  );
  const isMany = data['many'] === true;
  return { ids, isMany, count: isMany && typeof data['count'] === 'number' ? data['count'] : ids.length };
}

let build: string | null = null;

/** The build that this page is from, as the first answer said; another one is a new version. True: it is. */
export function hearBuild(now: unknown): boolean {
  if (typeof now !== 'string') return false;
  const isNew = build !== null && now !== build;
  if (isNew) live.send({ type: 'new-build' });
  build = now;
  return isNew;
}

/** Nothing in the list moves by itself: counts are read again, rows are marked, and new ones wait to be merged. */
export function hearEvent({ name, data }: StreamEvent): void {
  if (name === 'hello') return hearHello(data);
  if (name === 'resync') return hearAll();
  const heard = heardOf(data);
  if (!name.startsWith('approval_request.')) {
    rereadSoon(['status'], ['checks'], ['upcoming'], ['images'], ['stats']);
    return;
  }
  if (name === 'approval_request.opened') live.send({ type: 'opened', count: heard.count });
  if (name === 'approval_request.decided' || name === 'approval_request.superseded') seeWhoDecided(heard);
  if (name === 'approval_request.reopened') heard.ids.forEach(seeWhetherOpen);
  rereadSoon(['request'], ['inbox', 'facets'], ['waiting'], ['stats']);
}

/** Without a stream: the numbers, what was decided elsewhere, and whatever else is on the screen, one after the other. */
export function hearPoll(): void {
  doSoon('left', () => {
    leftOfList().then(
      (ids) => ids.forEach((id) => doSoon(`row ${id}`, () => readWho(id), 'row')),
      // The next look will tell.
      () => undefined,
    );
    return true;
  });
  rereadSoon(['inbox', 'facets'], ['waiting'], ['request'], ['status'], ['checks'], ['images']);
}

function hearHello(data: Record<string, unknown>): void {
  if (hearBuild(data['build'])) hearAll();
}

/** Something was missed: everything that is shown is read again, once, and the list with it. */
function hearAll(): void {
  doSoon('list', () => {
    live.send({ type: 'merged' });
    void refreshList().then(() => overlay.send({ type: 'merged' }));
    return true;
  });
  hearPoll();
}

const isShown = (id: number): boolean => document.querySelector(`[data-request="${id}"]`) !== null;

/** Rows that are shown and were decided elsewhere stay, dimmed at once, with who did it as soon as that is read. */
function seeWhoDecided(heard: Heard): void {
  const { gone, dimmed } = overlay.get();
  if (isDecidingMany()) return;
  const ids = heard.ids.filter((id) => !gone.has(id) && !dimmed.has(id) && isShown(id));
  if (ids.length === 0) return;
  overlay.send({ type: 'elsewhere', ids, how: t.decide.elsewhere });
  for (const id of ids) doSoon(`row ${id}`, () => readWho(id), 'row');
}

function readWho(id: number): boolean {
  if (overlay.get().gone.has(id) || !isShown(id)) return false;
  void readRow(id).then((row) => {
    if (!row || overlay.get().gone.has(id)) return;
    // Open again by now.
    if (row.status === 'pending') return overlay.send({ type: 'reopened', ids: [id] });
    const who = row.reviewed_by ?? t.detail.somebody;
    const how = t.decide.already(
      t.status[row.status],
      who,
      age(row.reviewed_at ?? row.requested_at, Date.now()),
    );
    overlay.send({ type: 'elsewhere', ids: [id], how });
  });
  return true;
}

/** A request that left this list and was opened again elsewhere comes back with the next merge. */
function seeWhetherOpen(id: number): void {
  if (overlay.get().gone.get(id) === 'sent' || !(overlay.get().gone.has(id) || overlay.get().dimmed.has(id)))
    return;
  doSoon(
    `row ${id}`,
    () => {
      void readRow(id).then((row) => {
        if (row?.status !== 'pending' || overlay.get().gone.get(id) === 'sent') return;
        const wasGone = overlay.get().gone.has(id);
        overlay.send({ type: 'reopened', ids: [id] });
        if (wasGone) live.send({ type: 'opened', count: 1 });
      });
      return true;
    },
    'row',
  );
}

const readRow = (id: number): Promise<Row | null> =>
  call<{ approval_request: unknown }>('get', `/images/approval-requests/${id}`).then(
    (answer) => rowOf(answer.approval_request),
    () => null,
  );
