import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Row } from '../api/types.js';
import { changed, overlay as overlayStore, undoLast } from '../decide.js';
import { looksSame } from '../decisions.js';
import { EVERYTHING, readFilter, writeFilter, type InboxFilter } from '../filters.js';
import Detail, { type DetailProps } from '../detail/detail.js';
import { live } from '../live-state.js';
import { lazily } from '../lazily.js';
import { t } from '../messages/en.js';
import { useDropped } from '../place.js';
import { agesShown } from '../preferences.js';
import { useMay, useStatus } from '../queries.js';
import { useStore } from '../store.js';
import { copy, Failure, registryLink, Skeleton } from '../ui/parts.js';
import { useWidth } from '../ui/use-width.js';
import { Asking } from './asking.js';
import { BulkBar } from './bulk-bar.js';
import { Empty } from './empty.js';
import { Chips, FacetBar } from './facet-bar.js';
import { InboxHead } from './inbox-head.js';
import type { Entry } from './items.js';
import { InboxList } from './list.js';
import { refreshList } from './list-data.js';
import { NewPill, useFresh } from './new-pill.js';
import type { RowActions } from './rows.js';
import { useDeciding } from './use-deciding.js';
import { useInbox } from './use-inbox.js';
import { useInboxKeys } from './use-inbox-keys.js';
import { useItems } from './use-items.js';
import { useLatest } from './use-latest.js';
import { useReading } from './use-reading.js';
import { useSelecting } from './use-selecting.js';
import { useSelection } from './use-selection.js';

const Session = lazily(() => import('./session-decisions.js'));
const Ages = lazily(() => import('./ages.js'));

/**
 * A key moves the row at once, and the pane beside it one picture later: together they took longer than a picture has.
 * What comes of the request that it shows, and the question that a re-push asks before Enter, do not wait.
 */
function FollowingDetail(props: DetailProps) {
  const later = useDeferredValue(props);
  const shown = props.isRepushAsked || props.id === later.id ? props : later;
  return useMemo(() => <Detail {...shown} />, [shown]);
}

