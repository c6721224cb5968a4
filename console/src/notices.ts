import { createStore } from './store.js';

/** What is said at the foot of the page for a while; one at a time, the newest wins. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly kind: 'result' | 'error';
  readonly action?: { readonly label: string; readonly key?: string; run(): void };
}

const SHOWN_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;

let last = 0;
export const notice = createStore<Notice | null, Notice | null>(null, (_, next) => next);

/**
 * Shows it, and the live regions of the frame speak it: results politely, errors at once. A result goes by itself, an
 * error when it was read.
 */
export function say(text: string, kind: Notice['kind'] = 'result', action?: Notice['action']): number {
  const id = ++last;
  notice.send({ id, text, kind, action });
  if (kind === 'result') leave(id, SHOWN_MS);
  return id;
}

/** Takes the notice away after a while, but not while the pointer or the focus is on it. */
function leave(id: number, ms: number): void {
  setTimeout(() => {
    if (document.querySelector('.toast')?.matches(':hover, :focus-within')) leave(id, LOOK_AGAIN_MS);
    else unsay(id);
  }, ms);
}

export function unsay(id?: number): void {
  if (id === undefined || notice.get()?.id === id) notice.send(null);
}
