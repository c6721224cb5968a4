import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { ahead, dayOf, moment, size } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { say } from '../notices.js';
import { queryClient, useMay } from '../queries.js';
import { shortTag, visible } from '../tag-difference.js';
import { BackIcon, CrossIcon } from '../ui/icons.js';
import { variantName } from '../variant-name.js';
import { Menu, MenuChoices } from '../ui/menu.js';
import { Age, Failure, Monogram, problemOf, Skeleton, useNow } from '../ui/parts.js';
import { Fact, Outcome, RequestsPerDay, Section } from './monitor.js';
import { lineName } from '../inbox/rows.js';
import { SizeOfLine, Timeline } from '../plots/lazy.js';
import type { Span } from '../plots/timeline.js';
import { isTime, oneOf, upTo, usePlace, type Rules } from './use-place.js';

const ImageDialog = lazy(() => import('./image-dialog.js'));

type One = components['schemas']['OneImageAnswer'];
type Tags = components['schemas']['ObservedTagList'];
type Checks = components['schemas']['CheckList'];
type Answer = components['schemas']['CheckAnswer'];

const TAGS = 100;
const CHECKS = 6;
/** As many as tell a trend from a jump. */
const SIZES = 200;
const STATES = ['approved', 'pending', 'rejected', 'superseded', 'seen', 'held'] as const;

const PLACE: Rules<'state' | 'line' | 'variant' | 'from' | 'to'> = {
  state: oneOf(STATES),
  line: upTo(128),
  variant: upTo(128),
  from: isTime,
  to: isTime,
};