/** The inbox: what waits, in lines, and the request being read beside it. */
export default function Inbox() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const { filter, dropped } = useMemo(() => readFilter(search), [search]);
  const filterText = writeFilter(filter);
  useDropped(dropped);
  const [near, setNear] = useState<readonly string[]>([]);
  const inbox = useInbox(filter, near);
  const overlay = useStore(overlayStore, looksSame);
  const may = useMay();
  const status = useStatus();
  const hasAges = useStore(agesShown);
  const width = useWidth();
  const isPending = filter.status.join() === 'pending';
  const { facets, total } = inbox;

  const { items, rowById, totalOf, toggleFold, fold } = useItems(inbox, filter, overlay);

  const isGone = useCallback((id: number) => overlay.gone.has(id), [overlay.gone]);
  const reading = useReading(items, {
    filter,
    isWide: width.isWide,
    isLoading: inbox.isLoading,
    isGone,
  });
  const active = reading.active;
  const onView = (query: string): void => navigate(query === '' ? '/inbox' : `/inbox?${query}`);
  const [selection, select] = useSelection(filterText, overlay.gone, (before) => {
    if (before !== filterText) onView(before);
    reading.focusAgain();
  });
  const selectedCount = selection.isAllMatching ? (total ?? selection.ids.size) : selection.ids.size;
  const hasSelection = selectedCount > 0;

  const deciding = useDeciding({
    filter,
    mayDecide: may.decide,
    reading,
    selection,
    selectedCount,
    rowById,
    total,
  });
  const { question, ask, repushAsk, setRepushAsk, send, decideEntry, decideSelected, takeNewest } = deciding;
  const merge = useCallback(() => {
    live.send({ type: 'merged' });
    void refreshList().then(() => overlayStore.send({ type: 'merged' }));
    changed();
  }, []);
  /** The entry in the pane, which need not be in the list. */
  const shown = (row: Row): Entry => (active?.entry.row.id === row.id ? active.entry : { row, also: [] });

  const setFilter = useCallback(
    (next: Partial<InboxFilter>, isTyping = false) => {
      const query = writeFilter({ ...filter, ...next });
      navigate(query === '' ? '/inbox' : `/inbox?${query}`, { replace: isTyping });
    },
    [filter, navigate],
  );
  const selecting = useSelecting({ items, rowById, reading, selection, select });
  const maySelect = may.decide && isPending;

  const actions = useLatest<RowActions>({
    toggle: selecting.toggle,
    activate: (entry) => {
      if (width.isWide) reading.open(entry.row.id);
      else navigate(`/requests/${entry.row.id}`);
    },
    decide: decideEntry,
    toggleFold,
    selectGroup: selecting.selectGroup,
    takeNewest,
    retry: inbox.retry,
  });

  const cancelRepush = (): void => {
    setRepushAsk(null);
    reading.focusAgain();
  };

  const pane = useRef<HTMLElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  useInboxKeys({
    step: reading.step,
    line: reading.line,
    extend: (by) => {
      if (maySelect) selecting.extend(by);
    },
    toggle: () => {
      if (maySelect && active) selecting.toggle(active.entry);
    },
    selectMore: () => {
      if (maySelect) selecting.selectMore();
    },
    fold: (isOpen) => {
      if (active) fold(active.group.key, isOpen);
    },
    enter: () => {
      if (!active) return;
      if (repushAsk === active.entry.row.id) decideEntry(active.entry, 'approve');
      else if (width.isWide) pane.current?.focus();
      else navigate(`/requests/${active.entry.row.id}`);
    },
    escape: () => {
      if (repushAsk !== null) cancelRepush();
      else if (pane.current?.contains(document.activeElement)) reading.focusAgain();
      else select({ type: 'clear' });
    },
    decide: (action) => {
      if (hasSelection) decideSelected(action);
      else if (active) decideEntry(active.entry, action);
    },
    undo: undoLast,
    takeNewest: () => active && takeNewest(active.group),
    openRegistry: () => {
      const link = registryLink(active?.entry.row.url ?? null);
      if (link) window.open(link, '_blank', 'noopener,noreferrer');
    },
    copyName: () => {
      if (!active) return;
      const { image_name, digest, tag_name } = active.entry.row;
      void copy(digest === null ? `${image_name}:${tag_name ?? ''}` : `${image_name}@${digest}`);
    },
    search: () => searchField.current?.focus(),
    merge,
  });

  const missed = isPending && facets && inbox.groupedTotal !== null ? facets.total - inbox.groupedTotal : 0;
  const fresh = useFresh(missed);
  return (
    <>
      <main id="content" className="inbox" tabIndex={-1}>
        <InboxHead
          filter={filter}
          filterText={filterText}
          facets={facets}
          total={total}
          isTotalExact={inbox.isTotalExact}
          searchField={searchField}
          setFilter={setFilter}
          onView={onView}
          onLeaveSearch={reading.focusAgain}
        />
        <FacetBar filter={filter} facets={facets} total={total} onChange={setFilter} />
        <Chips filter={filter} onChange={setFilter} />
        {isPending && hasAges ? <Ages filter={filter} onChange={setFilter} /> : null}
        {may.isKnown && !may.decide ? <p className="bar-note dim">{t.frame.viewer}</p> : null}
        {isPending || filter.decidedBy === '' ? null : <Session />}
        {inbox.isStale && inbox.problem ? (
          <p className="bar-note warning">
            {inbox.problem.status === 0 ? t.error.noAnswer : inbox.problem.detail}
          </p>
        ) : null}
        <div className="list-area">
          <NewPill fresh={fresh} onMerge={merge} />
          {inbox.problem && !inbox.isStale ? (
            <Failure problem={inbox.problem} retry={inbox.retry} />
          ) : inbox.isLoading ? (
            <Skeleton rows={12} />
          ) : items.length === 0 ? (
            <Empty
              filter={filter}
              hasFresh={fresh > 0}
              nextCheckIn={status.data?.nextCheckIn ?? null}
              watched={status.data?.images_watched ?? null}
              onClear={() => setFilter({ ...EVERYTHING, by: filter.by, sort: filter.sort })}
            />
          ) : (
            <InboxList
              items={items}
              total={total}
              grouping={filter.by}
              activeId={reading.id}
              focusTick={reading.focusTick}
              selection={selection}
              overlay={overlay}
              mayDecide={maySelect}
              isNarrow={width.isNarrow}
              isBusy={inbox.isBehind}
              actions={actions}
              totalOf={totalOf}
              onNear={setNear}
              onEnd={inbox.loadMore}
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
          {hasSelection && may.decide ? (
            <BulkBar
              selection={selection}
              count={selectedCount}
              total={total}
              onAll={() => select({ type: 'all-matching' })}
              onDecide={decideSelected}
              onClear={() => select({ type: 'clear' })}
            />
          ) : null}
        </div>
      </main>
      {width.isWide ? (
        <aside className="pane" aria-label={t.detail.label} ref={pane} tabIndex={-1}>
          {reading.id !== null && (active || !isGone(reading.id)) ? (
            <FollowingDetail
              id={reading.id}
              hint={active?.entry.row ?? null}
              isRepushAsked={repushAsk === reading.id}
              keysAreOff={hasSelection}
              onApprove={(row) => decideEntry(shown(row), 'approve')}
              onReject={(row) => decideEntry(shown(row), 'reject')}
              onCancelRepush={cancelRepush}
            />
          ) : (
            <p className="pane-empty dim">{t.empty.pick}</p>
          )}
        </aside>
      ) : null}
      <Asking
        question={question}
        rows={rowById}
        ask={ask}
        onReject={(entry, reason) => send(entry, 'reject', reason)}
        onDecided={(ids, refused) => {
          if (reading.id !== null && ids.includes(reading.id)) reading.moveOn(new Set(ids));
          select(refused ? { type: 'name', ids: refused } : { type: 'left', ids });
        }}
      />
    </>
  );
}
