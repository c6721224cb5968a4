import { useInfiniteQuery, useQueries, useQuery, keepPreviousData } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ApiProblem, call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { rowOf, type FacetCount, type Facets, type Group, type Row } from '../api/types.js';
import { apiFilter, writeFilter, type InboxFilter } from '../filters.js';
import { groupRows } from './items.js';

/** Rows of one answer: the first screen in one request, and the most that a group is asked for at once. */
const FIRST_ROWS = 200;
const MOST_ROWS = 500;
/** Groups whose rows are asked for at the same time. */
const MOST_GROUPS_AT_ONCE = 24;

interface RowPage {
  approval_requests: unknown[];
  total: number;
  total_is_exact?: false;
  next_cursor: string | null;
}

export interface Inbox {
  readonly isLoading: boolean;
  readonly problem: ApiProblem | null;
  readonly isStale: boolean;
  readonly groups: readonly Group[];
  readonly facets: Facets | null;
  readonly total: number | null;
  readonly isTotalExact: boolean;
  /** How many of the total are here, where the list is read page by page. */
  readonly loaded: number | null;
  /** Another number whenever rows came. */
  readonly version: number;
  readonly rowsOf: (group: Group) => readonly Row[] | 'loading' | 'failed';
  readonly retry: () => void;
  readonly loadMore: (() => void) | null;
  readonly readAt: number;
}

const problemOf = (error: unknown): ApiProblem | null =>
  error === null || error === undefined
    ? null
    : error instanceof ApiProblem
      ? error
      : new ApiProblem(0, 'mistake', error instanceof Error ? error.message : '');

/**
 * The inbox as the API gives it: groups with their totals, and the rows of the groups that are near. `near` are the
 * keys of the groups whose rows are wanted.
 */
export function useInbox(filter: InboxFilter, near: readonly string[]): Inbox {
  const key = writeFilter({ ...filter, by: 'line' });
  const isGrouped = filter.by !== 'none';
  const filterKey = ['inbox', key] as const;
  const query = (): Record<string, string | number | string[] | undefined> => apiFilter(filter, Date.now());

  const groups = useInfiniteQuery({
    queryKey: [...filterKey, 'groups', filter.by],
    enabled: isGrouped,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    getNextPageParam: (page: GroupPage) => page.next_cursor ?? null,
    queryFn: ({ signal, pageParam }) =>
      call<GroupPage>('get', '/images/approval-requests/groups', {
        query: { ...query(), by: filter.by, limit: 1_000, cursor: pageParam ?? undefined },
        signal,
      }),
  });

  const pages = useInfiniteQuery({
    queryKey: [...filterKey, 'rows', isGrouped ? 'first' : 'all', filter.sort],
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    getNextPageParam: (page: RowPage) => page.next_cursor ?? null,
    queryFn: ({ signal, pageParam }) =>
      readRows(filter, { limit: isGrouped ? FIRST_ROWS : MOST_ROWS, cursor: pageParam, signal }),
  });

  const facets = useQuery({
    queryKey: [...filterKey, 'facets'],
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      facetsOf(
        await call<{ facets: FacetsAnswer }>('get', '/images/approval-requests/facets', {
          query: query(),
          signal,
        }),
      ),
  });

  const groupList = useMemo(() => groups.data?.pages.flatMap((page) => page.groups) ?? [], [groups.data]);
  const firstRows = useMemo(
    () => pages.data?.pages.flatMap((page) => page.approval_requests.map(rowOf)) ?? [],
    [pages.data],
  );
  const made = useMemo(
    () => (isGrouped ? null : groupRows(firstRows, filter.by)),
    [isGrouped, firstRows, filter.by],
  );

  // A line whose requests are all in the first answer needs none of its own.
  const early = useMemo(
    () =>
      isGrouped && filter.by === 'line' ? completeLines(groupList, firstRows) : new Map<string, Row[]>(),
    [isGrouped, filter.by, groupList, firstRows],
  );
  const wanted = isGrouped ? near.filter((group) => !early.has(group)).slice(0, MOST_GROUPS_AT_ONCE) : [];
  const totals = useMemo(() => new Map(groupList.map((group) => [group.key, group.total])), [groupList]);
  const perGroup = useQueries({
    queries: wanted.map((group) => ({
      queryKey: [...filterKey, 'group', filter.by, group],
      staleTime: Infinity,
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (
          await readRows(filter, {
            limit: Math.min(MOST_ROWS, Math.max(1, totals.get(group) ?? 1)),
            group,
            signal,
          })
        ).approval_requests.map(rowOf),
    })),
  });
  const rowsByGroup = new Map(wanted.map((group, i) => [group, perGroup[i]]));

  const knownRows = useKnownRows(filterKey.join('|') + filter.by);
  for (const [group, result] of rowsByGroup) if (result?.data) knownRows.set(group, result.data);

  const total = facets.data?.total ?? pages.data?.pages[0]?.total ?? null;
  const error = isGrouped ? groups.error : pages.error;
  return {
    isLoading: isGrouped ? groups.isPending : pages.isPending,
    problem: problemOf(error),
    isStale: error !== null && (isGrouped ? groups.data : pages.data) !== undefined,
    groups: isGrouped ? groupList : (made?.groups ?? []),
    facets: facets.data ?? null,
    total,
    isTotalExact: pages.data?.pages[0]?.total_is_exact !== false,
    loaded: isGrouped ? null : firstRows.length,
    version:
      perGroup.reduce((sum, one) => sum + one.dataUpdatedAt, groups.dataUpdatedAt + pages.dataUpdatedAt) +
      perGroup.filter((one) => one.isError).length,
    rowsOf: (group) => {
      if (!isGrouped) return made?.rows.get(group.key) ?? [];
      const result = rowsByGroup.get(group.key);
      return (
        result?.data ??
        early.get(group.key) ??
        knownRows.get(group.key) ??
        (result?.isError ? 'failed' : 'loading')
      );
    },
    retry: () => {
      void groups.refetch();
      void pages.refetch();
      for (const result of perGroup) if (result.isError) void result.refetch();
    },
    loadMore:
      !isGrouped && pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : null,
    readAt: Math.max(groups.dataUpdatedAt, pages.dataUpdatedAt),
  };
}

