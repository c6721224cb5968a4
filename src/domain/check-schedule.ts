/**
 * A check may miss what becomes visible late: nothing younger than this counts as read, so it is looked at again.
 * Docker Hub's stamps were seen up to minutes ahead of what its listings show (`docker-hub/facts.md`, section 3).
 */
export const VISIBILITY_LAG_MICROS = 10 * 60 * 1_000_000;

/** Waits before a failed check is tried again; after the last one it is back on its interval. */
const RETRY_DELAYS_MS = [1_000, 4_000, 15_000, 60_000] as const;

/** How far apart, at most, the images of different namespaces are spread, as a share of the interval. */
const JITTER = 0.1;

/**
 * Milliseconds until the next regular check. The jitter is a constant of the namespace, so that its images stay in
 * step with one another for the probe while namespaces spread out.
 */
export function intervalMs(image: { namespace: string; checkIntervalMinutes: number }): number {
  return Math.round(image.checkIntervalMinutes * 60_000 * spreadOf(image.namespace));
}

/** By what the interval of a namespace's images is multiplied: from 1 to 1.1, always the same. */
export function spreadOf(namespace: string): number {
  return 1 + JITTER * fraction(namespace);
}

/**
 * Milliseconds until a failed check is tried again, about 1, 4, 15 and 60 s by the number of failures so far (this
 * one included); null: it has had its tries and waits for its interval. `random` is from [0, 1).
 */
export function retryDelayMs(failures: number, random: number): number | null {
  const delay = RETRY_DELAYS_MS[failures - 1];
  return delay === undefined ? null : Math.round(delay * (0.8 + 0.4 * random));
}

/**
 * How far a complete reading has read, in microseconds: the newest push it saw, but never later than ten minutes
 * before the registry answered. Null: it saw no push.
 */
export function readTo(newestMicros: number | null, answeredAtMs: number): number | null {
  if (newestMicros === null) return null;
  return Math.min(newestMicros, answeredAtMs * 1000 - VISIBILITY_LAG_MICROS);
}

/** FNV-1a of the text, as a fraction of 1: the same on every replica. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