/** One image: its switches, a check by hand, and every tag that was seen. */
export default function OneImage({ id }: { id: number }) {
  const may = useMay();
  const now = useNow();
  const query = useQuery({
    queryKey: ['images', 'one', id],
    queryFn: ({ signal }) => call<One>('get', `/images/${id}`, { signal }),
  });
  const [editing, setEditing] = useState<'approval_status' | 'tag_include' | null>(null);
  const { filter, span, set } = useTagFilter(id);
  const everything = useTags(id, {});
  const filtered = useTags(id, filter);
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
  const all = everything.data?.pages.flatMap((page) => page.observed_tags) ?? [];
  const kept = filtered.data?.pages.flatMap((page) => page.observed_tags) ?? [];
  const shown = kept.filter((tag) => isWithin(tag.last_updated, span));
  const line = filter.line ?? lineToShow(all, image?.approved_newest?.tag ?? null);
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
                {' · '}
                <Link href={`/audit?image_id=${id}`}>{t.images.audit}</Link>
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
            {may.admin ? (
              <button
                type="button"
                className="button keeps-label"
                onClick={() => setEditing('approval_status')}
              >
                {t.images.edit}
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
                  disabled={!may.admin || image.approval_status !== 'approved'}
                  aria-describedby={may.admin ? undefined : 'admin-only'}
                  onChange={(event) =>
                    change('put', `/images/${id}/monitoring`, { watch_for_updates: event.target.checked })
                  }
                />
                {image.watch_for_updates ? t.images.yes : t.images.no}
              </label>
            </Fact>
            <Fact name={t.images.status}>
              <span className="state">
                <span className={`shape shape-${image.approval_status}`} aria-hidden="true" />
                {t.images.statuses[image.approval_status] ?? image.approval_status}
              </span>
            </Fact>
            <Fact name={t.images.policy}>
              {image.request_policy === null
                ? t.images.policyDefault
                : (t.images.policies[image.request_policy] ?? image.request_policy)}
            </Fact>
            <Fact name={t.images.rollout}>{t.images.rollouts[image.auto_rollout ? 'yes' : 'no']}</Fact>
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
            {may.admin ? (
              <div>
                <dt className="sr">{t.images.filtersTitle}</dt>
                <dd>
                  <button
                    type="button"
                    className="button button-small"
                    onClick={() => setEditing('tag_include')}
                  >
                    {t.images.editFilters}
                  </button>
                </dd>
              </div>
            ) : null}
          </dl>
          {may.admin ? null : (
            <p id="admin-only" className="hint admin-only">
              {t.images.adminOnly}
            </p>
          )}
          <Suspense fallback={null}>
            {kept.length > 1 ? (
              <Section title={t.images.timeline}>
                <Timeline tags={kept} span={span} onSpan={(next) => set({ span: next })} />
                <p className="hint">{t.images.timelineHint}</p>
              </Section>
            ) : null}
            <div className="two-columns">
              {line === null ? null : (
                <Section title={t.images.sizeOf(lineName(line.line, line.variant))}>
                  <SizeOfLine
                    imageId={id}
                    line={line.line}
                    tag={null}
                    approved={null}
                    most={SIZES}
                    height={72}
                    heading={t.images.sizeOf(lineName(line.line, line.variant))}
                  />
                </Section>
              )}
              <Section title={t.monitor.tagsPerDay}>
                <RequestsPerDay imageId={id} />
              </Section>
            </div>
          </Suspense>
          {checks.data ? (
            <Section title={t.images.checks}>
              {checks.data.checks.length === 0 ? (
                <p className="dim">{t.images.noChecks}</p>
              ) : (
                <table className="plain-table">
                  <tbody>
                    {checks.data.checks.map((one) => (
                      <tr key={one.id}>
                        <td>
                          <Outcome outcome={one.outcome} error={one.error} />
                        </td>
                        <td className={one.error ? 'danger' : 'dim'}>
                          {one.error
                            ? visible(one.error)
                            : [
                                t.images.foundTagsSeen(one.tags_seen),
                                one.new_tags > 0 ? t.monitor.newTags(one.new_tags) : '',
                                one.requests_created > 0 ? t.images.opened(one.requests_created) : '',
                              ]
                                .filter(Boolean)
                                .join(' · ')}
                        </td>
                        <td className="number dim">
                          <Age at={one.finished_at ?? one.started_at} now={now} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </Section>
          ) : null}
          <Section title={t.images.tags}>
            <div className="facets facets-plain" role="group" aria-label={t.images.state}>
              <button
                type="button"
                className="facet"
                aria-pressed={filter.state === undefined}
                onClick={() => set({ state: undefined })}
              >
                {t.inbox.all}
              </button>
              {STATES.filter((one) => all.some((tag) => tag.state === one)).map((one) => (
                <button
                  key={one}
                  type="button"
                  className="facet"
                  aria-pressed={filter.state === one}
                  onClick={() => set({ state: one })}
                >
                  <span className={`shape shape-${one}`} aria-hidden="true" />
                  {t.images.states[one]}
                </button>
              ))}
              <LinesMenu tags={all} filter={filter} onChange={set} />
            </div>
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
            {filtered.isPending ? <Skeleton rows={3} /> : null}
            {filtered.data && shown.length === 0 ? (
              <p className="dim">{all.length === 0 ? t.images.noTags : t.images.noTagMatches}</p>
            ) : null}
            {shown.length > 0 ? (
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
            ) : null}
            {filtered.hasNextPage ? (
              <button
                type="button"
                className="button more"
                disabled={filtered.isFetchingNextPage}
                onClick={() => void filtered.fetchNextPage()}
              >
                {t.images.loadMore}
              </button>
            ) : null}
          </Section>
          <Suspense fallback={null}>
            {editing ? <ImageDialog image={image} first={editing} onClose={() => setEditing(null)} /> : null}
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

/** The line of the newest approved tag, else of the newest one. */
function lineToShow(
  tags: readonly Tags['observed_tags'][number][],
  approved: string | null,
): { line: string; variant: string } | null {
  const tag = tags.find((one) => one.tag === approved && one.line !== null) ?? tags.find((one) => one.line);
  return tag?.line ? { line: tag.line, variant: tag.variant } : null;
}

function LinesMenu(props: {
  tags: readonly Tags['observed_tags'][number][];
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
