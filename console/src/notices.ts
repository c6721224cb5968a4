import { createStore } from './store.js';

/** What is said at the foot of the page for a while; one at a time, the newest wins. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly kind: 'result' | 'error';
  readonly action?: { readonly label: string; readonly key?: string; run(): void };
}

let last = 0;
export const notice = createStore<Notice | null, Notice | null>(null, (_, next) => next);

/** Shows it, and the live regions of the frame speak it: results politely, errors at once. */
export function say(text: string, kind: Notice['kind'] = 'result', action?: Notice['action']): number {
  const id = ++last;
  notice.send({ id, text, kind, action });
  return id;
}
export function unsay(id?: number): void {
  if (id === undefined || notice.get()?.id === id) notice.send(null);
}
