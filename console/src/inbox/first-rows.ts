/** Groups of the first answer, which stands between a click and the first row; the others follow by themselves. */
export const FIRST_GROUPS = 100;
/** Requests that come along with them, of whole groups: more than fit on a tall screen. */
export const FIRST_NEAR = 60;
/** What the inbox asks for first; the page names it, so that it is on its way before any script is. */
export const FIRST_QUERY = { status: ['pending'], by: 'line', limit: FIRST_GROUPS, rows: FIRST_NEAR };
export const FIRST_ADDRESS = `images/approval-requests/groups?status=pending&by=line&limit=${FIRST_GROUPS}&rows=${FIRST_NEAR}`;
/** Rows of one answer: the most that the API gives. */
export const MOST_ROWS = 500;

/** The API takes so many keys at once; and more requests than fit on a few screens would keep the first one waiting. */
const MOST_GROUPS = 50;

/** The keys of the first of these groups, as many as one answer has room for. */
export function fitting(groups: Iterable<{ readonly key: string; readonly total: number }>): string[] {
  const keys: string[] = [];
  let sum = 0;
  for (const { key, total } of groups) {
    sum += total;
    if (keys.length > 0 && (keys.length >= MOST_GROUPS || sum > MOST_ROWS)) break;
    keys.push(key);
  }
  return keys;
}
