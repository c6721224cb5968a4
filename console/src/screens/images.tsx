import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { number } from '../intl.js';
import { useKeys } from '../keys.js';
import { t } from '../messages/en-screens.js';
import { useMay, useSettles } from '../queries.js';
import { shortTag, visible } from '../tag-difference.js';
import { lazyDialog } from '../ui/dialog.js';
import { PlusIcon, SearchIcon } from '../ui/icons.js';
import { Menu, MenuChoices } from '../ui/menu.js';
import { Age, Failure, Monogram, problemOf, Skeleton, useNow } from '../ui/parts.js';
import { NextCheck } from './parts.js';
import { oneOf, upTo, usePlace, type Rules } from './use-place.js';

const AddImage = lazyDialog(() => import('./add-image.js'));

type Page = components['schemas']['ImageList'];
type Image = Page['images'][number];
type Categories = components['schemas']['CategoryList'];

const LIMIT = 100;
const SORTS = ['name', 'newest', 'last_check', 'next_check'] as const;

const PLACE: Rules<'q' | 'category' | 'watched' | 'error' | 'sort'> = {
  q: upTo(200),
  category: upTo(100),
  watched: oneOf(['yes', 'no']),
  /** `yes`, or one cause. */
  error: oneOf(['yes', ...Object.keys(t.monitor.causes)]),
  sort: oneOf(SORTS),
};

/** What is watched and how it stands; filters and search are in the address. */
export default function Images() {
  const place = usePlace(PLACE);
  const [, navigate] = useLocation();
  const may = useMay();
  const [isAdding, setIsAdding] = useState(false);
  const { q: search = '', category = '', watched = '', error: failing = '' } = place;
  const sort = SORTS.find((one) => one === place.sort) ?? 'name';
  const isFiltered = [search, category, watched, failing].some((one) => one !== '');
  const field = useRef<HTMLInputElement>(null);
  const set = (name: string, value: string, replace = false): void => {
    const next = new URLSearchParams(place);
    if (value === '') next.delete(name);
    else next.set(name, value);
    navigate(next.size === 0 ? '/images' : `/images?${next}`, { replace });
  };
  const pages = useInfiniteQuery({
    queryKey: ['images', search, category, watched, failing, sort],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.next_cursor,
    placeholderData: (before) => before,
    queryFn: ({ signal, pageParam }) =>
      call<Page>('get', '/images', {
        query: {
          limit: LIMIT,
          cursor: pageParam ?? undefined,
          search: search || undefined,
          category: category || undefined,
          watch_for_updates: watched === '' ? undefined : watched === 'yes',
          failing: failing === '' ? undefined : true,
          error_kind: failing === '' || failing === 'yes' ? undefined : failing,
          sort,
        },
        signal,
      }),
  });
  useSettles(pages.isSuccess);
  useKeys({ '/': () => field.current?.focus() });
  const [text, setText] = useState(search);
  useEffect(() => {
    if (text === search) return;
    const timer = setTimeout(() => set('q', text, true), 150);
    return () => clearTimeout(timer);
  });
  const images = pages.data?.pages.flatMap((page) => page.images) ?? [];
  const first = pages.data?.pages[0];
  const problem = problemOf(pages.error);
  return (
    <main id="content" className="page" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          <h1>{t.images.title}</h1>
          <p className="page-facts">
            {first ? t.images.facts(first.total, first.total_is_exact !== false) : null}
          </p>
        </div>
        <div className="search">
          <SearchIcon />
          <input
            ref={field}
            type="search"
            aria-label={t.images.search}
            placeholder={t.images.search}
            value={text}
            maxLength={200}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
        <Filters place={{ category, watched, failing }} onChange={set} />
        <SortMenu sort={sort} onChange={set} />
        {may.admin ? (
          <button type="button" className="button keeps-label" onClick={() => setIsAdding(true)}>
            <PlusIcon />
            {t.images.add}
          </button>
        ) : null}
      </header>
      {problem ? <Failure problem={problem} retry={() => void pages.refetch()} /> : null}
      {pages.isPending ? <Skeleton /> : null}
      {first && images.length === 0 ? (
        <div className="empty">
          <p>{isFiltered ? t.images.nothing : t.empty.never}</p>
          {isFiltered ? (
            <button type="button" className="button" onClick={() => (setText(''), navigate('/images'))}>
              {t.images.clear}
            </button>
          ) : null}
        </div>
      ) : null}
      {images.length > 0 ? (
        <div className="page-section table-scroll" tabIndex={0} role="region" aria-label={t.images.title}>
          <ImagesTable images={images} />
          {pages.hasNextPage ? (
            <button
              type="button"
              className="button more"
              disabled={pages.isFetchingNextPage}
              onClick={() => void pages.fetchNextPage()}
            >
              {t.images.loadMore}
            </button>
          ) : null}
        </div>
      ) : null}
      {isAdding ? <AddImage onClose={() => setIsAdding(false)} /> : null}
    </main>
  );
}

