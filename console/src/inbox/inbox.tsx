import { lazy, Suspense, useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { BUMPS, type Bump, type Group, type Row } from '../api/types.js';
import {
  changed,
  decide,
  idsOf,
  nameOf,
  overlay as overlayStore,
  undoLast,
  done as doneStore,
} from '../decide.js';
import { stillWaiting } from '../decisions.js';
import {
  apiFilter,
  EVERYTHING,
  GROUPINGS,
  isNarrowed,
  readFilter,
  SORTS,
  writeFilter,
  type InboxFilter,
} from '../filters.js';
import { age, ahead, list, moment, number } from '../intl.js';
import { useKeys } from '../keys.js';
import { live } from '../live.js';
import { t } from '../messages/en.js';
import { say } from '../notices.js';
import { agesShown } from '../preferences.js';
import { detailQuery, queryClient, useMay, useStatus } from '../queries.js';
import { useStore } from '../store.js';
import { visible } from '../tag-difference.js';
import { CheckIcon, CrossIcon, FilterIcon, GroupIcon, SearchIcon, StarIcon } from '../ui/icons.js';
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.js';
import { copy, Failure, registryLink, Skeleton, useNow } from '../ui/parts.js';
import { useWidth } from '../ui/use-width.js';
import { Detail } from '../detail/detail.js';
import type { BulkOrder } from './bulk-dialog.js';
import { itemsOf, type Entry } from './items.js';
import { entriesByGroup, InboxList } from './list.js';
import { lineName, type RowActions } from './rows.js';
import { NOTHING, reduceSelection } from './selection.js';
import { forgetRows, useInbox } from './use-inbox.js';

const RejectDialog = lazy(() => import('./reject-dialog.js'));
const BulkDialog = lazy(() => import('./bulk-dialog.js'));
const ViewsMenu = lazy(() => import('./views-menu.js'));
const Ages = lazy(() => import('./ages.js'));

type Asking =
  | { kind: 'reject'; entry: Entry }
  | { kind: 'reject-many'; order: BulkOrder; count: number }
  | { kind: 'bulk'; order: BulkOrder }
  | { kind: 'newest'; group: Group };

/** The inbox: what waits, in lines, and the request being read beside it. */
export default function Inbox() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const { filter, dropped } = useMemo(() => readFilter(search), [search]);
  const filterText = writeFilter(filter);
  const [near, setNear] = useState<readonly string[]>([]);
  const inbox = useInbox(filter, near);
  const overlay = useStore(overlayStore);
  const may = useMay();
  const status = useStatus();
  const now = useNow();
  const width = useWidth();
  const { newCount } = useStore(live);
  const done = useStore(doneStore);

  const setFilter = useCallback(
    (next: Partial<InboxFilter>, isTyping = false) => {
      const query = writeFilter({ ...filter, ...next });
      navigate(query === '' ? '/inbox' : `/inbox?${query}`, { replace: isTyping });
    },
    [filter, navigate],
  );

  // ---- what is in the list ----
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const isPending = filter.status.length === 1 && filter.status[0] === 'pending';
  const waitingRows = useCallback(
    (group: Group) => {
      const rows = inbox.rowsOf(group);
      return typeof rows === 'string'
        ? rows
        : isPending
          ? rows.filter((row) => !overlay.gone.has(row.id))
          : rows;
    },
    // The rows of `inbox` are new objects only when an answer came.

    [inbox.groups, inbox.version, overlay.gone, isPending],
  );
  const items = useMemo(
    () =>
      itemsOf(inbox.groups, waitingRows, {
        isLine: filter.by === 'line',
        isBare: filter.by === 'none',
        open,
      }),
    [inbox.groups, waitingRows, filter.by, open],
  );
  const entries = useMemo(
    () => items.flatMap((item) => (item.kind === 'entry' ? [{ entry: item.entry, group: item.group }] : [])),
    [items],
  );
  const rowById = useMemo(() => {
    const map = new Map<number, Row>();
    for (const item of items) {
      const all = item.kind === 'entry' ? [item.entry] : item.kind === 'fold' ? item.entries : [];
      for (const entry of all) for (const row of [entry.row, ...entry.also]) map.set(row.id, row);
    }
    return map;
  }, [items]);
  const totalOf = useCallback(
    (group: Group) => {
      const rows = inbox.rowsOf(group);
      return typeof rows === 'string' || !isPending
        ? group.total
        : stillWaiting(
            group.total,
            rows.map((row) => row.id),
            overlay,
          );
    },

    [inbox.groups, inbox.version, overlay, isPending],
  );

  // ---- the row being read ----
  const [activeId, setActiveId] = useState<number | null>(
    () => Number(new URLSearchParams(search).get('open')) || null,
  );
  const [focusTick, setFocusTick] = useState(0);
  const activeIndex = entries.findIndex((one) => one.entry.row.id === activeId);
  const active = entries[activeIndex] ?? null;
  useEffect(() => {
    if (activeIndex < 0 && entries[0] && width.isWide && !inbox.isLoading)
      setActiveId(entries[0].entry.row.id);
  }, [activeIndex, entries, width.isWide, inbox.isLoading]);
  useEffect(() => {
    if (activeId === null || !width.isWide) return;
    // In the address after a pause: browsers allow a hundred changes in half a minute.
    const timer = setTimeout(() => {
      const params = new URLSearchParams(writeFilter(filter));
      params.set('open', String(activeId));
      history.replaceState(history.state, '', `${location.pathname}?${params}`);
    }, 400);
    return () => clearTimeout(timer);
  }, [activeId, filter, width.isWide]);
  useEffect(() => {
    for (const step of [-1, 1]) {
      const beside = entries[activeIndex + step];
      if (beside && activeIndex >= 0) void queryClient.prefetchQuery(detailQuery(beside.entry.row.id));
    }
  }, [activeIndex, entries]);

  const moveTo = (index: number): void => {
    const target = entries[Math.max(0, Math.min(entries.length - 1, index))];
    if (!target) return;
    setActiveId(target.entry.row.id);
    setFocusTick((tick) => tick + 1);
  };
  /** Where the reader goes when an entry leaves: the next of its line, of the next line, or the one before. */
  const moveOn = (leaving: ReadonlySet<number>): void => {
    const at = Math.max(0, activeIndex);
    const stays = (one: { entry: Entry }): boolean => !leaving.has(one.entry.row.id);
    const line = active?.group.key;
    const next =
      entries.slice(at + 1).find((one) => stays(one) && one.group.key === line) ??
      entries.slice(at + 1).find(stays) ??
      entries.slice(0, at).reverse().find(stays);
    setActiveId(next?.entry.row.id ?? null);
    setFocusTick((tick) => tick + 1);
  };

  // ---- selection: it belongs to the filter ----
  const [selection, select] = useReducer(reduceSelection, NOTHING);
  const [repushAsk, setRepushAsk] = useState<number | null>(null);
  const filterBefore = useRef(filterText);
  useEffect(() => {
    if (filterBefore.current === filterText) return;
    filterBefore.current = filterText;
    if (selection.ids.size > 0 || selection.isAllMatching) {
      const before = selection;
      say(t.bulk.cleared, 'result', {
        label: t.bulk.restore,
        run: () => select({ type: 'restore', selection: before }),
      });
    }
    select({ type: 'clear' });
  }, [filterText, selection]);
  useEffect(() => select({ type: 'left', ids: [...overlay.gone.keys()] }), [overlay.gone]);
  const selectedCount = selection.isAllMatching ? (inbox.total ?? selection.ids.size) : selection.ids.size;
  const hasSelection = selectedCount > 0;

  // ---- deciding ----
  const [asking, setAsking] = useState<Asking | null>(null);
  const decideEntry = (entry: Entry, action: 'approve' | 'reject'): void => {
    if (!may.decide || entry.row.status !== 'pending') return;
    if (action === 'reject') return setAsking({ kind: 'reject', entry });
    if (entry.row.bump === 'repush' && repushAsk !== entry.row.id) {
      setActiveId(entry.row.id);
      setRepushAsk(entry.row.id);
      return;
    }
    setRepushAsk(null);
    if (entry.row.id === activeId) moveOn(new Set([entry.row.id]));
    void decide(entry, 'approve');
  };
  const target = (): BulkOrder['target'] =>
    selection.isAllMatching
      ? { filter: apiFilter(filter, Date.now()), count: inbox.total ?? 0 }
      : {
          ids: [...selection.ids].map((id) => ({
            id,
            expected_digest: rowById.get(id)?.digest ?? undefined,
          })),
        };
  const bulk = (action: 'approve' | 'reject'): void => {
    const order: BulkOrder = { action, target: target() };
    setAsking(
      action === 'approve' ? { kind: 'bulk', order } : { kind: 'reject-many', order, count: selectedCount },
    );
  };
  const takeNewest = (group: Group): void => {
    if (!may.decide) return;
    setAsking({ kind: 'newest', group });
  };

  const actions = useLatest<RowActions>({
    toggle: (entry, isRange) => {
      if (isRange && selection.anchor !== null) selectRange(selection.anchor, entry.row.id);
      else select({ type: 'toggle', ids: idsOf(entry) });
    },
    activate: (entry) => {
      if (!width.isWide) return navigate(`/requests/${entry.row.id}`);
      setActiveId(entry.row.id);
    },
    decide: decideEntry,
    toggleFold: (key) => setOpen((before) => toggled(before, key)),
    selectGroup: (group, isOn) =>
      select({ type: 'set', ids: (entriesByGroup(items).get(group.key) ?? []).flatMap(idsOf), isOn }),
    takeNewest,
    retry: inbox.retry,
  });

  function selectRange(from: number, to: number): void {
    const a = entries.findIndex((one) => one.entry.row.id === from);
    const b = entries.findIndex((one) => one.entry.row.id === to);
    if (a < 0 || b < 0) return;
    select({
      type: 'add',
      ids: entries.slice(Math.min(a, b), Math.max(a, b) + 1).flatMap((one) => idsOf(one.entry)),
    });
  }
  const extend = (step: number): void => {
    if (!may.decide) return;
    const next = entries[activeIndex + step];
    if (active && !selection.ids.has(active.entry.row.id))
      select({ type: 'toggle', ids: idsOf(active.entry) });
    if (next) select({ type: 'add', ids: idsOf(next.entry) });
    moveTo(activeIndex + step);
  };
  const merge = useCallback(() => {
    forgetRows();
    void queryClient
      .invalidateQueries({ queryKey: ['inbox'] })
      .then(() => overlayStore.send({ type: 'merged' }));
    changed();
    live.send({ type: 'merged' });
  }, []);

  const pane = useRef<HTMLElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const jumpLine = (step: number): void => {
    const line = active?.group.key;
    if (step > 0) {
      const index = entries.findIndex((one, i) => i > activeIndex && one.group.key !== line);
      if (index >= 0) moveTo(index);
      return;
    }
    const start = entries.findIndex((one) => one.group.key === line);
    const before = entries[start - 1]?.group.key;
    moveTo(before === undefined ? 0 : entries.findIndex((one) => one.group.key === before));
  };
  useKeys({
    j: () => moveTo(activeIndex + 1),
    k: () => moveTo(activeIndex - 1),
    ArrowDown: () => moveTo(activeIndex + 1),
    ArrowUp: () => moveTo(activeIndex - 1),
    'Shift+j': () => extend(1),
    'Shift+k': () => extend(-1),
    'Shift+ArrowDown': () => extend(1),
    'Shift+ArrowUp': () => extend(-1),
    x: () => may.decide && active && select({ type: 'toggle', ids: idsOf(active.entry) }),
    'Mod+a': () => {
      const all = entries.flatMap((one) => idsOf(one.entry));
      if (all.every((id) => selection.ids.has(id)) && selection.ids.size > 0)
        select({ type: 'all-matching' });
      else select({ type: 'set', ids: [...rowById.keys()], isOn: true });
    },
    ArrowRight: () => active && setOpen((before) => new Set([...before, active.group.key])),
    ArrowLeft: () =>
      active && setOpen((before) => new Set([...before].filter((key) => key !== active.group.key))),
    Enter: () => {
      if (!active) return;
      if (repushAsk === active.entry.row.id) decideEntry(active.entry, 'approve');
      else if (!width.isWide) navigate(`/requests/${active.entry.row.id}`);
      else pane.current?.focus();
    },
    Escape: () => {
      if (repushAsk !== null) setRepushAsk(null);
      else if (pane.current?.contains(document.activeElement)) setFocusTick((tick) => tick + 1);
      else select({ type: 'clear' });
    },
    a: () => (hasSelection ? bulk('approve') : active && decideEntry(active.entry, 'approve')),
    r: () => (hasSelection ? bulk('reject') : active && decideEntry(active.entry, 'reject')),
    u: () => undoLast(),
    t: () => active && takeNewest(active.group),
    o: () => {
      const link = registryLink(active?.entry.row.url ?? null);
      if (link) window.open(link, '_blank', 'noopener,noreferrer');
    },
    c: () =>
      active &&
      void copy(
        `${active.entry.row.image_name}@${active.entry.row.digest ?? active.entry.row.tag_name ?? ''}`,
      ),
    '/': () => searchField.current?.focus(),
    '[': () => jumpLine(-1),
    ']': () => jumpLine(1),
    '.': () => merge(),
  });

  const { facets, total } = inbox;
  const isEmpty = !inbox.isLoading && !inbox.problem && items.length === 0;
  const showsBar = hasSelection && may.decide;
  return (
    <>
      <main id="content" className="inbox" tabIndex={-1}>
        <header className="page-head">
          <div className="page-title">
            <h1>{isPending ? t.inbox.title : t.inbox.statuses[filter.status[0] ?? 'pending']}</h1>
            <p className="page-facts">
              {total === null
                ? null
                : isPending
                  ? t.inbox.waiting(total, inbox.isTotalExact)
                  : t.inbox.inStatus(
                      total,
                      list(filter.status.map((one) => t.status[one])),
                      inbox.isTotalExact,
                    )}
              {facets?.oldest_requested_at && total ? (
                <>
                  {' · '}
                  <span title={moment(facets.oldest_requested_at)}>
                    {t.inbox.oldest(age(facets.oldest_requested_at, now))}
                  </span>
                </>
              ) : null}
              {facets?.bump.repush ? (
                <>
                  {' · '}
                  <strong className="repush">{t.inbox.repushed(facets.bump.repush)}</strong>
                </>
              ) : null}
            </p>
          </div>
          <SearchField value={filter.q} fieldRef={searchField} onChange={(q) => setFilter({ q }, true)} />
          <Menu
            label={`${t.inbox.grouping}: ${t.inbox.groupings[filter.by]}`}
            trigger={
              <>
                <GroupIcon />
                <span className="hide-narrow grouping-label">{t.inbox.groupings[filter.by]}</span>
              </>
            }
          >
            <MenuChoices
              title={t.inbox.grouping}
              value={filter.by}
              choices={GROUPINGS.map((value) => ({ value, label: t.inbox.groupings[value] }))}
              onChoose={(by) => setFilter({ by, sort: 'group' })}
            />
            <MenuLine />
            <MenuChoices
              title={t.inbox.sorting}
              value={filter.sort}
              choices={SORTS.map((value) => ({ value, label: t.inbox.sorts[value] }))}
              onChoose={(sort) => setFilter(sort === 'group' ? { sort } : { sort, by: 'none' })}
            />
            <MenuLine />
            <MenuChoices
              title={t.inbox.statusTitle}
              value={filter.status[0] ?? 'pending'}
              choices={(['pending', 'approved', 'rejected', 'superseded'] as const).map((value) => ({
                value,
                label: t.inbox.statuses[value],
              }))}
              onChoose={(value) => setFilter({ status: [value] })}
            />
          </Menu>
          <Suspense
            fallback={
              <button type="button" className="button hide-narrow">
                <StarIcon />
                {t.inbox.views}
              </button>
            }
          >
            <ViewsMenu
              query={filterText}
              onChoose={(query) => navigate(query === '' ? '/inbox' : `/inbox?${query}`)}
            />
          </Suspense>
        </header>
        <div className="facets" role="group" aria-label={t.inbox.facets} tabIndex={0}>
          <button
            type="button"
            className="facet"
            aria-pressed={filter.bump.length === 0}
            onClick={() => setFilter({ bump: [] })}
          >
            {t.inbox.all}
            {total !== null && filter.bump.length === 0 ? (
              <span className="count-plain">{number(total)}</span>
            ) : null}
          </button>
          {BUMPS.map((bump) => (
            <FacetButton
              key={bump}
              bump={bump}
              count={facets?.bump[bump]}
              isOn={filter.bump.includes(bump)}
              onToggle={(isAdding) => setFilter({ bump: nextBumps(filter.bump, bump, isAdding) })}
            />
          ))}
          <MoreFilters filter={filter} facets={facets} onChange={setFilter} />
        </div>
        <Chips filter={filter} onChange={setFilter} />
        <Suspense fallback={null}>
          {isPending ? <Ages filter={filter} onChange={setFilter} /> : null}
        </Suspense>
        {dropped.length > 0 ? (
          <p className="bar-note">{t.inbox.dropped(dropped.map(visible).join(', '))}</p>
        ) : null}
        {inbox.isStale && inbox.problem ? (
          <p className="bar-note warning">
            {inbox.problem.status === 0 ? t.error.noAnswer : inbox.problem.detail}
          </p>
        ) : null}
        <div className="list-area">
          {newCount > 0 ? (
            <button type="button" className="pill" onClick={merge}>
              {t.inbox.newRequests(newCount)}
              <kbd>.</kbd>
              <span className="sr">{t.inbox.showNew}</span>
            </button>
          ) : null}
          {inbox.problem && !inbox.isStale ? (
            <Failure problem={inbox.problem} retry={inbox.retry} />
          ) : inbox.isLoading ? (
            <Skeleton rows={12} />
          ) : isEmpty ? (
            <Empty
              filter={filter}
              nextCheckIn={status.data?.nextCheckIn ?? null}
              watched={status.data?.images_watched ?? null}
              onClear={() => setFilter({ ...EVERYTHING, by: filter.by, sort: filter.sort })}
            />
          ) : (
            <InboxList
              items={items}
              total={total}
              grouping={filter.by}
              activeId={activeId}
              focusTick={focusTick}
              selection={selection}
              overlay={overlay}
              mayDecide={may.decide && isPending}
              isNarrow={width.isNarrow}
              actions={actions}
              totalOf={totalOf}
              onNear={setNear}
            />
          )}
          {inbox.loaded !== null && total !== null && inbox.loadMore ? (
            <p className="bar-note">
              {t.inbox.partial(inbox.loaded, total)}{' '}
              <button type="button" className="link" onClick={inbox.loadMore}>
                {t.inbox.loadMore}
              </button>
            </p>
          ) : null}
          {showsBar ? (
            <div className="bulk-bar" role="region" aria-label={t.bulk.bar}>
              <span className="bulk-count">
                {selection.isAllMatching ? t.bulk.allSelected(selectedCount) : t.bulk.selected(selectedCount)}
              </span>
              {!selection.isAllMatching && total !== null && total > selectedCount ? (
                <button type="button" className="link" onClick={() => select({ type: 'all-matching' })}>
                  {t.bulk.selectAll(total)}
                </button>
              ) : null}
              <span className="spread" />
              <button type="button" className="button button-approve" onClick={() => bulk('approve')}>
                <CheckIcon />
                {t.bulk.approve(selectedCount)}
              </button>
              <button type="button" className="button button-reject-quiet" onClick={() => bulk('reject')}>
                <CrossIcon />
                {t.bulk.reject(selectedCount)}
              </button>
              <button
                type="button"
                className="button button-icon"
                aria-label={t.bulk.clear}
                onClick={() => select({ type: 'clear' })}
              >
                <CrossIcon />
              </button>
            </div>
          ) : null}
        </div>
      </main>
      {width.isWide ? (
        <aside className="pane" aria-label={t.detail.label} ref={pane} tabIndex={-1}>
          {activeId !== null &&
          (active || inbox.isLoading || done.some((one) => one.ids.includes(activeId)) || items.length === 0
            ? active || inbox.isLoading
            : true) ? (
            <Detail
              id={activeId}
              hint={active?.entry.row ?? null}
              isRepushAsked={repushAsk === activeId}
              keysAreOff={hasSelection}
              onApprove={() => active && decideEntry(active.entry, 'approve')}
              onReject={() => active && decideEntry(active.entry, 'reject')}
              onCancelRepush={() => setRepushAsk(null)}
            />
          ) : (
            <p className="pane-empty dim">{t.empty.pick}</p>
          )}
        </aside>
      ) : null}
      <Suspense fallback={null}>{asking ? dialogOf(asking) : null}</Suspense>
    </>
  );

  function dialogOf(what: Asking) {
    const close = (): void => setAsking(null);
    switch (what.kind) {
      case 'reject':
        return (
          <RejectDialog
            title={t.decide.rejectTitle(nameOf(what.entry.row))}
            onClose={close}
            onReject={(reason) => {
              close();
              if (what.entry.row.id === activeId) moveOn(new Set([what.entry.row.id]));
              void decide(what.entry, 'reject', reason);
            }}
          />
        );
      case 'reject-many':
        return (
          <RejectDialog
            title={t.decide.rejectMany(what.count)}
            onClose={close}
            onReject={(reason) => setAsking({ kind: 'bulk', order: { ...what.order, reason } })}
          />
        );
      case 'bulk':
        return (
          <BulkDialog order={what.order} rows={rowById} onClose={close} onDone={(ids) => afterBulk(ids)} />
        );
      case 'newest':
        return newestDialog(what, close);
    }
  }

  function afterBulk(ids: readonly number[]): void {
    if (activeId !== null && ids.includes(activeId)) moveOn(new Set(ids));
    select({ type: 'left', ids });
  }

  /** The highest version within the approved major is approved, the lower ones are rejected: one reason, one preview. */
  function newestDialog(what: Extract<Asking, { kind: 'newest' }>, close: () => void) {
    const name = [visible(what.group.image_name), lineName(what.group.line, what.group.variant)]
      .filter(Boolean)
      .join(' ');
    const order = (reason: string): BulkOrder => ({
      action: 'approve',
      mode: 'newest_per_line',
      target: {
        filter: { ...apiFilter({ ...EVERYTHING }, Date.now()), group: what.group.key },
        count: what.group.total,
      },
      reason,
      title: t.bulk.newest(name),
    });
    return (
      <RejectDialog
        title={t.bulk.newest(name)}
        hint={t.bulk.newestHint}
        label={t.bulk.newestReason}
        send={t.bulk.newestNext}
        onClose={close}
        onReject={(reason) => setAsking({ kind: 'bulk', order: order(reason) })}
      />
    );
  }
}

