/**
 * What is shown is read again at most this often, whatever happens: an event each 10 ms is no reason for more. A little
 * over a second, since some numbers are read by the clock besides, and all of it shall be one read a second.
 */
const READ_EVERY_MS = 1_250;
/** The first of a burst waits for the others. */
const FIRST_AFTER_MS = 250;

/** What happened to one row, and all else: every other turn is for a row, since its reader is about to decide it. */
const due = { row: new Map<string, () => boolean>(), rest: new Map<string, () => boolean>() };
let isRowNext = true;
let timer: ReturnType<typeof setTimeout> | null = null;
let lastAt = 0;

/** Does it when its turn comes; `act` says whether it read anything, and may name what is to be read after it. */
export function doSoon(name: string, act: () => boolean, kind: keyof typeof due = 'rest'): void {
  if (!due[kind].has(name)) due[kind].set(name, act);
  if (timer === null) timer = setTimeout(next, Math.max(FIRST_AFTER_MS, lastAt + READ_EVERY_MS - Date.now()));
}

function next(): void {
  try {
    for (let act = take(); act; act = take())
      if (act()) {
        lastAt = Date.now();
        break;
      }
  } finally {
    // Not before: what is to be read next may be named while this is read, and one clock is enough.
    timer = due.row.size + due.rest.size > 0 ? setTimeout(next, READ_EVERY_MS) : null;
  }
}

function take(): (() => boolean) | null {
  const from = due.row.size > 0 && (isRowNext || due.rest.size === 0) ? due.row : due.rest;
  const [first] = from;
  if (!first) return null;
  from.delete(first[0]);
  isRowNext = from === due.rest;
  return first[1];
}