const failingName = (failing: string): string =>
  failing === 'yes'
    ? t.images.failingFilter.yes
    : t.images.failingWith(t.monitor.causes[failing] ?? visible(failing));

type SetFilter = (name: string, value: string) => void;

function Filters(props: {
  place: { category: string; watched: string; failing: string };
  onChange: SetFilter;
}) {
  const { category, watched, failing } = props.place;
  const set = props.onChange;
  const categories = useQuery({
    queryKey: ['images', 'categories'],
    queryFn: ({ signal }) => call<Categories>('get', '/images/categories', { signal }),
  });
  const chosen =
    [
      watched === '' ? '' : t.images.watchedFilter[watched === 'yes' ? 'yes' : 'no'],
      failing === '' ? '' : failingName(failing),
      visible(category),
    ]
      .filter(Boolean)
      .join(' · ') || t.images.all;
  return (
    <Menu label={`${t.inbox.moreTitle}: ${chosen}`} className="button keeps-label" trigger={chosen}>
      <MenuChoices
        title={t.images.watched}
        value={watched || 'all'}
        choices={(['all', 'yes', 'no'] as const).map((value) => ({
          value,
          label: t.images.watchedFilter[value],
        }))}
        onChoose={(value) => set('watched', value === 'all' ? '' : value)}
      />
      <MenuChoices
        title={t.images.failing}
        value={failing || 'all'}
        choices={[
          ...(['all', 'yes'] as const).map((value) => ({
            value,
            label: t.images.failingFilter[value],
          })),
          ...(failing === '' || failing === 'yes' ? [] : [{ value: failing, label: failingName(failing) }]),
        ]}
        onChoose={(value) => set('error', value === 'all' ? '' : value)}
      />
      <MenuChoices
        title={t.images.category}
        value={category}
        choices={[
          { value: '', label: t.images.any },
          ...(categories.data?.categories ?? []).flatMap((one) =>
            one.category === null
              ? []
              : [{ value: one.category, label: visible(one.category), count: one.images }],
          ),
        ]}
        onChoose={(value) => set('category', value)}
      />
    </Menu>
  );
}

function SortMenu({ sort, onChange }: { sort: (typeof SORTS)[number]; onChange: SetFilter }) {
  return (
    <Menu
      label={`${t.images.sort}: ${t.images.sorts[sort]}`}
      className="button keeps-label"
      trigger={t.images.sorts[sort]}
    >
      <MenuChoices
        title={t.images.sort}
        value={sort}
        choices={SORTS.map((value) => ({ value, label: t.images.sorts[value] }))}
        onChoose={(value) => onChange('sort', value === 'name' ? '' : value)}
      />
    </Menu>
  );
}

function ImagesTable({ images }: { images: readonly Image[] }) {
  const now = useNow();
  return (
    <table className="plain-table stacking images-table">
      <thead>
        <tr>
          <th scope="col">{t.images.name}</th>
          <th scope="col">{t.images.approved}</th>
          <th scope="col" className="number">
            {t.images.pending}
          </th>
          <th scope="col">{t.images.watched}</th>
          <th scope="col" className="number">
            {t.images.lastCheck}
          </th>
          <th scope="col" className="number">
            {t.images.nextCheck}
          </th>
          <th scope="col">{t.images.lastError}</th>
        </tr>
      </thead>
      <tbody>
        {images.map((image) => (
          <ImageRow key={image.id} image={image} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function ImageRow({ image, now }: { image: Image; now: number }) {
  return (
    <tr>
      <th scope="row">
        <Link href={`/images/${image.id}`} className="image-link">
          <Monogram name={image.image_name} />
          {visible(image.image_name)}
        </Link>
      </th>
      <td className="tag" data-name={t.images.approved}>
        {image.approved_newest ? (
          visible(shortTag(image.approved_newest.tag, 24))
        ) : (
          <span className="dim">{t.images.none}</span>
        )}
      </td>
      <td className="number" data-name={t.images.pending}>
        {image.pending_count > 0 ? (
          <Link href={`/inbox?image=${encodeURIComponent(image.image_name)}`}>
            {number(image.pending_count)}
          </Link>
        ) : (
          <span className="dim">0</span>
        )}
      </td>
      <td data-name={t.images.watched}>
        {image.watch_for_updates ? t.images.yes : <span className="dim">{t.images.no}</span>}
      </td>
      <td className="number dim" data-name={t.images.lastCheck}>
        {image.last_checked_at ? <Age at={image.last_checked_at} now={now} /> : t.images.never}
      </td>
      <td className="number dim" data-name={t.images.nextCheck}>
        {image.watch_for_updates ? <NextCheck at={image.next_check_at} now={now} /> : '–'}
      </td>
      <td className="error-cell" data-name={t.images.lastError}>
        {image.last_error ? <span className="danger">{visible(image.last_error)}</span> : null}
      </td>
    </tr>
  );
}
