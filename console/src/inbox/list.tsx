import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, type RefObject } from 'react';
import type { Group } from '../api/types.js';
import type { Overlay } from '../decisions.js';
import type { Grouping } from '../filters.js';
import { t } from '../messages/en.js';
import { useNow } from '../ui/parts.js';
import { idsOf } from '../decide.js';
import type { Entry, Item } from './items.js';
import { placeOf } from './moves.js';
import { EntryRow, FoldRow, GroupRow, spokenRow, type RowActions } from './rows.js';
import type { Selection } from './selection.js';

/** What stands above the list on a wide screen. */
const ABOVE_LIST = 111;
const HEIGHTS = { wide: { group: 44, entry: 44, fold: 36 }, narrow: { group: 44, entry: 64, fold: 44 } };

/** A place is where the reader stays when he has been there so long. */
const STAYS_MS = 60;
/** Rows before the end of what is read where the next page is asked for. */
const ROWS_AHEAD = 40;
/** Of so many from the top of what is seen, one still stands; or nothing of it does. */
const ANCHORS = 40;
/** Groups read ahead, on either side of what is seen. */
const GROUPS_AHEAD = 6;

export interface ListProps {
  items: readonly Item[];
  total: number | null;
  grouping: Grouping;
  activeId: number | null;
  /** Counts moves made by keys: each one takes the focus along. */
  focusTick: number;
  selection: Selection;
  overlay: Overlay;
  mayDecide: boolean;
  isNarrow: boolean;
  /** The rows of another filter are being read, and these stand until then. */
  isBusy: boolean;
  actions: RowActions;
  totalOf(group: Group): number;
  onNear(groups: readonly string[]): void;
  /** Reads what follows the last row; null: nothing does, or it is being read. */
  onEnd: (() => void) | null;
}

