import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { moment } from '../intl.js';
import { useKeys } from '../keys.js';
import { t } from '../messages/en-screens.js';
import { say } from '../notices.js';
import { shortTag, visible } from '../tag-difference.js';
import { CrossIcon, SearchIcon } from '../ui/icons.js';
import { Menu, MenuChoices } from '../ui/menu.js';
import { Age, Failure, problemOf, Skeleton, useNow } from '../ui/parts.js';

type Page = components['schemas']['AuditEntryList'];
type Entry = Page['audit_entries'][number];

const LIMIT = 100;
const ACTIONS = [
  'approval_request.approved',
  'approval_request.rejected',
  'approval_request.reopened',
  'approval_request.superseded',
  'approval_request.opened',
  'image.created',
  'image.monitoring_enabled',
  'image.monitoring_disabled',
  'tag.approved',
  'tag.revoked',
] as const;
const FILTERS = ['actor', 'action', 'batch_id', 'request_id', 'image_id', 'since', 'until'] as const;

/** Who did what, newest first. A batch opens as one; nothing here can be changed. */
export default function Audit() {
  const params = new URLSearchParams(useSearch());
  const [, navigate] = useLocation();
  const now = useNow();
  const field = useRef<HTMLInputElement>(null);
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = params.get(name);
      return value ? [[name, value]] : [];
    }),
  ) as Partial<Record<(typeof FILTERS)[number], string>>;
  const set = (name: (typeof FILTERS)[number], value: string, replace = false): void => {
    const next = new URLSearchParams(filter);
    if (value === '') next.delete(name);
    else next.set(name, value);
    navigate(next.size === 0 ? '/audit' : `/audit?${next}`, { replace });
  };
  const pages = useInfiniteQuery({
    queryKey: ['audit', filter],
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.next_cursor,
    placeholderData: (before) => before,
    queryFn: ({ signal, pageParam }) =>
      call<Page>('get', '/audit-log', {
        query: { ...filter, limit: LIMIT, cursor: pageParam ?? undefined },
        signal,
      }),
  });
  useKeys({ '/': () => field.current?.focus() });
  const [text, setText] = useState(filter.actor ?? '');
  useEffect(() => {
    if (text === (filter.actor ?? '')) return;
    const timer = setTimeout(() => set('actor', text.trim(), true), 250);
    return () => clearTimeout(timer);
  });
  const end = useRef<HTMLButtonElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (!end.current) return;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting) && !isFetchingNextPage) void fetchNextPage();
    });
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const entries = pages.data?.pages.flatMap((page) => page.audit_entries) ?? [];
  const problem = problemOf(pages.error);
  const chosen = filter.action
    ? (t.audit.actions[filter.action] ?? visible(filter.action))
    : t.audit.anyAction;
  return (
    <main id="content" className="page" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          <h1>{t.audit.title}</h1>
          <p className="page-facts">{t.audit.facts}</p>
        </div>
        <div className="search">
          <SearchIcon />
          <input
            ref={field}
            type="search"
            aria-label={t.audit.actor}
            placeholder={t.audit.actor}
            value={text}
            maxLength={200}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
        <Menu label={`${t.audit.action}: ${chosen}`} className="button keeps-label" trigger={chosen}>
          <MenuChoices
            title={t.audit.action}
            value={filter.action ?? ''}
            choices={[
              { value: '', label: t.audit.anyAction },
              ...ACTIONS.map((value) => ({ value, label: t.audit.actions[value] ?? value })),
            ]}
            onChoose={(value) => set('action', value)}
          />
        </Menu>
        <button type="button" className="button keeps-label" onClick={() => void exportCsv(filter)}>
          {t.audit.csv}
        </button>
      </header>
      {filter.batch_id || filter.request_id || filter.image_id ? (
        <div className="chips chips-bar">
          <button type="button" className="chip" onClick={() => navigate('/audit')}>
            {filter.batch_id ? t.audit.batch(filter.batch_id.slice(0, 8)) : t.audit.oneSubject}
            <CrossIcon size={12} />
            <span className="sr">{t.audit.allBatches}</span>
          </button>
        </div>
      ) : null}
      {problem ? <Failure problem={problem} retry={() => void pages.refetch()} /> : null}
      {pages.isPending ? <Skeleton /> : null}
      {pages.data && entries.length === 0 ? (
        <div className="empty">
          <p>{t.audit.nothing}</p>
          <button type="button" className="button" onClick={() => (setText(''), navigate('/audit'))}>
            {t.audit.clear}
          </button>
        </div>
      ) : null}
      {entries.length > 0 ? (
        <div className="page-section table-scroll" tabIndex={0} role="region" aria-label={t.audit.title}>
          <table className="plain-table audit-table">
            <thead>
              <tr>
                <th scope="col">{t.audit.when}</th>
                <th scope="col">{t.audit.who}</th>
                <th scope="col">{t.audit.what}</th>
                <th scope="col">{t.audit.on}</th>
                <th scope="col">{t.audit.change}</th>
                <th scope="col">{t.audit.reason}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td className="dim" title={moment(entry.occurred_at)}>
                    <Age at={entry.occurred_at} now={now} />
                  </td>
                  <td>
                    {entry.actor === 'image_monitor' ? (
                      <span className="dim">{t.detail.theMonitor}</span>
                    ) : (
                      visible(entry.actor)
                    )}
                  </td>
                  <td>
                    {t.audit.actions[entry.action] ?? visible(entry.action)}
                    {entry.batch_id && filter.batch_id === undefined ? (
                      <>
                        {' '}
                        <Link className="batch" href={`/audit?batch_id=${entry.batch_id}`}>
                          {t.audit.batch(entry.batch_id.slice(0, 8))}
                        </Link>
                      </>
                    ) : null}
                  </td>
                  <td>
                    <Subject entry={entry} />
                  </td>
                  <td className="dim">{changeOf(entry)}</td>
                  <td className="reason-cell">{entry.reason ? visible(entry.reason) : null}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {hasNextPage ? (
            <button
              ref={end}
              type="button"
              className="button more"
              disabled={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              {t.audit.loadMore}
            </button>
          ) : null}
        </div>
      ) : null}
    </main>
  );
}