function SearchField(props: {
  value: string;
  fieldRef: React.RefObject<HTMLInputElement | null>;
  onChange(value: string): void;
}) {
  const [text, setText] = useState(props.value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (document.activeElement !== props.fieldRef.current) setText(props.value);
  }, [props.value, props.fieldRef]);
  return (
    <div className="search">
      <SearchIcon />
      <input
        ref={props.fieldRef}
        type="search"
        aria-label={t.inbox.search}
        placeholder={t.inbox.search}
        value={text}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => {
          const { value } = event.target;
          setText(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => props.onChange(value), 120);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            setText('');
            props.onChange('');
            event.currentTarget.blur();
          } else if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}

function FacetButton(props: {
  bump: Bump;
  count: number | undefined;
  isOn: boolean;
  onToggle(isAdding: boolean): void;
}) {
  if (!props.count && !props.isOn) return null;
  return (
    <button
      type="button"
      className="facet"
      aria-pressed={props.isOn}
      onClick={(event) => props.onToggle(event.shiftKey || event.ctrlKey || event.metaKey)}
    >
      <span className={`dot dot-${props.bump}`} aria-hidden="true" />
      {t.kind[props.bump]}
      {props.count === undefined ? null : <span className="count-plain">{number(props.count)}</span>}
    </button>
  );
}

