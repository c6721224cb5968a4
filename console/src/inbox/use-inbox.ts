import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { call } from '../api/client.js';
import type { ApiProblem } from '../api/problem.js';
import type { components } from '../api/schema.js';
import { rowOf, type FacetCount, type Facets, type Group } from '../api/types.js';
import { read } from '../early.js';
import { apiFilter, EVERYTHING, writeFilter, type InboxFilter } from '../filters.js';
import { queryClient, settled, useSettles } from '../queries.js';
import { useStore } from '../store.js';
import { problemOf } from '../ui/parts.js';
import { groupRows } from './items.js';
import { FIRST_GROUPS, FIRST_NEAR, fitting, MOST_ROWS } from './first-rows.js';
import { FIRST_ROWS, readRows, rowsOfFilter } from './list-data.js';
import type { GroupRows, RowsByGroup } from './rows-by-group.js';

const MOST_GROUPS = 1_000;
/** Who types the next letter of a search would wait behind what is read on for the one before. */
const READ_ON_AFTER_MS = 150;

export interface Inbox {
  readonly isLoading: boolean;
  readonly problem: ApiProblem | null;
  readonly isStale: boolean;
  /** What is shown belongs to the filter before, until the first rows of this one are here. */
  readonly isBehind: boolean;
  readonly groups: readonly Group[];
  readonly facets: Facets | null;
  readonly total: number | null;
  readonly isTotalExact: boolean;
  /** How many of the total are here, where the list is read page by page. */
  readonly loaded: number | null;
  /** How many the groups held when they were read; null: without groups, or not all are read. */
  readonly groupedTotal: number | null;
  /** Another function whenever rows came. */
  readonly rowsOf: (group: Group) => GroupRows;
  readonly retry: () => void;
  readonly loadMore: (() => void) | null;
}

interface GroupPage {
  groups: (Group & { approval_requests?: unknown[] })[];
  next_cursor?: string | null;
}

const keyOf = (filter: InboxFilter) => ['inbox', writeFilter({ ...filter, by: 'line' })] as const;

/** The groups of a filter. Where nothing of it was read yet, the first ones bring the rows that are shown first. */
function groupsQuery(filter: InboxFilter, cache: RowsByGroup) {
  return {
    queryKey: [...keyOf(filter), 'groups', filter.by],
    staleTime: Infinity,
    initialPageParam: null as string | null,
    getNextPageParam: (page: GroupPage) => page.next_cursor ?? null,
    queryFn: async ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | null }) => {
      const isFirst = pageParam === null;
      const page = await read<GroupPage>('/images/approval-requests/groups', {
        query: {
          ...apiFilter(filter, Date.now()),
          by: filter.by,
          limit: isFirst ? FIRST_GROUPS : MOST_GROUPS,
          rows: isFirst && cache.isEmpty ? FIRST_NEAR : undefined,
          cursor: pageParam ?? undefined,
        },
        signal,
      });
      const found = page.groups.flatMap(({ key, approval_requests: rows }) =>
        rows ? [[key, rows.map(rowOf)] as const] : [],
      );
      if (found.length > 0) cache.fill(new Map(found));
      return page;
    },
  };
}

/** Takes what was asked for early, before anything is drawn. */
export async function takeFirst(): Promise<void> {
  await queryClient.prefetchInfiniteQuery(groupsQuery(EVERYTHING, rowsOfFilter(EVERYTHING)));
}

/**
 * The inbox as the API gives it: groups with their totals, and the rows of the groups that are near. `near` are the
 * keys of the groups whose rows are wanted.
 */