/** The list: a grid of known heights of which some forty rows are in the document. */
export function InboxList(props: ListProps) {
  const { items, activeId, overlay, selection } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const heights = props.isNarrow ? HEIGHTS.narrow : HEIGHTS.wide;
  const activeIndex = useMemo(() => placeOf(items, activeId), [items, activeId]);
  const entriesOfGroup = useMemo(() => entriesByGroup(items), [items]);
  const stuck = useRef(-1);
  const isFirst = useRef(true);

  const places = useMemo(() => placesOf(items, heights), [items, heights]);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    // Another function when there are other items: the sizes are added up anew then, and only then.
    getItemKey: useCallback((index: number) => places[index]?.key ?? index, [places]),
    estimateSize: (index) => places[index]?.size ?? heights.entry,
    // The first picture has what is seen, and not what a scroll will show first.
    overscan: isFirst.current ? 0 : 8,
    // Known before anything is measured, so that the rows are there with the list.
    initialRect: { width: window.innerWidth, height: window.innerHeight - ABOVE_LIST },
    scrollPaddingStart: heights.group,
    scrollPaddingEnd: 96,
    // The header of the group being read, and the row that has the focus, are in the document wherever it is scrolled.
    rangeExtractor: useCallback(
      (range: Range) => {
        let header = range.startIndex;
        while (header >= 0 && items[header]?.kind !== 'group') header -= 1;
        stuck.current = header;
        const wanted = new Set(defaultRangeExtractor(range));
        if (header >= 0) wanted.add(header);
        if (activeIndex >= 0) wanted.add(activeIndex);
        return [...wanted].sort((a, b) => a - b);
      },
      [items, activeIndex],
    ),
  });

  const visible = virtualizer.getVirtualItems();
  const seen = virtualizer.range;
  const near = nearGroups(items, seen?.startIndex ?? 0, seen?.endIndex ?? -1).join('\n');
  const { onNear } = props;
  useEffect(() => {
    // Who scrolls on reads nothing; where he stays is read.
    const timer = setTimeout(
      () => onNear(near === '' ? [] : near.split('\n')),
      isFirst.current ? 0 : STAYS_MS,
    );
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [near, onNear]);
  const isNearEnd = seen !== null && seen.endIndex >= items.length - ROWS_AHEAD;
  const { onEnd } = props;
  useEffect(() => {
    if (isNearEnd) onEnd?.();
  }, [isNearEnd, onEnd]);
  useAnchor(scroller, places);

  useLayoutEffect(() => {
    if (activeIndex >= 0 && props.focusTick > 0) {
      virtualizer.scrollToIndex(activeIndex, { align: 'auto' });
      scroller.current
        ?.querySelector<HTMLElement>(`[data-request="${activeId}"]`)
        ?.focus({ preventScroll: true });
    }
    // Only a move takes the focus; new items do not.
  }, [props.focusTick]);
  // A row far away is drawn after the scroll, and gets the focus then.
  useEffect(() => {
    if (props.focusTick === 0) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-request="${activeId}"]`);
    if (row && document.activeElement === document.body) row.focus({ preventScroll: true });
  });

  return (
    <div className="list" ref={scroller}>
      <div
        role="grid"
        aria-label={t.inbox.list}
        aria-rowcount={items.length}
        aria-busy={props.isBusy || undefined}
        aria-multiselectable={props.mayDecide || undefined}
        className="list-body"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {visible.map((one) => {
          const item = items[one.index];
          if (!item) return null;
          const isStuck = item.kind === 'group' && one.index === stuck.current;
          const style = isStuck
            ? { height: one.size }
            : { height: one.size, transform: `translateY(${one.start}px)` };
          const isEntry = item.kind === 'entry';
          const isActive = one.index === activeIndex;
          const isSelected = isEntry && isEntrySelected(item.entry, selection);
          return (
            <div
              key={one.key}
              role="row"
              aria-rowindex={one.index + 1}
              aria-selected={isEntry && props.mayDecide ? isSelected : undefined}
              aria-label={isEntry ? spokenRow(item.entry, now) : undefined}
              data-request={isEntry ? item.entry.row.id : undefined}
              tabIndex={
                isEntry
                  ? isActive || (activeIndex < 0 && one.index === firstEntry(items))
                    ? 0
                    : -1
                  : undefined
              }
              className={isStuck ? 'list-item is-stuck' : 'list-item'}
              style={style}
            >
              {render(item, one.index)}
            </div>
          );
        })}
      </div>
    </div>
  );

  function render(item: Item, index: number) {
    const { actions, mayDecide } = props;
    switch (item.kind) {
      case 'group': {
        const entries = entriesOfGroup.get(item.group.key) ?? [];
        const on = entries.filter((entry) => isEntrySelected(entry, selection)).length;
        const state = selection.isAllMatching
          ? 'on'
          : on === 0
            ? 'off'
            : on === entries.length
              ? 'on'
              : 'some';
        return (
          <GroupRow
            group={item.group}
            total={props.totalOf(item.group)}
            state={state}
            mayDecide={mayDecide}
            mayTake={props.grouping === 'line'}
            isFirst={index === 0}
            isActive={item.group.key === items[activeIndex]?.group.key}
            grouping={props.grouping}
            actions={actions}
          />
        );
      }
      case 'entry':
        return (
          <EntryRow
            entry={item.entry}
            isActive={index === activeIndex}
            isSelected={isEntrySelected(item.entry, selection)}
            isFolded={item.isFolded}
            isFirst={activeIndex < 0 && index === firstEntry(items)}
            returned={overlay.returned.get(item.entry.row.id)}
            dimmed={overlay.dimmed.get(item.entry.row.id)}
            mayDecide={mayDecide}
            showImage={props.grouping === 'none' || props.grouping === 'digest'}
            now={now}
            actions={actions}
          />
        );
      case 'fold':
        return <FoldRow item={item} actions={actions} />;
      case 'loading':
        return (
          <div className="list-loading" role="gridcell" aria-busy="true">
            <span className="sr">{t.inbox.loadingRows}</span>
          </div>
        );
      case 'failed':
        return (
          <div className="list-failed" role="gridcell">
            {t.inbox.groupFailed}
            <button type="button" className="link" onClick={actions.retry}>
              {t.inbox.retry}
            </button>
          </div>
        );
    }
  }
}

/** The groups that are seen, and some on either side. */
function nearGroups(items: readonly Item[], from: number, to: number): string[] {
  const seen = new Set<string>();
  for (let i = from; i <= to; i++) seen.add(items[i]?.group.key ?? '');
  const most = seen.size + GROUPS_AHEAD;
  for (let i = to + 1; i < items.length && seen.size < most; i++) seen.add(items[i]?.group.key ?? '');
  for (let i = from - 1; i >= 0 && seen.size < most + GROUPS_AHEAD; i--) seen.add(items[i]?.group.key ?? '');
  seen.delete('');
  return [...seen];
}

interface Place {
  readonly key: string;
  readonly start: number;
  readonly size: number;
}

function placesOf(items: readonly Item[], heights: (typeof HEIGHTS)['wide']): Place[] {
  let start = 0;
  return items.map((item) => {
    const size =
      item.kind === 'loading'
        ? item.rows * heights.entry + (item.hasFold ? heights.fold : 0)
        : item.kind === 'failed'
          ? heights.entry
          : heights[item.kind];
    const place = { key: item.key, start, size };
    start += size;
    return place;
  });
}

/** Rows that come, go or take more room above what is read do not move it. */
function useAnchor(scroller: RefObject<HTMLDivElement | null>, places: readonly Place[]): void {
  const before = useRef(places);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = places;
    const element = scroller.current;
    if (!element || was === places || element.scrollTop === 0) return;
    const top = element.scrollTop;
    const first = was.findIndex(({ start }) => start >= top);
    for (const { key, start } of first < 0 ? [] : was.slice(first, first + ANCHORS)) {
      const now = places.find((place) => place.key === key);
      if (now === undefined) continue;
      if (start !== now.start) element.scrollTop += now.start - start;
      return;
    }
  }, [places, scroller]);
}

function isEntrySelected(entry: Entry, selection: Selection): boolean {
  return selection.isAllMatching || idsOf(entry).every((id) => selection.ids.has(id));
}

function firstEntry(items: readonly Item[]): number {
  return items.findIndex((item) => item.kind === 'entry');
}

/** All entries of each group, in folds and out of them. */
export function entriesByGroup(items: readonly Item[]): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const item of items) {
    if (item.kind !== 'entry' && item.kind !== 'fold') continue;
    const list = found.get(item.group.key) ?? [];
    found.set(item.group.key, list);
    if (item.kind === 'fold') list.push(...item.entries);
    else if (!item.isFolded) list.push(item.entry);
  }
  return found;
}