interface GroupPage {
  groups: Group[];
  next_cursor?: string | null;
}

/** Rows that were near once stay, so that scrolling back never shows a gap. */
const known = new Map<string, Map<string, Row[]>>();
function useKnownRows(key: string): Map<string, Row[]> {
  let rows = known.get(key);
  if (!rows) {
    known.clear();
    rows = new Map();
    known.set(key, rows);
  }
  return rows;
}
export function forgetRows(): void {
  known.clear();
}

async function readRows(
  filter: InboxFilter,
  page: { limit: number; cursor?: string | null; group?: string; signal: AbortSignal },
): Promise<RowPage> {
  const query = {
    ...apiFilter(filter, Date.now()),
    // A group is put in order here; without groups the order is the API's.
    sort: page.group === undefined ? filter.sort : 'group',
    view: 'row',
    limit: page.limit,
    cursor: page.cursor ?? undefined,
    group: page.group,
  };
  return call<RowPage>('get', '/images/approval-requests', { query, signal: page.signal });
}

type FacetsAnswer = components['schemas']['FacetsView'];

/** The facets as the page shows them. */
export function facetsOf({ facets }: { facets: FacetsAnswer }): Facets {
  const counts = <T extends { count: number }>(
    list: readonly T[],
    nameOf: (one: T) => string | null,
  ): FacetCount[] =>
    list.flatMap((one) => {
      const name = nameOf(one);
      return name === null ? [] : [{ value: name, label: name, count: one.count }];
    });
  return {
    total: facets.total,
    oldest_requested_at: facets.oldest_requested_at,
    bump: facets.bump,
    more: {
      image: counts(facets.image, (one) => one.image_name),
      category: counts(facets.category, (one) => one.category),
      missing: counts(facets.missing_platform, (one) => one.platform),
    },
  };
}

function completeLines(groups: readonly Group[], rows: readonly Row[]): Map<string, Row[]> {
  const byLine = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.image_id}|${row.line ?? ''}`;
    const list = byLine.get(key);
    if (list) list.push(row);
    else byLine.set(key, [row]);
  }
  const complete = new Map<string, Row[]>();
  for (const group of groups) {
    const list = byLine.get(`${group.image_id}|${group.line ?? ''}`);
    if (list && list.length === group.total) complete.set(group.key, list);
  }
  return complete;
}
