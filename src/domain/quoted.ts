/** Longest piece of a foreign value that a sentence of ours repeats, in characters. */
const SHOWN_CHARS = 80;

/**
 * A value from outside as it may stand in a message or a log line: as JSON, so that line breaks and control
 * characters cannot forge a line, and cut, so that a megabyte sent is not a megabyte answered.
 *
 * @example quoted('redis\n7') // '"redis\\n7"'
 */
export function quoted(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const cut = value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
