import { BUMPS, type Bump, type Facets } from '../api/types.js';
import type { InboxFilter } from '../filters.js';
import { number } from '../intl.js';
import { t } from '../messages/en.js';
import { agesShown } from '../preferences.js';
import { visible } from '../tag-difference.js';
import { CrossIcon, FilterIcon } from '../ui/icons.js';
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.js';

/** What the list could be narrowed to, with counts. */
export function FacetBar(props: {
  filter: InboxFilter;
  facets: Facets | null;
  total: number | null;
  onChange(next: Partial<InboxFilter>): void;
}) {
  const { filter, facets, total, onChange } = props;
  return (
    <div className="facet-bar">
      <div className="facets" role="group" aria-label={t.inbox.facets} tabIndex={0}>
        <button
          type="button"
          className="facet"
          aria-pressed={filter.bump.length === 0}
          onClick={() => onChange({ bump: [] })}
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
            onToggle={(isAdding) => onChange({ bump: nextBumps(filter.bump, bump, isAdding) })}
          />
        ))}
      </div>
      <MoreFilters filter={filter} facets={facets} onChange={onChange} />
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
/** Who asks for requests: the service knows these two. */
const SOURCES = ['image_monitor', 'gate'] as const;
const sourceName = (source: string): string => t.inbox.sources[source] ?? t.inbox.source(visible(source));
const GROWTHS_MB = [10, 50, 100] as const;

function MoreFilters({
  filter,
  facets,
  onChange,
}: {
  filter: InboxFilter;
  facets: Facets | null;
  onChange(next: Partial<InboxFilter>): void;
}) {
  const more = facets?.more ?? {};
  const parts = [
    { title: t.inbox.image, name: 'image' as const, counts: more.image },
    { title: t.inbox.category, name: 'category' as const, counts: more.category },
    { title: t.inbox.missing, name: 'missing' as const, counts: more.missing },
  ].filter((part) => (part.counts?.length ?? 0) > 0);
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
      <MenuLine />
      <MenuChoices
        title={t.inbox.sourceTitle}
        value={filter.source || null}
        choices={SOURCES.map((value) => ({ value, label: sourceName(value) }))}
        onChoose={(value) => onChange({ source: filter.source === value ? '' : value })}
      />
    </Menu>
  );
}

/** Filters that no facet shows, each with its way out. */
export function Chips({
  filter,
  onChange,
}: {
  filter: InboxFilter;
  onChange(next: Partial<InboxFilter>): void;
}) {
  const chips: [string, Partial<InboxFilter>][] = [];
  if (filter.image) chips.push([visible(filter.image), { image: '' }]);
  if (filter.category) chips.push([visible(filter.category), { category: '' }]);
  if (filter.missing) chips.push([t.inbox.missingPlatform(visible(filter.missing)), { missing: '' }]);
  if (filter.olderThan !== null) chips.push([t.inbox.olderThan(filter.olderThan), { olderThan: null }]);
  if (filter.newerThan !== null) chips.push([t.inbox.newerThan(filter.newerThan), { newerThan: null }]);
  if (filter.growth !== null) chips.push([t.inbox.growth(filter.growth / 1e6), { growth: null }]);
  if (filter.source) chips.push([sourceName(filter.source), { source: '' }]);
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
