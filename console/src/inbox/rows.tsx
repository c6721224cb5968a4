import { memo } from 'react';
import type { Row } from '../api/types.js';
import { change, list, number, size, spokenAge } from '../intl.js';
import { t } from '../messages/en.js';
import { nameOf } from '../decide.js';
import { visible } from '../tag-difference.js';
import { Age, Checkbox, KindBadge, Monogram, Tag } from '../ui/parts.js';
import { ChevronIcon, WarningIcon } from '../ui/icons.js';
import type { Entry, Item } from './items.js';
import type { Group } from '../api/types.js';

const MOST_ALIASES = 2;
const SMALLER_PERCENT = -10;
const LARGER_PERCENT = 25;

export interface RowActions {
  toggle(entry: Entry, isRange: boolean): void;
  activate(entry: Entry, isOpening: boolean): void;
  decide(entry: Entry, action: 'approve' | 'reject'): void;
  toggleFold(groupKey: string): void;
  selectGroup(group: Group, isOn: boolean): void;
  takeNewest(group: Group): void;
  retry(): void;
}

/** "linux/arm/v7" is "arm/v7" where everything is Linux. */
export const shortPlatform = (name: string): string => name.replace(/^linux\//, '');

export function lineName(line: string | null, variant: string | null): string {
  if (line === null) return '';
  if (!variant || !line.endsWith(variant) || line === variant) return visible(line);
  return `${visible(line.slice(0, -variant.length))} · ${visible(variant.replace(/^[-_.]/, ''))}`;
}

/** Everything of a row in one sentence, for who cannot see its columns. */
export function spokenRow(entry: Entry, now: number): string {
  const { row } = entry;
  const parts = [nameOf(row).replace(':', ' '), t.kind[row.bump].toLowerCase()];
  if (entry.also.length > 0) parts.push(t.inbox.tags(entry.also.length + 1));
  if (row.size_bytes !== null) parts.push(t.inbox.megabytes(Math.round(row.size_bytes / 1e6)));
  const percent = Math.round(row.size_change_percent ?? 0);
  if (percent !== 0) parts.push(percent < 0 ? t.inbox.smaller(-percent) : t.inbox.larger(percent));
  if (row.platforms_missing.length > 0)
    parts.push(t.inbox.lacks(list(row.platforms_missing.map(shortPlatform))));
  if (row.pushed_at) parts.push(t.inbox.pushedAgo(spokenAge(row.pushed_at, now)));
  if (row.approved) parts.push(t.inbox.approvedIs(visible(row.approved.tag)));
  return parts.join(', ');
}

export function SizeChange({ percent }: { percent: number | null }) {
  if (percent === null) return null;
  const tone = percent <= SMALLER_PERCENT ? 'ok' : percent >= LARGER_PERCENT ? 'warning' : 'dim';
  return <span className={tone}>{change(percent)}</span>;
}

export function Platforms({ row }: { row: Row }) {
  const [first, ...more] = row.platforms_missing;
  if (first !== undefined) {
    return (
      <span className="warning platforms" title={t.inbox.lacks(list(row.platforms_missing))}>
        <WarningIcon size={14} />{' '}
        <span className="cut">{t.inbox.noPlatform(visible(shortPlatform(first)), more.length)}</span>
      </span>
    );
  }
  return (
    <span className="dim">
      {row.platform_count === null || row.platform_count === 0 ? '–' : t.inbox.platforms(row.platform_count)}
    </span>
  );
}

function Aliases({ entry }: { entry: Entry }) {
  const own = entry.row.tag_name;
  const names = [...new Set([...entry.also.map((row) => row.tag_name ?? ''), ...entry.row.aliases])].filter(
    (name) => name !== '' && name !== own,
  );
  if (names.length === 0) return null;
  const more = names.length - MOST_ALIASES;
  return (
    <span className="aliases cut" title={names.map(visible).join(' ')}>
      {'= '}
      {names.slice(0, MOST_ALIASES).map(visible).join(' ')}
      {more > 0 ? ` +${number(more)}` : ''}
      {entry.also.length > 0 ? <span className="count">{t.inbox.tags(entry.also.length + 1)}</span> : null}
    </span>
  );
}

export const EntryRow = memo(function EntryRow(props: {
  entry: Entry;
  isActive: boolean;
  isSelected: boolean;
  isFolded: boolean;
  isFirst: boolean;
  returned: string | undefined;
  dimmed: string | undefined;
  mayDecide: boolean;
  showImage: boolean;
  now: number;
  actions: RowActions;
}) {
  const { entry, actions, isActive } = props;
  const { row } = entry;
  const controls = isActive || props.isFirst ? 0 : -1;
  const isWaiting = row.status === 'pending' && props.dimmed === undefined;
  return (
    <div
      className={`row ${isActive ? 'is-active' : ''} ${props.isSelected ? 'is-selected' : ''} ${props.isFolded ? 'is-folded' : ''} ${props.dimmed ? 'is-dimmed' : ''}`}
      onClick={(event) => {
        if (event.shiftKey) actions.toggle(entry, true);
        else actions.activate(entry, true);
      }}
    >
      <div role="gridcell" className="cell-check">
        {props.mayDecide ? (
          <Checkbox
            state={props.isSelected ? 'on' : 'off'}
            label={t.inbox.select(nameOf(row))}
            tabIndex={controls}
            onToggle={(event) => actions.toggle(entry, 'shiftKey' in event && event.shiftKey)}
          />
        ) : null}
      </div>
      <div role="gridcell" className="cell-tag">
        {props.showImage ? <span className="row-image cut">{visible(row.image_name)}</span> : null}
        {row.tag_name === null ? (
          <span className="dim">{t.inbox.wholeImage}</span>
        ) : (
          <Tag tag={row.tag_name} approved={row.approved?.tag ?? null} longest={props.showImage ? 24 : 36} />
        )}
        <Aliases entry={entry} />
        {props.returned ? <span className="row-note warning cut">{props.returned}</span> : null}
        {props.dimmed ? <span className="row-note dim cut">{props.dimmed}</span> : null}
        {row.status !== 'pending' ? (
          <span className="row-note dim cut">
            {t.detail.decided(t.status[row.status], row.reviewed_by ?? t.detail.somebody)}
          </span>
        ) : null}
      </div>
      <div role="gridcell" className="cell-kind">
        <KindBadge kind={row.bump} />
      </div>
      <div role="gridcell" className="cell-size">
        {size(row.size_bytes)}
      </div>
      <div role="gridcell" className="cell-change">
        <SizeChange percent={row.size_change_percent} />
      </div>
      <div role="gridcell" className="cell-platforms">
        <Platforms row={row} />
      </div>
      <div role="gridcell" className="cell-age">
        <Age at={row.pushed_at ?? row.requested_at} now={props.now} />
        {props.mayDecide && isWaiting ? (
          <span className="row-actions">
            <button
              type="button"
              className="button button-small"
              tabIndex={controls}
              onClick={(event) => {
                event.stopPropagation();
                actions.decide(entry, 'approve');
              }}
            >
              {t.detail.approve}
            </button>
            <button
              type="button"
              className="button button-small"
              tabIndex={controls}
              onClick={(event) => {
                event.stopPropagation();
                actions.decide(entry, 'reject');
              }}
            >
              {t.detail.reject}
            </button>
          </span>
        ) : null}
      </div>
    </div>
  );
});

export const GroupRow = memo(function GroupRow(props: {
  group: Group;
  total: number;
  state: 'on' | 'off' | 'some';
  mayDecide: boolean;
  mayTake: boolean;
  isFirst: boolean;
  /** The row being read is in it: Tab reaches what acts on all of it. */
  isActive: boolean;
  grouping: 'line' | 'image' | 'digest' | 'none';
  actions: RowActions;
}) {
  const { group, actions } = props;
  const name = [
    visible(group.image_name),
    props.grouping === 'line' ? lineName(group.line, group.variant) : '',
  ]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={props.isFirst ? 'group is-first' : 'group'}>
      <div role="gridcell" className="cell-check">
        {props.mayDecide ? (
          <Checkbox
            state={props.state}
            label={t.inbox.selectLine(name)}
            tabIndex={props.isActive ? 0 : -1}
            onToggle={() => actions.selectGroup(group, props.state !== 'on')}
          />
        ) : null}
      </div>
      <div role="rowheader" className="group-name">
        <Monogram name={group.image_name} />
        <strong className="cut">{visible(group.image_name)}</strong>
        {props.grouping === 'line' && group.line ? (
          <span className="group-line cut">{lineName(group.line, group.variant)}</span>
        ) : null}
        <span className="count" title={t.inbox.count(props.total)}>
          {number(props.total)}
        </span>
      </div>
      <div role="gridcell" className="group-end">
        {props.grouping === 'line' ? (
          <span className="group-approved dim">
            {group.approved ? (
              <>
                {t.inbox.approved} <span className="tag">{visible(group.approved.tag)}</span>
              </>
            ) : (
              t.inbox.nothingApproved
            )}
          </span>
        ) : null}
        {props.mayDecide && props.mayTake && group.approved && group.total > 1 ? (
          <button
            type="button"
            className="button button-small group-take"
            tabIndex={props.isActive ? 0 : -1}
            onClick={() => actions.takeNewest(group)}
          >
            {t.inbox.takeNewest}
          </button>
        ) : null}
      </div>
    </div>
  );
});

export function FoldRow({ item, actions }: { item: Extract<Item, { kind: 'fold' }>; actions: RowActions }) {
  const first = item.entries.at(-1)?.row.tag_name ?? '';
  const last = item.entries[0]?.row.tag_name ?? '';
  return (
    <div className="fold">
      <div role="gridcell">
        <button
          type="button"
          className="fold-button"
          aria-expanded={item.isOpen}
          tabIndex={-1}
          onClick={() => actions.toggleFold(item.group.key)}
        >
          <span className={item.isOpen ? 'chevron is-open' : 'chevron'}>
            <ChevronIcon size={14} />
          </span>
          {t.inbox.olderPatches(item.entries.length)}
          <span className="tag dim cut">
            {first === last ? visible(first) : t.inbox.from(visible(first), visible(last))}
          </span>
        </button>
      </div>
    </div>
  );
}
