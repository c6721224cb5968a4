import { eventsAddress, call } from './api/client.js';
import { routes } from './api/routes.js';
import { rowOf, type Row } from './api/types.js';
import { age } from './intl.js';
import { t } from './messages/en.js';
import { changed, overlay } from './decide.js';
import { queryClient } from './queries.js';
import { createStore } from './store.js';

/** How the page hears of changes, and what has come since the list was last merged. */
export interface Live {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'polling' | 'paused' | 'offline';
  readonly newCount: number;
  readonly lastAt: number;
  readonly hasNewBuild: boolean;
}
export type LiveEvent =
  | { type: 'state'; state: Live['state'] }
  | { type: 'heard' }
  | { type: 'opened'; count: number }
  | { type: 'merged' }
  | { type: 'new-build' };

export function reduceLive(state: Live, event: LiveEvent): Live {
  switch (event.type) {
    case 'state':
      return state.state === event.state ? state : { ...state, state: event.state };
    case 'heard':
      return { ...state, lastAt: Date.now() };
    case 'opened':
      return event.count === 0 ? state : { ...state, newCount: state.newCount + Math.max(0, event.count) };
    case 'merged':
      return { ...state, newCount: 0 };
    case 'new-build':
      return { ...state, hasNewBuild: true };
  }
}

export const live = createStore<Live, LiveEvent>(
  { state: 'connecting', newCount: 0, lastAt: Date.now(), hasNewBuild: false },
  reduceLive,
);

const HIDDEN_MS = 60_000;
const POLL_MS = 30_000;
const FAILURES_TO_POLL = 3;
const READ_EVERY_MS = 1_000;
const MOST_IDS = 50;

interface Message {
  name: string;
  data: Record<string, unknown>;
}

/**
 * One stream for all tabs: a lock elects the tab that listens, a channel tells the others. Events carry ids; what is
 * shown is read again, at most once a second, and nothing in the list moves by itself.
 */
export function startLive(): void {
  const channel = new BroadcastChannel('image-monitor-events');
  channel.onmessage = (event: MessageEvent<Message>) => hear(event.data);
  if ('locks' in navigator) void navigator.locks.request('image-monitor-events', () => listen(channel));
  else void listen(channel);
  live.send({ type: 'state', state: 'polling' });
  addEventListener('offline', () => live.send({ type: 'state', state: 'offline' }));
  addEventListener('online', () => live.send({ type: 'state', state: 'reconnecting' }));
}

/** Listens as long as the page lives; without a stream in this service it looks every 30 s. */
async function listen(channel: BroadcastChannel): Promise<never> {
  let failures = 0;
  let lastId = '';
  const hasRoute = routes.has('/events');
  for (;;) {
    if (document.visibilityState === 'hidden') await visibleAgain();
    const hasStream = hasRoute ? await streamOnce(channel, (id) => (lastId = id), lastId) : 'missing';
    if (hasStream === 'missing' || ++failures >= FAILURES_TO_POLL) {
      if (navigator.onLine)
        tell(channel, { name: 'state', data: { state: hasStream === 'missing' ? 'polling' : 'paused' } });
      failures = 0;
      await pause(POLL_MS);
      if (document.visibilityState === 'visible') tell(channel, { name: 'poll', data: {} });
    } else if (hasStream === 'ended') {
      failures = 0;
    } else {
      tell(channel, { name: 'state', data: { state: 'reconnecting' } });
      await pause(1_000 * failures);
    }
  }
}

/** The stream by hand, since EventSource cannot say 404 and forgets its last id when it is closed on purpose. */
async function streamOnce(
  channel: BroadcastChannel,
  onId: (id: string) => void,
  lastId: string,
): Promise<'missing' | 'failed' | 'ended'> {
  const stop = new AbortController();
  let hiding: ReturnType<typeof setTimeout> | undefined;
  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (document.visibilityState === 'hidden') hiding = setTimeout(() => stop.abort(), HIDDEN_MS);
  };
  document.addEventListener('visibilitychange', onVisibility);
  try {
    const answer = await fetch(eventsAddress, {
      signal: stop.signal,
      headers: { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
    });
    if (answer.status === 404) return 'missing';
    if (!answer.ok || !answer.body) return 'failed';
    tell(channel, { name: 'state', data: { state: 'live' } });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'ended';
      text += value;
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const message = messageOf(block, onId);
        if (message) tell(channel, message);
      }
    }
  } catch {
    return stop.signal.aborted ? 'ended' : 'failed';
  } finally {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(hiding);
  }
}

