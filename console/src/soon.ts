/**
 * What is shown is read again at most this often, whatever happens: an event each 10 ms is no reason for more. A little
 * over a second, since some numbers are read by the clock besides, and all of it shall be one read a second.
 */
const READ_EVERY_MS = 1_250;
/** The first of a burst waits for the others. */
const FIRST_AFTER_MS = 250;

const due = new Map<string, () => boolean>();
let timer: ReturnType<typeof setTimeout> | null = null;
let lastAt = 0;

/** Does it when its turn comes; `act` says whether it read anything, and may name what is to be read after it. */
export function doSoon(name: string, act: () => boolean): void {
  if (!due.has(name)) due.set(name, act);
  if (timer === null) timer = setTimeout(next, Math.max(FIRST_AFTER_MS, lastAt + READ_EVERY_MS - Date.now()));
}

function next(): void {
  try {
    for (const [name, act] of due) {
      due.delete(name);
      if (!act()) continue;
      lastAt = Date.now();
      break;
    }
  } finally {
    // Not before: what is to be read next may be named while this is read, and one clock is enough.
    timer = due.size > 0 ? setTimeout(next, READ_EVERY_MS) : null;
  }
}
