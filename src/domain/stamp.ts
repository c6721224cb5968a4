/**
 * A time as Docker Hub sent it: the text that came, and where it stands on the time line.
 *
 * Docker Hub sends 0 to 9 fraction digits and not always the same number for one moment, so texts do not sort
 * (`.7808Z` is before `.78081Z`); equality, on the other hand, needs the text.
 */
export interface Stamp {
  /** As received, e.g. `2026-10-15T10:30:00.367170055Z`. */
  readonly text: string;
  /** Whole microseconds since 1970, cut off as PostgreSQL's `timestamptz` does not keep more. Below 2^53. */
  readonly micros: number;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 time with 0 to 9 fraction digits; null when it is not one. */
export function parseStamp(text: string): Stamp | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const [, seconds, fraction = '', zone] = match;
  const ms = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(ms)) return null;
  return { text, micros: ms * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6)) };
}

/** The UTC text, with six fraction digits, that PostgreSQL reads back as the same microsecond. */
export function microsToText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const rest = micros - seconds * 1_000_000;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(rest).padStart(6, '0')}Z`;
}