export function messageOf(block: string, onId: (id: string) => void): Message | null {
  let name = 'message';
  let data = '';
  for (const line of block.split(/\r?\n/)) {
    const [field = '', ...rest] = line.split(':');
    const value = rest.join(':').replace(/^ /, '');
    if (field === 'event') name = value;
    else if (field === 'data') data += value;
    else if (field === 'id') onId(value);
  }
  if (data === '') return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return {
      name,
      data: typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {},
    };
  } catch {
    return null;
  }
}

function tell(channel: BroadcastChannel, message: Message): void {
  channel.postMessage(message);
  hear(message);
}

let build: string | null = null;

function hear({ name, data }: Message): void {
  live.send({ type: 'heard' });
  if (name === 'state') return live.send({ type: 'state', state: data['state'] as Live['state'] });
  if (name === 'hello') {
    const now = typeof data['build'] === 'string' ? data['build'] : null;
    if (build !== null && now !== null && now !== build) live.send({ type: 'new-build' });
    build = now ?? build;
    return;
  }
  if (name === 'poll' || name === 'resync') return later({ isAll: true });
  const ids = idsIn(data);
  const count = typeof data['count'] === 'number' ? data['count'] : ids.length;
  if (/request.*opened/.test(name)) live.send({ type: 'opened', count: Math.max(1, count) });
  if (/request.*(decided|approved|rejected|reopened|changed|updated|digest)/.test(name))
    later({ ids, isAll: name.includes('many') });
  else later({ ids: [] });
}

function idsIn(data: Record<string, unknown>): number[] {
  const found =
    data['request_ids'] ?? data['ids'] ?? data['approval_request_ids'] ?? data['request_id'] ?? data['id'];
  return (Array.isArray(found) ? found : [found]).map(Number).filter((id) => Number.isInteger(id) && id > 0);
}

const waiting = { ids: new Set<number>(), isAll: false, isDue: false };

/** Reads again what is shown, once a second at most. */
function later(what: { ids?: readonly number[]; isAll?: boolean }): void {
  for (const id of what.ids ?? []) waiting.ids.add(id);
  waiting.isAll ||= what.isAll ?? false;
  if (waiting.isDue) return;
  waiting.isDue = true;
  setTimeout(() => {
    const ids = [...waiting.ids];
    waiting.ids.clear();
    waiting.isDue = false;
    waiting.isAll = false;
    changed();
    void queryClient.invalidateQueries({ queryKey: ['status'] });
    for (const name of ['checks', 'upcoming', 'images', 'stats'])
      void queryClient.invalidateQueries({ queryKey: [name] });
    void seeWhoDecided(ids);
  }, READ_EVERY_MS);
}

/** Rows that are shown and were decided elsewhere stay, dimmed, with who did it. */
async function seeWhoDecided(ids: readonly number[]): Promise<void> {
  const shown = ids
    .filter((id) => document.querySelector(`[data-request="${id}"]`) !== null)
    .slice(0, MOST_IDS);
  for (const id of shown) {
    if (overlay.get().gone.has(id)) continue;
    const row: Row | null = await call<{ approval_request: unknown }>(
      'get',
      `/images/approval-requests/${id}`,
    ).then(
      (answer) => rowOf(answer.approval_request),
      () => null,
    );
    if (row && row.status !== 'pending' && !overlay.get().gone.has(id)) {
      const how = t.decide.already(
        t.status[row.status],
        row.reviewed_by ?? t.detail.somebody,
        age(row.reviewed_at ?? row.requested_at, Date.now()),
      );
      overlay.send({ type: 'elsewhere', ids: [id], how });
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const visibleAgain = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    look();
  });
