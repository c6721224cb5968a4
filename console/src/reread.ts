import { queryClient } from './queries.js';

/**
 * What is shown is read again at most this often, whatever happens: an event each 10 ms is no reason for more. A little
 * over a second, since some numbers are read by the clock besides, and all of it shall be one read a second.
 */
const READ_EVERY_MS = 1_250;
/** The first of a burst waits for the others. */
const FIRST_AFTER_MS = 250;

type Part = readonly string[];
const due = new Map<string, () => boolean>();
let timer: ReturnType<typeof setTimeout> | null = null;
let lastAt = 0;

/**
 * Names queries whose answers may be old. Those that are on the screen are read again one after the other, one a second
 * at most; all others are read when they are shown. `['inbox', 'facets']` are the keys that have both words.
 */
export function rereadSoon(...parts: readonly Part[]): void {
  for (const part of parts) doSoon(part.join(' '), () => reread(part));
}

/** The same for a read of one's own; `act` says whether it read anything. */
export function doSoon(name: string, act: () => boolean): void {
  if (!due.has(name)) due.set(name, act);
  if (timer === null) timer = setTimeout(next, Math.max(FIRST_AFTER_MS, lastAt + READ_EVERY_MS - Date.now()));
}

function next(): void {
  timer = null;
  for (const [name, act] of due) {
    due.delete(name);
    if (!act()) continue;
    lastAt = Date.now();
    break;
  }
  if (due.size > 0) timer = setTimeout(next, READ_EVERY_MS);
}

function reread([first, ...others]: Part): boolean {
  const isMeant = (key: readonly unknown[]): boolean =>
    key[0] === first && others.every((word) => key.includes(word));
  const wanted = { predicate: (query: { queryKey: readonly unknown[] }) => isMeant(query.queryKey) };
  void queryClient.invalidateQueries({ ...wanted, refetchType: 'none' });
  const shown = queryClient.getQueryCache().findAll({ ...wanted, type: 'active' });
  const [now, ...later] = shown;
  if (!now) return false;
  void queryClient.refetchQueries({ queryKey: now.queryKey, exact: true });
  for (const { queryKey, queryHash } of later)
    doSoon(queryHash, () => {
      const isShown = queryClient.getQueryCache().find({ queryKey, exact: true })?.isActive() === true;
      if (isShown) void queryClient.refetchQueries({ queryKey, exact: true });
      return isShown;
    });
  return true;
}
