import { rowOf, type Row } from '../api/types.js';
import { read } from '../early.js';
import { apiFilter, writeFilter, type InboxFilter } from '../filters.js';
import { queryClient } from '../queries.js';
import { MOST_ROWS } from './first-rows.js';
import { RowsByGroup } from './rows-by-group.js';

/** Rows of the first answer of an ungrouped list: the first screens. */
export const FIRST_ROWS = 100;

export interface RowPage {
  approval_requests: unknown[];
  total: number;
  total_is_exact?: false;
  next_cursor: string | null;
}

export function readRows(
  filter: InboxFilter,
  page: { limit: number; cursor: string | null; groups?: readonly string[]; signal: AbortSignal },
): Promise<RowPage> {
  return read<RowPage>('/images/approval-requests', {
    query: {
      ...apiFilter(filter, Date.now()),
      // A group is put in order here; without groups the order is the API's.
      sort: page.groups ? 'group' : filter.sort,
      view: 'row',
      limit: page.limit,
      cursor: page.cursor ?? undefined,
      groups: page.groups,
    },
    signal: page.signal,
  });
}

/** The rows of the list that was shown last: coming back to it shows them at once. */
let shown: { key: string; filter: InboxFilter; rows: RowsByGroup } | null = null;

export function rowsOfFilter(filter: InboxFilter): RowsByGroup {
  const key = writeFilter(filter);
  if (shown?.key === key) return shown.rows;
  shown?.rows.close();
  const by = filter.by === 'none' ? 'line' : filter.by;
  const rows = new RowsByGroup(async (groups, cursor, signal) => {
    const page = await readRows(filter, { limit: MOST_ROWS, cursor, groups, signal });
    return { rows: page.approval_requests.map(rowOf), next: page.next_cursor };
  }, by);
  shown = { key, filter, rows };
  return rows;
}

/** Reads the whole list again; what is shown stays until the answers are here. */
export async function refreshList(): Promise<void> {
  shown?.rows.refresh();
  await queryClient.invalidateQueries({ queryKey: ['inbox'] });
}

/** Ids that are shown and that the service does not list any longer: whether they were decided, each one itself tells. */
export async function leftOfList(): Promise<number[]> {
  if (!shown) return [];
  const { filter, rows } = shown;
  if (filter.by !== 'none') return rows.left();
  const [list] = queryClient.getQueryCache().findAll({
    queryKey: ['inbox'],
    type: 'active',
    predicate: (query) => query.queryKey.includes('rows'),
  });
  const held = (list?.state.data as { pages: RowPage[] } | undefined)?.pages ?? [];
  const { signal } = new AbortController();
  const now = await readRows(filter, { limit: MOST_ROWS, cursor: null, signal });
  const listed = new Set(now.approval_requests.map((row) => rowOf(row).id));
  return held
    .flatMap((page) => page.approval_requests.map((row) => rowOf(row).id))
    .filter((id) => !listed.has(id));
}

/** The row as it is now, wherever the list shows it. */
export function replaceRow(row: Row): void {
  shown?.rows.replace(row);
  queryClient.setQueriesData<{ pages: RowPage[]; pageParams: unknown[] }>(
    { queryKey: ['inbox'], predicate: (query) => query.queryKey.includes('rows') },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          approval_requests: page.approval_requests.map((one) => (rowOf(one).id === row.id ? row : one)),
        })),
      },
  );
}
