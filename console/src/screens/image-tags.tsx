import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { lineName } from '../inbox/rows.js';
import { dayOf, size } from '../intl.js';
import { t } from '../messages/en-screens.js';
import type { Span } from '../plots/timeline.js';
import { shortTag, visible } from '../tag-difference.js';
import { CrossIcon } from '../ui/icons.js';
import { Menu, MenuChoices } from '../ui/menu.js';
import { Age, Skeleton, useNow } from '../ui/parts.js';
import { variantName } from '../variant-name.js';
import { Section } from './parts.js';
import { isTime, oneOf, upTo, usePlace, type Rules } from './use-place.js';

type Tags = components['schemas']['ObservedTagList'];
export type ObservedTag = Tags['observed_tags'][number];

const TAGS = 100;
const STATES = ['approved', 'pending', 'rejected', 'superseded', 'seen', 'held'] as const;

const PLACE: Rules<'state' | 'line' | 'variant' | 'from' | 'to'> = {
  state: oneOf(STATES),
  line: upTo(128),
  variant: upTo(128),
  from: isTime,
  to: isTime,
};

interface TagFilter {
  state?: string;
  line?: { line: string; variant: string };
  variant?: string;
}

function useTags(id: number, filter: TagFilter) {
  return useInfiniteQuery({
    queryKey: ['images', 'tags', id, filter],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Tags) => page.next_cursor,
    placeholderData: (before) => before,
    queryFn: ({ signal, pageParam }) =>
      call<Tags>('get', `/images/${id}/observed-tags`, {
        query: {
          limit: TAGS,
          cursor: pageParam ?? undefined,
          state: filter.state,
          line: filter.line?.line,
          variant: filter.variant,
        },
        signal,
      }),
  });
}

/** Which tags are shown, in the address: `?state=pending&line=7-alpine&from=…&to=…`. */
function useTagFilter(id: number) {
  const place = usePlace(PLACE);
  const [, navigate] = useLocation();
  const { state, line, variant } = place;
  const [from, to] = [Date.parse(place.from ?? ''), Date.parse(place.to ?? '')];
  const filter: TagFilter = {
    ...(state ? { state } : {}),
    ...(line ? { line: { line, variant: variantIn(line) } } : {}),
    ...(variant === undefined ? {} : { variant }),
  };
  const span: Span | null = from <= to ? [from, to] : null;
  const set = (next: Omit<TagFilter, 'line'> & { line?: string; span?: Span | null }): void => {
    const changed = new URLSearchParams(place);
    for (const name of ['state', 'line', 'variant'] as const) {
      if (!(name in next)) continue;
      if (next[name] === undefined) changed.delete(name);
      else changed.set(name, next[name]);
    }
    if ('span' in next) {
      for (const [i, name] of ['from', 'to'].entries()) {
        if (next.span) changed.set(name, new Date(next.span[i] ?? 0).toISOString());
        else changed.delete(name);
      }
    }
    navigate(`/images/${id}${changed.size === 0 ? '' : `?${changed}`}`, { replace: true });
  };
  return { filter, span, set };
}

/** "-alpine" of "7-alpine". */
const variantIn = (line: string): string => /^[^-_]*([-_].+)?$/.exec(line)?.[1] ?? '';

const isWithin = (iso: string | null, span: Span | null): boolean =>
  span === null || (iso !== null && Date.parse(iso) >= span[0] && Date.parse(iso) <= span[1]);

const spanText = (span: Span): string =>
  t.images.between(dayOf(new Date(span[0]).toISOString()), dayOf(new Date(span[1]).toISOString()));

export type ImageTags = ReturnType<typeof useImageTags>;

/** Every tag that was seen of an image, those that its filter keeps, and of these the ones that were pushed in a span. */
export function useImageTags(id: number) {
  const { filter, span, set } = useTagFilter(id);
  const everything = useTags(id, {});
  const query = useTags(id, filter);
  const kept = tagsIn(query.data);
  return {
    filter,
    span,
    set,
    query,
    all: tagsIn(everything.data),
    kept,
    shown: kept.filter((tag) => isWithin(tag.last_updated, span)),
  };
}

const tagsIn = (data: { pages: Tags[] } | undefined): ObservedTag[] =>
  data?.pages.flatMap((page) => page.observed_tags) ?? [];