export function useInbox(filter: InboxFilter, near: readonly string[]): Inbox {
  const isGrouped = filter.by !== 'none';
  const filterKey = keyOf(filter);
  const filterText = writeFilter(filter);
  const cache = useMemo(() => rowsOfFilter(filter), [filterText]);
  const version = useSyncExternalStore(cache.subscribe, cache.version);

  const groups = useInfiniteQuery({
    ...groupsQuery(filter, cache),
    enabled: isGrouped,
    placeholderData: keepPreviousData,
  });

  const pages = useInfiniteQuery({
    queryKey: [...filterKey, 'rows', filter.sort],
    enabled: !isGrouped,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    initialPageParam: null as string | null,
    getNextPageParam: (page: Awaited<ReturnType<typeof readRows>>) => page.next_cursor ?? null,
    queryFn: ({ signal, pageParam }) =>
      readRows(filter, { limit: pageParam === null ? FIRST_ROWS : MOST_ROWS, cursor: pageParam, signal }),
  });

  const groupList = useMemo(
    () => once(groups.data?.pages.flatMap((page) => page.groups) ?? [], (group) => group.key),
    [groups.data],
  );
  const made = useMemo(
    () =>
      isGrouped
        ? null
        : groupRows(
            once(
              pages.data?.pages.flatMap((page) => page.approval_requests.map(rowOf)) ?? [],
              (row) => row.id,
            ),
          ),
    [isGrouped, pages.data],
  );

  const byKey = useMemo(() => new Map(groupList.map((group) => [group.key, group])), [groupList]);
  const isOwn = isGrouped && !groups.isPlaceholderData;
  const isFirstRead = groupList[0] === undefined || cache.rowsOf(groupList[0].key) !== 'loading';
  useEffect(() => {
    if (!isOwn) return;
    // The list begins where it begins; what is near is known when it stands.
    const keys = isFirstRead ? near : fitting(byKey.values());
    cache.want(keys.flatMap((one) => byKey.get(one) ?? []));
  }, [cache, near, byKey, isOwn, isFirstRead]);

  const isSettled = useStore(settled);
  const list = isGrouped ? groups : pages;
  const isReady = isGrouped ? isOwn && !list.isPending && isFirstRead : !list.isPending;
  const [standing, setStanding] = useState<string | null>(null);
  useEffect(() => {
    if (!isReady) return;
    const timer = setTimeout(() => setStanding(filterText), READ_ON_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isReady, filterText]);
  const isReadOn = isReady && isSettled && standing === filterText;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = groups;
  useEffect(() => {
    if (isOwn && isReadOn && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isOwn, isReadOn, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useSettles(isReady);

  const facets = useQuery({
    queryKey: [...filterKey, 'facets'],
    enabled: isReadOn,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      facetsOf(
        await call<{ facets: FacetsAnswer }>('get', '/images/approval-requests/facets', {
          query: apiFilter(filter, Date.now()),
          signal,
        }),
      ),
  });

  const rowsOf = useCallback(
    (group: Group): GroupRows => (made ? (made.rows.get(group.key) ?? []) : cache.rowsOf(group.key)),
    // `version` says that the cache holds others.
    [made, cache, version],
  );
  // Under another filter the list stands as it was until the first rows of the new one are here.
  const before = useRef({ groups: [] as readonly Group[], rowsOf });
  const now = isReady || list.isPending ? { groups: made?.groups ?? groupList, rowsOf } : before.current;
  useEffect(() => {
    before.current = now;
  });
  return {
    isLoading: list.isPending || (!isReady && now.groups.length === 0),
    problem: problemOf(list.error),
    isBehind: !isReady || list.isPlaceholderData,
    isStale: list.error !== null && list.data !== undefined,
    groups: now.groups,
    facets: facets.data ?? null,
    total: facets.data?.total ?? pages.data?.pages[0]?.total ?? null,
    isTotalExact: pages.data?.pages[0]?.total_is_exact !== false,
    loaded: made ? made.groups.reduce((sum, group) => sum + group.total, 0) : null,
    groupedTotal:
      made || list.isPending || groups.hasNextPage
        ? null
        : groupList.reduce((sum, group) => sum + group.total, 0),
    rowsOf: now.rowsOf,
    retry: () => {
      if (list.isError) void list.refetch();
      cache.retry();
    },
    loadMore:
      made && pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : null,
  };
}

/** Pages that are read while their order changes may overlap. */
function once<T>(all: readonly T[], keyOf: (one: T) => string | number): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
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
