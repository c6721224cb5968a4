import type { RefObject } from 'react';
import type { Facets } from '../api/types.js';
import { GROUPINGS, SORTS, type InboxFilter } from '../filters.js';
import { age, list, moment } from '../intl.js';
import { lazily } from '../lazily.js';
import { t } from '../messages/en.js';
import { settled } from '../queries.js';
import { useStore } from '../store.js';
import { GroupIcon, StarIcon } from '../ui/icons.js';
import { Menu, MenuChoices, MenuLine } from '../ui/menu.js';
import { useNow } from '../ui/parts.js';
import { SearchField } from './search-field.js';

/** What stands for the menu until it is here. */
const VIEWS = (
  <button type="button" className="button" aria-label={t.inbox.views}>
    <StarIcon />
    <span className="hide-narrow">{t.inbox.views}</span>
  </button>
);
const ViewsMenu = lazily(
  () => import('./views-menu.js'),
  (_, error) => (error === undefined ? VIEWS : null),
);

export interface HeadProps {
  filter: InboxFilter;
  filterText: string;
  facets: Facets | null;
  total: number | null;
  isTotalExact: boolean;
  searchField: RefObject<HTMLInputElement | null>;
  setFilter(next: Partial<InboxFilter>, isTyping?: boolean): void;
  onView(query: string): void;
  onLeaveSearch(): void;
}

/** Title, one line of facts, search, grouping and views. */
export function InboxHead(props: HeadProps) {
  const { filter, setFilter } = props;
  const isSettled = useStore(settled);
  return (
    <header className="page-head">
      <div className="page-title">
        <h1>
          {filter.status.join() === 'pending'
            ? t.inbox.title
            : list(filter.status.map((one) => t.inbox.statuses[one]))}
        </h1>
        <Facts {...props} />
      </div>
      <SearchField
        value={filter.q}
        fieldRef={props.searchField}
        onChange={(q) => setFilter({ q }, true)}
        onLeave={props.onLeaveSearch}
      />
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
      {isSettled ? <ViewsMenu query={props.filterText} onChoose={props.onView} /> : VIEWS}
    </header>
  );
}

function Facts({ filter, facets, total, isTotalExact }: HeadProps) {
  const now = useNow();
  const isPending = filter.status.join() === 'pending';
  return (
    <p className="page-facts">
      {total === null
        ? null
        : isPending
          ? t.inbox.waiting(total, isTotalExact)
          : t.inbox.inStatus(total, list(filter.status.map((one) => t.status[one])), isTotalExact)}
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
  );
}