function nextBumps(before: readonly Bump[], bump: Bump, isAdding: boolean): readonly Bump[] {
  if (before.includes(bump)) return before.filter((one) => one !== bump);
  return isAdding ? BUMPS.filter((one) => one === bump || before.includes(one)) : [bump];
}

const AGES = [1, 7, 14, 30] as const;
const GROWTHS_MB = [10, 50, 100] as const;

function MoreFilters({
  filter,
  facets,
  onChange,
}: {
  filter: InboxFilter;
  facets: ReturnType<typeof useInbox>['facets'];
  onChange(next: Partial<InboxFilter>): void;
}) {
  const more = facets?.more ?? {};
  const parts = [
    { title: t.inbox.image, name: 'image' as const, counts: more.image },
    { title: t.inbox.category, name: 'category' as const, counts: more.category },
    { title: t.inbox.missing, name: 'missing' as const, counts: more.missing },
  ].filter((part) => (part.counts?.length ?? 0) > 0);
  if (parts.length === 0) return null;
  return (
    <Menu
      label={t.inbox.moreTitle}
      className="facet"
      trigger={
        <>
          <FilterIcon size={14} />
          {t.inbox.more}
        </>
      }
    >
      {parts.map((part) => (
        <MenuChoices
          key={part.name}
          title={part.title}
          value={filter[part.name] || null}
          choices={(part.counts ?? []).map((one) => ({
            value: one.value,
            label: visible(one.label),
            count: one.count,
          }))}
          onChoose={(value) => onChange({ [part.name]: filter[part.name] === value ? '' : value })}
        />
      ))}
      <MenuLine />
      <MenuChoices
        title={t.inbox.age}
        value={filter.olderThan === null ? null : String(filter.olderThan)}
        choices={AGES.map((days) => ({ value: String(days), label: t.inbox.olderThan(days) }))}
        onChoose={(value) => onChange({ olderThan: Number(value), newerThan: null })}
      />
      <MenuItem onChoose={() => agesShown.send(!agesShown.get())}>{t.inbox.ages}</MenuItem>
      <MenuLine />
      <MenuChoices
        title={t.detail.size}
        value={filter.growth === null ? null : String(filter.growth)}
        choices={GROWTHS_MB.map((mb) => ({ value: String(mb * 1e6), label: t.inbox.growth(mb) }))}
        onChoose={(value) => onChange({ growth: Number(value) })}
      />
    </Menu>
  );
}

