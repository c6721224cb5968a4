import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { call } from '../api/client.js';
import { routes } from '../api/routes.js';
import type { components } from '../api/schema.js';
import { ahead, moment, size } from '../intl.js';
import { t } from '../messages/en.js';
import { say } from '../notices.js';
import { queryClient, useMay } from '../queries.js';
import { shortTag, visible } from '../tag-difference.js';
import { BackIcon } from '../ui/icons.js';
import { Age, Failure, Monogram, problemOf, Skeleton, useNow } from '../ui/parts.js';
import { Fact, Outcome, Section } from './monitor.js';
import { Timeline } from '../plots/timeline.js';

const FiltersDialog = lazy(() => import('./filters-dialog.js'));

type One = components['schemas']['OneImageAnswer'];
type Tags = components['schemas']['ObservedTagList'];
type Checks = components['schemas']['CheckList'];
type Answer = components['schemas']['CheckAnswer'];

const TAGS = 100;
const CHECKS = 20;
const STATES = ['approved', 'pending', 'rejected', 'superseded', 'seen', 'held'] as const;

/** One image: its switches, a check by hand, and every tag that was seen. */
export default function OneImage({ id }: { id: number }) {
  const may = useMay();
  const now = useNow();
  const query = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => call<One>('get', `/images/${id}`, { signal }),
  });
  const [state, setState] = useState('');
  const [isFiltering, setIsFiltering] = useState(false);
  const tags = useInfiniteQuery({
    queryKey: ['images', 'tags', id],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Tags) => page.next_cursor,
    queryFn: ({ signal, pageParam }) =>
      call<Tags>('get', `/images/${id}/observed-tags`, {
        query: { limit: TAGS, cursor: pageParam ?? undefined },
        signal,
      }),
  });
  const checks = useQuery({
    queryKey: ['checks', id],
    queryFn: ({ signal }) =>
      call<Checks>('get', `/images/${id}/checks`, { query: { limit: CHECKS }, signal }),
  });
  const [check, setCheck] = useState<Answer['check'] | 'running' | null>(null);
  const problem = problemOf(query.error);
  const image = query.data?.image;

  const change = (method: 'put', path: string, body: object): void => {
    call(method, path, { body }).then(
      () => void queryClient.invalidateQueries({ queryKey: ['images'] }),
      (error: unknown) => say(problemOf(error)?.detail || t.error.noAnswer, 'error'),
    );
  };
  const checkNow = (): void => {
    setCheck('running');
    call<Answer>('post', `/images/${id}/check`, { body: {} }).then(
      (answer) => {
        setCheck(answer.check);
        void queryClient.invalidateQueries({ queryKey: ['images'] });
        void queryClient.invalidateQueries({ queryKey: ['checks'] });
      },
      (error: unknown) => {
        setCheck(null);
        say(problemOf(error)?.detail || t.error.noAnswer, 'error');
      },
    );
  };
  const all = tags.data?.pages.flatMap((page) => page.observed_tags) ?? [];
  const shown = state === '' ? all : all.filter((tag) => tag.state === state);
  return (
    <main id="content" className="page" tabIndex={-1}>
      <Link href="/images" className="button button-quiet back">
        <BackIcon /> {t.images.title}
      </Link>
      {problem?.status === 404 ? (
        <h1>{problem.detail}</h1>
      ) : problem && !image ? (
        <Failure problem={problem} retry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton /> : null}
      {image ? (
        <>
          <header className="page-head">
            <Monogram name={image.image_name} large />
            <div className="page-title">
              <h1>{visible(image.image_name)}</h1>
              <p className="page-facts">
                {image.pending_count > 0 ? (
                  <Link href={`/inbox?image=${encodeURIComponent(image.image_name)}`}>
                    {t.images.waiting(image.pending_count)}
                  </Link>
                ) : (
                  t.images.waiting(0)
                )}
                {image.description ? ` · ${visible(image.description)}` : ''}
              </p>
            </div>
            {may.decide ? (
              <button
                type="button"
                className="button keeps-label"
                disabled={check === 'running'}
                onClick={checkNow}
              >
                {check === 'running' ? t.images.checking : t.images.checkNow}
              </button>
            ) : null}
          </header>
          <p className="check-result" role="status">
            {check !== null && check !== 'running'
              ? check.error
                ? visible(check.error)
                : check.outcome === 'queued' || check.outcome === 'running'
                  ? t.images.queued
                  : t.images.outcome(
                      t.monitor.outcomes[check.outcome] ?? check.outcome,
                      check.tags_seen,
                      check.new_tags,
                      check.requests_created,
                    )
              : null}
          </p>
          {image.last_error ? <p className="bar-note danger">{visible(image.last_error)}</p> : null}
          <dl className="facts">
            <Fact name={t.images.watch}>
              <label className="switch">
                <input
                  type="checkbox"
                  role="switch"
                  checked={image.watch_for_updates}
                  disabled={!may.admin}
                  onChange={(event) =>
                    change('put', `/images/${id}/monitoring`, { watch_for_updates: event.target.checked })
                  }
                />
                {image.watch_for_updates ? t.images.yes : t.images.no}
              </label>
            </Fact>
            <Fact name={t.images.policy}>
              <select
                className="field field-select"
                aria-label={t.images.policy}
                value={image.request_policy ?? ''}
                disabled={!may.admin}
                onChange={(event) =>
                  change('put', `/images/${id}`, { request_policy: event.target.value || null })
                }
              >
                <option value="">{t.images.policyDefault}</option>
                {Object.entries(t.images.policies).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            </Fact>
            <Fact name={t.images.interval}>
              {image.check_interval_minutes === null
                ? t.images.intervalDefault
                : t.images.minutes(image.check_interval_minutes)}
            </Fact>
            <Fact name={t.images.category}>{image.category ? visible(image.category) : t.images.none}</Fact>
            <Fact name={t.images.lastCheck}>
              {image.last_checked_at ? <Age at={image.last_checked_at} now={now} /> : t.images.never}
            </Fact>
            <Fact name={t.images.nextCheck}>
              {image.watch_for_updates ? (
                <span title={moment(image.next_check_at)}>
                  {Date.parse(image.next_check_at) <= now
                    ? t.monitor.due
                    : ahead(Date.parse(image.next_check_at) - now)}
                </span>
              ) : (
                '–'
              )}
            </Fact>
            <Fact name={t.images.include}>
              <Patterns list={image.tag_include} />
            </Fact>
            <Fact name={t.images.exclude}>
              <Patterns list={image.tag_exclude} />
            </Fact>
            <Fact name={t.images.platforms}>
              <Patterns list={image.platforms} />
            </Fact>
            <Fact name={t.images.inventory}>
              {t.images.inventories[image.inventory_state] ?? image.inventory_state}
            </Fact>
            {may.admin && routes.has('/images/{imageId}/filter-preview') ? (
              <div>
                <dt className="sr">{t.images.filtersTitle}</dt>
                <dd>
                  <button type="button" className="button button-small" onClick={() => setIsFiltering(true)}>
                    {t.images.editFilters}
                  </button>
                </dd>
              </div>
            ) : null}
          </dl>
          {all.length > 1 ? (
            <Section title={t.images.timeline}>
              <Timeline tags={all} />
            </Section>
          ) : null}
          <Section title={t.images.tags}>
            <div className="facets facets-plain" role="group" aria-label={t.images.state}>
              <button
                type="button"
                className="facet"
                aria-pressed={state === ''}
                onClick={() => setState('')}
              >
                {t.inbox.all}
              </button>
              {STATES.filter((one) => all.some((tag) => tag.state === one)).map((one) => (
                <button
                  key={one}
                  type="button"
                  className="facet"
                  aria-pressed={state === one}
                  onClick={() => setState(one)}
                >
                  <span className={`shape shape-${one}`} aria-hidden="true" />
                  {t.images.states[one]}
                </button>
              ))}
            </div>
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
                  {shown.map((tag) => (
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
            {tags.hasNextPage ? (
              <button
                type="button"
                className="button more"
                disabled={tags.isFetchingNextPage}
                onClick={() => void tags.fetchNextPage()}
              >
                {t.images.loadMore}
              </button>
            ) : null}
          </Section>
          {checks.data ? (
            <Section title={t.images.checks}>
              <table className="plain-table">
                <tbody>
                  {checks.data.checks.map((one) => (
                    <tr key={one.id}>
                      <td>
                        <Outcome outcome={one.outcome} error={one.error} />
                        {one.error ? <span className="danger"> {visible(one.error)}</span> : null}
                        {one.new_tags > 0 ? (
                          <span className="dim"> · {t.monitor.newTags(one.new_tags)}</span>
                        ) : null}
                      </td>
                      <td className="number dim">
                        <Age at={one.finished_at ?? one.started_at} now={now} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Section>
          ) : null}
          <Suspense fallback={null}>
            {isFiltering ? (
              <FiltersDialog
                id={id}
                include={image.tag_include}
                exclude={image.tag_exclude}
                platforms={image.platforms}
                onClose={() => setIsFiltering(false)}
              />
            ) : null}
          </Suspense>
        </>
      ) : null}
    </main>
  );
}

function Patterns({ list }: { list: readonly string[] }) {
  if (list.length === 0) return <span className="dim">{t.images.any}</span>;
  return <span className="tag">{list.map(visible).join(' ')}</span>;
}
