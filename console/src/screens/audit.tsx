import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { moment } from '../intl.js';
import { useKeys } from '../keys.js';
import { t } from '../messages/en-screens.js';
import { say } from '../notices.js';
import { useSettles } from '../queries.js';
import { shortTag, visible } from '../tag-difference.js';
import { CrossIcon, SearchIcon } from '../ui/icons.js';
import { Menu, MenuChoices } from '../ui/menu.js';
import { changeOf } from './audit-change.js';
import { Days, ImageField } from './audit-fields.js';
import { Age, Failure, problemOf, Skeleton, useNow } from '../ui/parts.js';
import { saveFile } from '../ui/save-file.js';
import { isId, isTime, oneOf, upTo, usePlace, type Rules } from './use-place.js';

type Page = components['schemas']['AuditEntryList'];
type Entry = Page['audit_entries'][number];

const LIMIT = 100;
/** An export of everything takes longer than a page. */
const EXPORT_TIMEOUT_MS = 10 * 60_000;
const ACTIONS = Object.keys(t.audit.actions);
const SUBJECTS = ['approval_request', 'image', 'tag', 'api_token'] as const;
const PLACE: Rules<
  'actor' | 'action' | 'subject_type' | 'batch_id' | 'request_id' | 'image_id' | 'since' | 'until'
> = {
  actor: upTo(255),
  action: upTo(64),
  subject_type: oneOf(SUBJECTS),
  batch_id: (value) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value),
  request_id: isId,
  image_id: isId,
  since: isTime,
  until: isTime,
};
type Filter = ReturnType<typeof usePlace<keyof typeof PLACE>>;
type SetFilter = (name: keyof Filter, value: string) => void;