/** Filters that no facet shows, each with its way out. */
function Chips({ filter, onChange }: { filter: InboxFilter; onChange(next: Partial<InboxFilter>): void }) {
  const chips: [string, Partial<InboxFilter>][] = [];
  if (filter.image) chips.push([visible(filter.image), { image: '' }]);
  if (filter.category) chips.push([visible(filter.category), { category: '' }]);
  if (filter.missing) chips.push([t.inbox.missingPlatform(visible(filter.missing)), { missing: '' }]);
  if (filter.olderThan !== null) chips.push([t.inbox.olderThan(filter.olderThan), { olderThan: null }]);
  if (filter.newerThan !== null) chips.push([t.inbox.newerThan(filter.newerThan), { newerThan: null }]);
  if (filter.growth !== null) chips.push([t.inbox.growth(filter.growth / 1e6), { growth: null }]);
  if (filter.source) chips.push([t.inbox.source(visible(filter.source)), { source: '' }]);
  if (filter.decidedBy) chips.push([t.inbox.decidedBy(visible(filter.decidedBy)), { decidedBy: '' }]);
  if (chips.length === 0) return null;
  return (
    <div className="chips chips-bar">
      {chips.map(([label, without]) => (
        <button
          key={label}
          type="button"
          className="chip"
          aria-label={t.inbox.remove(label)}
          onClick={() => onChange(without)}
        >
          {label}
          <CrossIcon size={12} />
        </button>
      ))}
    </div>
  );
}

