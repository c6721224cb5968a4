import { eventsAddress, onAnswer } from './api/client.js';
import { routes } from './api/routes.js';
import { readStream, type StreamEnd, type StreamEvent } from './event-stream.js';
import { hearBuild, hearEvent, hearPoll } from './hear.js';
import { live, type Live } from './live-state.js';
import { queryClient } from './queries.js';

const HIDDEN_MS = 60_000;
const POLL_MS = 30_000;
/** However often something says that the service may be back. */
const TRIES_EVERY_MS = 5_000;
const FAILURES_TO_POLL = 3;
const NAME = 'image-monitor-events';

/** What one tab tells the others: an event, how it hears of them, or the question of a new tab. */
type Told =
  | { kind: 'event'; event: StreamEvent }
  | { kind: 'state'; state: Live['state'] }
  | { kind: 'poll' }
  | { kind: 'who' };

let hasStarted = false;
let channel: BroadcastChannel;
/** How far this browser has read, whichever tab read it. */
let lastId = '';
let isListening = false;
let triedAt = 0;
/** When the service said anything: what is shown is at least that fresh. */
let answeredAt = 0;
let hiddenAt: number | null = null;
let wake: () => void = () => undefined;

/**
 * One stream for all tabs: a lock elects the tab that listens, a channel tells the others. A tab that is hidden for a
 * minute gives the lock away. Called when somebody may read, with the build of the page: a second call looks again at
 * once.
 */
export function startLive(build: unknown): void {
  hearBuild(build);
  if (hasStarted) return wake();
  hasStarted = true;
  channel = new BroadcastChannel(NAME);
  channel.onmessage = (message: MessageEvent<Told>) => hear(message.data);
  channel.postMessage({ kind: 'who' } satisfies Told);
  addEventListener('offline', () => live.send({ type: 'state', state: 'offline' }));
  addEventListener('online', () => {
    live.send({ type: 'state', state: 'reconnecting' });
    wake();
  });
  const seeWhetherHidden = (): void => {
    hiddenAt = document.visibilityState === 'hidden' ? Date.now() : null;
  };
  document.addEventListener('visibilitychange', seeWhetherHidden);
  seeWhetherHidden();
  // An answer after a pause says that the service may be back.
  onAnswer((status) => {
    if (status < 500) answeredAt = Date.now();
    if (status < 500 && live.get().state === 'paused' && Date.now() - triedAt > TRIES_EVERY_MS) wake();
  });
  void standForElection();
}

async function standForElection(): Promise<never> {
  for (;;) {
    await visibleAgain();
    if ('locks' in navigator) await navigator.locks.request(NAME, listen);
    else await listen();
  }
}

/** Listens until the tab has been hidden for a minute; without a stream it looks every 30 s. */
async function listen(): Promise<void> {
  isListening = true;
  const hidden = new AbortController();
  let hiding: ReturnType<typeof setTimeout> | undefined;
  const onVisibility = (): void => {
    clearTimeout(hiding);
    if (hiddenAt === null) return;
    // Of several hidden tabs each would otherwise listen for its minute after the other.
    const left = hiddenAt + HIDDEN_MS - Date.now();
    if (left <= 0) hidden.abort();
    else hiding = setTimeout(() => hidden.abort(), left);
  };
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  let failures = 0;
  while (!hidden.signal.aborted) {
    triedAt = Date.now();
    const end: StreamEnd = routes.has('/events')
      ? await readStream(eventsAddress, lastId, hidden.signal, {
          open: () => {
            failures = 0;
            tell({ kind: 'state', state: 'live' });
          },
          event: (event) => tell({ kind: 'event', event }),
        })
      : 'missing';
    if (end === 'closed') break;
    if (end === 'signed-out') {
      void queryClient.invalidateQueries({ queryKey: ['session'] });
      await pause(POLL_MS);
      continue;
    }
    failures++;
    if (end === 'missing' || failures >= FAILURES_TO_POLL) {
      if (navigator.onLine) tell({ kind: 'state', state: end === 'missing' ? 'polling' : 'paused' });
      if (await pause(POLL_MS)) tell({ kind: 'poll' });
    } else {
      tell({ kind: 'state', state: 'reconnecting' });
      await pause(1_000 * failures);
    }
  }
  clearTimeout(hiding);
  document.removeEventListener('visibilitychange', onVisibility);
  isListening = false;
}

function tell(told: Told): void {
  channel.postMessage(told);
  hear(told);
}

function hear(told: Told): void {
  switch (told.kind) {
    case 'who':
      if (isListening) channel.postMessage({ kind: 'state', state: live.get().state } satisfies Told);
      return;
    case 'state':
      // "Data from 14:02" is when the service was last heard of, whichever way.
      live.send({ type: 'heard', at: answeredAt });
      return live.send({ type: 'state', state: told.state });
    case 'poll':
      live.send({ type: 'heard', at: answeredAt });
      return hearPoll();
    case 'event':
      if (told.event.id !== null) lastId = told.event.id;
      live.send({ type: 'heard', at: Date.now() });
      return hearEvent(told.event);
  }
}

/** Waits to the end; false: something says that it is worth another look now. */
const pause = (ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms);
    wake = () => {
      clearTimeout(timer);
      resolve(false);
    };
  });

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