/** Who did what, newest first. A batch opens as one; nothing here can be changed. */
export default function Audit() {
  const filter = usePlace(PLACE);
  const [, navigate] = useLocation();
  const field = useRef<HTMLInputElement>(null);
  const set = (name: keyof Filter, value: string, replace = false): void => {
    const next = new URLSearchParams(filter);
    if (value === '') next.delete(name);
    else next.set(name, value);
    // The actions of another kind of subject would find nothing.
    if (name === 'subject_type' && !filter.action?.startsWith(value)) next.delete('action');
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
  useSettles(pages.isSuccess);
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
  const first = pages.data?.pages[0];
  return (
    <main id="content" className="page" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          {filter.batch_id ? (
            <h1>{t.audit.batch(visible(filter.batch_id.slice(0, 8)))}</h1>
          ) : (
            <h1>{t.audit.title}</h1>
          )}
          <p className="page-facts">
            {filter.batch_id ? (
              first ? (
                <BatchFacts page={first} />
              ) : null
            ) : (
              <>
                {t.audit.facts}
                {first ? ` ${t.audit.count(first.total, first.total_is_exact !== false)}` : null}
              </>
            )}
          </p>
        </div>
        <div className="search">
          <SearchIcon />
          <input
            ref={field}
            type="search"
            aria-label={t.audit.actor}
            placeholder={t.audit.actorShort}
            value={text}
            maxLength={200}
            spellCheck={false}
            list="actors"
            onChange={(event) => setText(event.target.value)}
          />
          <datalist id="actors">
            {[...new Set(entries.map((entry) => entry.actor))].map((actor) => (
              <option key={actor} value={actor} />
            ))}
          </datalist>
          <kbd aria-hidden="true">/</kbd>
        </div>
        <ImageField id={filter.image_id ?? null} onChoose={(id) => set('image_id', id)} />
        <Days since={filter.since} until={filter.until} onChange={set} />
        <ActionsMenu filter={filter} onChange={set} />
        <button type="button" className="button keeps-label" onClick={() => void exportCsv(filter)}>
          {t.audit.csv}
        </button>
      </header>
      <Chips filter={filter} entries={entries} onRemove={(name) => set(name, '')} />
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
          <AuditTable entries={entries} isBatch={filter.batch_id !== undefined} />
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

function ActionsMenu({ filter, onChange: set }: { filter: Filter; onChange: SetFilter }) {
  const chosen =
    [
      filter.action ? (t.audit.actions[filter.action] ?? visible(filter.action)) : '',
      filter.subject_type ? (t.audit.subjects[filter.subject_type] ?? visible(filter.subject_type)) : '',
    ]
      .filter(Boolean)
      .join(' · ') || t.audit.anyAction;
  return (
    <Menu label={`${t.audit.action}: ${chosen}`} className="button keeps-label" trigger={chosen}>
      <MenuChoices
        title={t.audit.on}
        value={filter.subject_type ?? ''}
        choices={[
          { value: '', label: t.audit.anySubject },
          ...SUBJECTS.map((value) => ({
            value,
            label: t.audit.subjects[value] ?? value,
          })),
        ]}
        onChoose={(value) => set('subject_type', value)}
      />
      <MenuChoices
        title={t.audit.action}
        value={filter.action ?? ''}
        choices={[
          { value: '', label: t.audit.anyAction },
          ...ACTIONS.filter((one) => one.startsWith(filter.subject_type ?? '')).map((value) => ({
            value,
            label: t.audit.actions[value] ?? value,
          })),
        ]}
        onChoose={(value) => set('action', value)}
      />
    </Menu>
  );
}

/** What the audit is narrowed to, where no field says it. */
function Chips(props: { filter: Filter; entries: readonly Entry[]; onRemove(name: keyof Filter): void }) {
  const { filter, entries, onRemove } = props;
  if (!filter.batch_id && !filter.request_id && !filter.image_id) return null;
  return (
    <div className="chips chips-bar">
      {filter.image_id ? (
        <Chip
          text={visible(entries[0]?.image_name ?? `#${filter.image_id}`)}
          onRemove={() => onRemove('image_id')}
        />
      ) : null}
      {filter.batch_id ? (
        <Chip
          text={t.audit.batch(visible(filter.batch_id.slice(0, 8)))}
          onRemove={() => onRemove('batch_id')}
        />
      ) : null}
      {filter.request_id ? (
        <Chip
          text={entries[0] ? nameOf(entries[0]) : t.audit.request(Number(filter.request_id))}
          onRemove={() => onRemove('request_id')}
        />
      ) : null}
    </div>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove(): void }) {
  return (
    <button type="button" className="chip" aria-label={t.inbox.remove(text)} onClick={onRemove}>
      {text}
      <CrossIcon size={12} />
    </button>
  );
}

function AuditTable({ entries, isBatch }: { entries: readonly Entry[]; isBatch: boolean }) {
  const now = useNow();
  return (
    <table className="plain-table stacking audit-table">
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
          <AuditRow key={entry.id} entry={entry} isBatch={isBatch} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function AuditRow({ entry, isBatch, now }: { entry: Entry; isBatch: boolean; now: number }) {
  return (
    <tr>
      <td className="dim" data-name={t.audit.when} title={moment(entry.occurred_at)}>
        <Age at={entry.occurred_at} now={now} />
      </td>
      <td data-name={t.audit.who}>
        {entry.actor === 'image_monitor' ? (
          <span className="dim">{t.detail.theMonitor}</span>
        ) : (
          visible(entry.actor)
        )}
      </td>
      <td data-name={t.audit.what}>
        {t.audit.actions[entry.action] ?? visible(entry.action)}
        {entry.batch_id && !isBatch ? (
          <>
            {' '}
            <Link className="batch" href={`/audit?batch_id=${entry.batch_id}`}>
              {t.audit.batch(entry.batch_id.slice(0, 8))}
            </Link>
          </>
        ) : null}
      </td>
      <td data-name={t.audit.on}>
        <Subject entry={entry} />
      </td>
      <td className="dim" data-name={t.audit.change}>
        {visible(changeOf(entry.from_state ?? {}, entry.to_state ?? {}))}
      </td>
      <td className="reason-cell" data-name={t.audit.reason}>
        {entry.reason ? visible(entry.reason) : null}
      </td>
    </tr>
  );
}

/** A batch as one: how many changes, by whom, when, and why. */
function BatchFacts({ page }: { page: Page }) {
  const [entry] = page.audit_entries;
  const facts = [
    t.audit.changes(page.total, page.total_is_exact !== false),
    ...(entry ? [visible(entry.actor), moment(entry.occurred_at), visible(entry.reason ?? '')] : []),
  ];
  return facts.filter(Boolean).join(' · ');
}

const nameOf = ({ image_name, tag_name }: Entry): string =>
  visible(tag_name === null ? (image_name ?? '') : `${image_name}:${shortTag(tag_name)}`);

function Subject({ entry }: { entry: Entry }) {
  const named = { ...entry.from_state, ...entry.to_state }['name'];
  if (typeof named === 'string' && entry.subject_type === 'api_token') return <bdi>{visible(named)}</bdi>;
  const to =
    entry.subject_type === 'approval_request'
      ? `/requests/${entry.subject_id}`
      : entry.image_id !== null
        ? `/images/${entry.image_id}`
        : null;
  const text = <bdi>{nameOf(entry)}</bdi>;
  return to === null ? text : <Link href={to}>{text}</Link>;
}

async function exportCsv(filter: Filter): Promise<void> {
  try {
    const text = await call<string>('get', '/audit-log', {
      query: filter,
      headers: { accept: 'text/csv' },
      isText: true,
      timeoutMs: EXPORT_TIMEOUT_MS,
    });
    saveFile(text, 'text/csv', 'audit-log.csv');
  } catch (error) {
    say(problemOf(error)?.detail || t.error.noAnswer, 'error');
  }
}