/** The tags as a table, under what they can be narrowed to. */
export function TagsSection({ tags }: { tags: ImageTags }) {
  const { all, shown, filter, span, set, query } = tags;
  return (
    <Section title={t.images.tags}>
      <Narrowing all={all} filter={filter} onChange={set} />
      {span ? (
        <p className="chips chips-bar chips-plain">
          <button
            type="button"
            className="chip"
            aria-label={t.inbox.remove(spanText(span))}
            onClick={() => set({ span: null })}
          >
            {spanText(span)}
            <CrossIcon size={12} />
          </button>
        </p>
      ) : null}
      {query.isPending ? <Skeleton rows={3} /> : null}
      {query.data && shown.length === 0 ? (
        <p className="dim">{all.length === 0 ? t.images.noTags : t.images.noTagMatches}</p>
      ) : null}
      {shown.length > 0 ? <TagTable tags={shown} /> : null}
      {query.hasNextPage ? (
        <button
          type="button"
          className="button more"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t.images.loadMore}
        </button>
      ) : null}
    </Section>
  );
}

function Narrowing(props: { all: readonly ObservedTag[]; filter: TagFilter; onChange: ImageTags['set'] }) {
  const { all, filter, onChange } = props;
  return (
    <div className="facets facets-plain" role="group" aria-label={t.images.state}>
      <button
        type="button"
        className="facet"
        aria-pressed={filter.state === undefined}
        onClick={() => onChange({ state: undefined })}
      >
        {t.inbox.all}
      </button>
      {STATES.filter((one) => all.some((tag) => tag.state === one)).map((one) => (
        <button
          key={one}
          type="button"
          className="facet"
          aria-pressed={filter.state === one}
          onClick={() => onChange({ state: one })}
        >
          <span className={`shape shape-${one}`} aria-hidden="true" />
          {t.images.states[one]}
        </button>
      ))}
      <LinesMenu tags={all} filter={filter} onChange={onChange} />
    </div>
  );
}

function TagTable({ tags }: { tags: readonly ObservedTag[] }) {
  const now = useNow();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.images.tags}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t.images.tag}</th>
            <th scope="col">{t.images.state}</th>
            <th scope="col" className="number">
              {t.images.size}
            </th>
            <th scope="col" className="number">
              {t.images.platformsColumn}
            </th>
            <th scope="col" className="number">
              {t.images.pushed}
            </th>
          </tr>
        </thead>
        <tbody>
          {tags.map((tag) => (
            <tr key={tag.tag}>
              <td className="tag" title={visible(tag.tag)}>
                {tag.request_id ? (
                  <Link href={`/requests/${tag.request_id}`}>{visible(shortTag(tag.tag))}</Link>
                ) : (
                  visible(shortTag(tag.tag))
                )}
              </td>
              <td>
                <span className="state">
                  <span className={`shape shape-${tag.state}`} aria-hidden="true" />
                  {t.images.states[tag.state] ?? tag.state}
                </span>
              </td>
              <td className="number">{size(tag.size_bytes)}</td>
              <td className="number dim">{tag.platforms.length || '–'}</td>
              <td className="number dim">
                <Age at={tag.last_updated} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LinesMenu(props: {
  tags: readonly ObservedTag[];
  filter: TagFilter;
  onChange(next: { line?: string; variant?: string }): void;
}) {
  const { filter } = props;
  const lines = new Map(
    props.tags.flatMap((tag) => (tag.line === null ? [] : [[tag.line, lineName(tag.line, tag.variant)]])),
  );
  const variants = [...new Set(props.tags.map((tag) => tag.variant))];
  if (lines.size < 2 && variants.length < 2) return null;
  const chosen = [
    filter.line ? lineName(filter.line.line, filter.line.variant) : t.images.allLines,
    ...(filter.variant === undefined ? [] : [variantName(filter.variant)]),
  ].join(' · ');
  // A value of a menu is a text; the empty variant is one, too.
  const [none, some] = ['all', 'is '];
  return (
    <Menu label={`${t.images.lines}: ${chosen}`} className="facet" trigger={chosen}>
      <MenuChoices
        title={t.images.line}
        value={filter.line ? some + filter.line.line : none}
        choices={[
          { value: none, label: t.images.allLines },
          ...[...lines].map(([line, name]) => ({ value: some + line, label: name || visible(line) })),
        ]}
        onChoose={(value) => props.onChange({ line: value === none ? undefined : value.slice(some.length) })}
      />
      <MenuChoices
        title={t.images.variant}
        value={filter.variant === undefined ? none : some + filter.variant}
        choices={[
          { value: none, label: t.images.allVariants },
          ...variants.map((variant) => ({ value: some + variant, label: variantName(variant) })),
        ]}
        onChoose={(value) =>
          props.onChange({ variant: value === none ? undefined : value.slice(some.length) })
        }
      />
    </Menu>
  );
}
