/**
 * One line of CSV (RFC 4180), every cell quoted.
 *
 * A cell that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, or a tab or line break before one) gets an
 * apostrophe in front: names of tags and reasons come from outside, and `=HYPERLINK(…)` in an export is run by
 * whoever opens it. Numbers and times of our own begin with none of these.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;
}

function csvCell(value: string | number | null): string {
  if (value === null) return '""';
  const text = String(value);
  const harmless =
    /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20|%]/.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