function Empty(props: {
  filter: InboxFilter;
  nextCheckIn: number | null;
  watched: number | null;
  onClear(): void;
}) {
  const { filter } = props;
  const isPending = filter.status.join() === 'pending';
  if (isNarrowed(filter)) {
    return (
      <div className="empty">
        <p>{t.empty.noMatch}</p>
        <button type="button" className="button" onClick={props.onClear}>
          {t.empty.clear}
        </button>
      </div>
    );
  }
  if (!isPending)
    return <div className="empty">{t.empty.noStatus(list(filter.status.map((one) => t.status[one])))}</div>;
  if (props.watched === 0) return <div className="empty">{t.empty.never}</div>;
  return (
    <div className="empty">
      <p>{t.empty.zero}</p>
      {props.nextCheckIn !== null ? (
        <p className="dim">{t.empty.zeroNext(ahead(props.nextCheckIn))}</p>
      ) : null}
    </div>
  );
}

function toggled(before: ReadonlySet<string>, key: string): Set<string> {
  const next = new Set(before);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Functions that stay the same for memoised rows and always do what the newest ones do. */
function useLatest<T extends object>(value: T): T {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  const [stable] = useState(() =>
    Object.fromEntries(
      Object.keys(value).map((name) => [
        name,
        (...args: unknown[]) =>
          (latest.current as Record<string, (...all: unknown[]) => unknown>)[name]?.(...args),
      ]),
    ),
  );
  return stable as T;
}
