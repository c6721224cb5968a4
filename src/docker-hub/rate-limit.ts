/**
 * What Docker Hub says about its rate limit, in the units it was seen to use (facts.md, section 4): a reset as
 * unix seconds, a `Retry-After` as seconds (documented since June 2025), as unix seconds (recorded in May 2025),
 * as unix milliseconds or as an HTTP date. Times are counted from the answer's own `Date`, not from our clock,
 * which may be wrong by more than the whole one-minute window.
 */

/** One reading of `X-RateLimit-*`; null where the header is missing or no number. */
export interface RateLimitReading {
  /** Requests per window. */
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Time until the window starts anew, counted from the answer; 0 when it is over already, 15 min at most. */
  readonly resetsInMs: number | null;
}

/** A header as node:http and axios give it. */
export type HeaderOf = (name: string) => string | null;

const SHORTEST_WAIT_MS = 1_000;
/** A longer wait is more likely a unit we misread than a wish (SPEC 5.7). */
const LONGEST_WAIT_MS = 15 * 60_000;
/** Docker Hub's window is one minute (facts.md, section 4: reset stood 60 s after the date). */
const DEFAULT_WAIT_MS = 60_000;

/**
 * How long to send nothing after a 429: `Retry-After`, else the reset of the window, else one minute; clamped
 * to 1 s … 15 min. A time that has passed gives 1 s.
 */
export function readRetryAfterMs(header: HeaderOf, answeredAtMs: number): number {
  const wait =
    waitOf(header('retry-after'), answeredAtMs) ?? waitOf(header('x-ratelimit-reset'), answeredAtMs);
  return wait === null ? DEFAULT_WAIT_MS : clamp(wait, SHORTEST_WAIT_MS, LONGEST_WAIT_MS);
}

/** The three `X-RateLimit-*` headers; null when none of them says anything. */
export function readRateLimit(header: HeaderOf, answeredAtMs: number): RateLimitReading | null {
  const limit = wholeNumber(header('x-ratelimit-limit'));
  const remaining = wholeNumber(header('x-ratelimit-remaining'));
  const reset = waitOf(header('x-ratelimit-reset'), answeredAtMs);
  if (limit === null && remaining === null && reset === null) return null;
  return { limit, remaining, resetsInMs: reset === null ? null : clamp(reset, 0, LONGEST_WAIT_MS) };
}

/** When the answer was given by Docker Hub's clock, in milliseconds since 1970; null without a readable `Date`. */
export function readDateMs(header: HeaderOf): number | null {
  return httpDateMs(header('date'));
}

/** Milliseconds to wait; negative when the time has passed, null when the text is neither number nor date. */
function waitOf(text: string | null, answeredAtMs: number): number | null {
  if (text === null) return null;
  const trimmed = text.trim();
  if (/^\d{1,16}(\.\d+)?$/.test(trimmed)) {
    const value = Number(trimmed);
    // 1e9 seconds are 31 years and 1e12 are 31,000: larger numbers are points in time, not waits.
    if (value > 1e12) return value - answeredAtMs;
    if (value > 1e9) return value * 1000 - answeredAtMs;
    return value * 1000;
  }
  const date = httpDateMs(trimmed);
  return date === null ? null : date - answeredAtMs;
}

/** Date.parse alone reads `apples 5` as a date, so the form of RFC 9110 is asked for first. */
function httpDateMs(text: string | null): number | null {
  if (text === null || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** The number at the start, as in `180` and in the registry's `100;w=21600`. */
function wholeNumber(text: string | null): number | null {
  const match = text === null ? null : /^\s*(\d{1,9})\s*(;|$)/.exec(text);
  return match ? Number(match[1]) : null;
}

function clamp(value: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, value)));
}