function Subject({ entry }: { entry: Entry }) {
  const named = { ...entry.from_state, ...entry.to_state }['name'];
  if (typeof named === 'string' && entry.subject_type === 'api_token') return <bdi>{visible(named)}</bdi>;
  const name =
    entry.tag_name === null ? (entry.image_name ?? '') : `${entry.image_name}:${shortTag(entry.tag_name)}`;
  const to =
    entry.subject_type === 'approval_request'
      ? `/requests/${entry.subject_id}`
      : entry.image_id !== null
        ? `/images/${entry.image_id}`
        : null;
  const text = <bdi>{visible(name)}</bdi>;
  return to === null ? text : <Link href={to}>{text}</Link>;
}

/** "pending → approved"; where there is no status, the fields that changed. */
function changeOf(entry: Entry): string {
  const from = (entry.from_state ?? {}) as Record<string, unknown>;
  const to = (entry.to_state ?? {}) as Record<string, unknown>;
  const word = (value: unknown): string =>
    typeof value === 'string' ? (t.status[value as 'pending'] ?? value) : '–';
  if (('status' in from || 'status' in to) && from['status'] !== to['status'])
    return visible(`${word(from['status'])} → ${word(to['status'])}`);
  return visible([...new Set([...Object.keys(from), ...Object.keys(to)])].slice(0, 4).join(', '));
}

async function exportCsv(filter: Record<string, string | undefined>): Promise<void> {
  try {
    const text = await call<string>('get', '/audit-log', {
      query: filter,
      headers: { accept: 'text/csv' },
      isText: true,
    });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    link.download = 'audit-log.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    say(problemOf(error)?.detail || t.error.noAnswer, 'error');
  }
}
