import { useMutation, useQuery } from '@tanstack/react-query';
import { Suspense, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { age, ahead, clock, dayOf, moment, number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Budget, TagsPerDay } from '../plots/lazy.js';
import { say } from '../notices.js';
import { queryClient, useMay, useStatus, type Status } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Age, Failure, problemOf, Skeleton, useNow } from '../ui/parts.js';

const MINUTES = 60;
const DAYS = 90;
const DAY_MS = 86_400_000;

type AllChecks = components['schemas']['AllChecksList'];
type Check = AllChecks['checks'][number];
type Upcoming = components['schemas']['UpcomingList'];
type BudgetStats = components['schemas']['BudgetStatsAnswer'];
type TagStats = components['schemas']['TagStatsAnswer'];
type Images = components['schemas']['ImageList'];

const CHECKS = 30;

/** Is it healthy, what failed and why, what comes next, and how much may still be asked. */
export default function Monitor() {
  const status = useStatus();
  const may = useMay();
  const now = useNow(5_000);
  const upcoming = useQuery({
    queryKey: ['upcoming'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<Upcoming>('get', '/images/monitor/upcoming', { query: { limit: 20 }, signal }),
  });
  const checks = useQuery({
    queryKey: ['checks', 'all'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<AllChecks>('get', '/images/checks', {
        query: { limit: CHECKS, outcome: ['changed', 'failed', 'postponed', 'unchanged'] },
        signal,
      }),
  });
  const trigger = useMutation({
    mutationFn: () => call<{ images_checked: number }>('post', '/images/monitor/trigger', { body: {} }),
    onSuccess: (answer) => {
      say(t.monitor.queued(answer.images_checked));
      void queryClient.invalidateQueries({ queryKey: ['status'] });
    },
    onError: (error) => say(problemOf(error)?.detail || t.error.noAnswer, 'error'),
  });
  const problem = problemOf(status.error);
  const { data } = status;
  return (
    <main id="content" className="page" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          <h1>{t.monitor.title}</h1>
          {data ? (
            <p className="page-facts">
              <span className="state">
                <span
                  className={data.running ? 'shape shape-approved' : 'shape shape-failed'}
                  aria-hidden="true"
                />
                {data.running ? t.monitor.running : t.monitor.stopped}
              </span>
              {data.started_at ? (
                <span title={moment(data.started_at)}> {t.monitor.since(since(data.started_at, now))}</span>
              ) : null}
              {' · '}
              {t.monitor.every(data.checkIntervalMinutes)}
              {' · '}
              {t.monitor.watched(data.images_watched)}
            </p>
          ) : null}
        </div>
        {may.decide ? (
          <button
            type="button"
            className="button keeps-label"
            disabled={trigger.isPending}
            onClick={() => trigger.mutate()}
          >
            {t.monitor.checkAll}
          </button>
        ) : null}
      </header>
      {problem && !data ? <Failure problem={problem} retry={() => void status.refetch()} /> : null}
      {status.isPending ? <Skeleton /> : null}
      {data ? (
        <Section title={t.monitor.errors}>
          <Errors causes={data.errors_by_cause} now={now} />
        </Section>
      ) : null}
      {data ? (
        <Section title={t.monitor.budget}>
          <meter
            className="bar bar-budget bar-wide"
            min={0}
            max={data.budget.limit}
            value={Math.min(data.budget.remaining, data.budget.limit)}
            aria-label={t.monitor.budget}
          />
          <dl className="facts facts-flat">
            <Fact name={t.monitor.left}>{number(data.budget.remaining)}</Fact>
            <Fact name={t.monitor.limit}>{number(data.budget.limit)}</Fact>
            <Fact name={t.monitor.full}>{clock(data.budget.resets_at)}</Fact>
            <Fact name={t.monitor.waiting}>{number(data.budget.waiting)}</Fact>
            <Fact name={t.monitor.pausedUntil}>
              {data.budget.paused_until ? (
                <span className="warning">{clock(data.budget.paused_until)}</span>
              ) : (
                t.monitor.notPaused
              )}
            </Fact>
            <Fact name={t.monitor.demand}>{demandOf(data.budget.demand, data.checkIntervalMinutes)}</Fact>
            <Fact name={t.monitor.breaker}>
              {data.budget.breaker === 'open' ? (
                <span className="warning">{t.monitor.breakerOpen}</span>
              ) : (
                t.monitor.breakerClosed
              )}
            </Fact>
            <Fact name={t.monitor.credentials}>
              <span className={data.credentials === 'rejected' ? 'warning' : undefined}>
                {t.monitor.credentialsOf[data.credentials] ?? data.credentials}
              </span>
            </Fact>
            <Fact name={t.monitor.backfills}>
              {t.monitor.backfillsOf(data.backfills.running, data.backfills.truncated)}
            </Fact>
            <Fact name={t.monitor.cycle}>
              {data.last_cycle ? (
                <span title={moment(data.last_cycle.started_at)}>
                  {t.monitor.cycleOf(
                    data.last_cycle.checked,
                    data.last_cycle.changed,
                    data.last_cycle.failed,
                  )}
                </span>
              ) : (
                t.monitor.noCycle
              )}
            </Fact>
          </dl>
        </Section>
      ) : null}
      <Suspense fallback={null}>
        <Section title={t.monitor.lastHour}>
          <LastHour />
        </Section>
        <Section title={t.monitor.tagsPerDay}>
          <RequestsPerDay />
        </Section>
      </Suspense>
      {data ? (
        <Section title={t.monitor.replicas}>
          <Replicas replicas={data.replicas} now={now} />
        </Section>
      ) : null}
      <div className="two-columns">
        {upcoming.data ? (
          <Section title={t.monitor.upcoming}>
            {upcoming.data.upcoming.length === 0 ? (
              <p className="dim">{t.monitor.nothingUpcoming}</p>
            ) : (
              <table className="plain-table">
                <tbody>
                  {upcoming.data.upcoming.map((one) => (
                    <tr key={one.image_id}>
                      <td>
                        <Link href={`/images/${one.image_id}`}>{visible(one.image_name)}</Link>
                      </td>
                      <td className="number dim" title={moment(one.next_check_at)}>
                        {Date.parse(one.next_check_at) <= now
                          ? t.monitor.due
                          : ahead(Date.parse(one.next_check_at) - now)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Section>
        ) : null}
        {checks.data ? (
          <Section title={t.monitor.recent}>
            {checks.data.checks.length === 0 ? (
              <p className="dim">{t.monitor.nothingRecent}</p>
            ) : (
              <table className="plain-table">
                <tbody>
                  {checks.data.checks.map((check) => (
                    <CheckRow key={check.id} check={check} now={now} />
                  ))}
                </tbody>
              </table>
            )}
          </Section>
        ) : null}
      </div>
    </main>
  );
}

function LastHour() {
  const { data } = useQuery({
    queryKey: ['stats', 'budget'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      call<BudgetStats>('get', '/stats/budget', { query: { minutes: MINUTES }, signal }),
  });
  return <Budget minutes={data?.minutes ?? []} />;
}

/** Of all images, or of one; a click opens the day's audit. */
export function RequestsPerDay({ imageId }: { imageId?: number }) {
  const [, navigate] = useLocation();
  const { data } = useQuery({
    queryKey: ['stats', 'tags', imageId ?? 0],
    queryFn: ({ signal }) =>
      call<TagStats>('get', '/stats/tags', { query: { days: DAYS, image_id: imageId }, signal }),
  });
  if (!data || data.days.length === 0) return null;
  const open = (day: string): void => {
    const since = new Date(`${day}T00:00:00Z`);
    const params = new URLSearchParams({
      ...(imageId === undefined ? {} : { image_id: String(imageId) }),
      since: since.toISOString(),
      until: new Date(since.getTime() + DAY_MS).toISOString(),
    });
    navigate(`/audit?${params}`);
  };
  return <TagsPerDay days={data.days} onOpen={open} />;
}

function CheckRow({ check, now }: { check: Check; now: number }) {
  return (
    <tr>
      <td>
        <Link href={`/images/${check.image_id}`}>{visible(check.image_name)}</Link>
      </td>
      <td>
        <Outcome outcome={check.outcome} error={check.error} />
        {check.new_tags > 0 ? <span className="dim"> · {t.monitor.newTags(check.new_tags)}</span> : null}
      </td>
      <td className="number dim">
        <Age at={check.finished_at ?? check.started_at} now={now} />
      </td>
    </tr>
  );
}

export function Outcome({ outcome, error }: { outcome: string; error: string | null }) {
  return (
    <span className="state" title={error ?? undefined}>
      <span className={`shape shape-${outcome}`} aria-hidden="true" />
      {t.monitor.outcomes[outcome] ?? outcome}
    </span>
  );
}

const SHOWN_IMAGES = 12;

/** Of the images whose last check failed how many there are by cause, and the first of each. */
function Errors({ causes, now }: { causes: Status['errors_by_cause']; now: number }) {
  const most = Object.entries(causes).sort(([, a], [, b]) => b - a);
  if (most.length === 0) return <p className="dim">{t.monitor.noErrors}</p>;
  return (
    <ul className="causes">
      {most.map(([cause, count]) => (
        <Cause key={cause} cause={cause} count={count} now={now} />
      ))}
    </ul>
  );
}

function Cause({ cause, count, now }: { cause: string; count: number; now: number }) {
  const { data } = useQuery<Images>({
    queryKey: ['images', 'failing', cause, count],
    refetchInterval: 60_000,
    placeholderData: (before) => before,
    queryFn: ({ signal }) =>
      call<Images>('get', '/images', {
        query: { error_kind: cause, watch_for_updates: true, limit: SHOWN_IMAGES },
        signal,
      }),
  });
  const images = data?.images ?? [];
  const says = images[0]?.last_error;
  return (
    <li>
      <p className="danger">
        {t.monitor.causes[cause] ?? visible(cause)} <span className="dim">{t.monitor.hit(count)}</span>
      </p>
      {says ? <p className="dim">{visible(says)}</p> : null}
      <p>
        {images.map((image) => (
          <span key={image.id} className="cause-image">
            <Link href={`/images/${image.id}`}>{visible(image.image_name)}</Link>{' '}
            <span className="dim">{age(image.last_error_at, now)}</span>
          </span>
        ))}
        {count > images.length ? (
          <Link href={`/images?error=${encodeURIComponent(cause)}&watched=yes`}>
            {t.monitor.showAll(count)}
          </Link>
        ) : null}
      </p>
    </li>
  );
}

/** Which processes run the monitor; one that ends without a word is missed after three minutes. */
function Replicas({ replicas, now }: { replicas: Status['replicas']; now: number }) {
  if (replicas.length === 0) return <p className="dim">{t.monitor.noReplicas}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t.monitor.replicas}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t.monitor.replica}</th>
            <th scope="col" className="number">
              {t.monitor.replicaSince}
            </th>
            <th scope="col" className="number">
              {t.monitor.replicaBeat}
            </th>
          </tr>
        </thead>
        <tbody>
          {replicas.map((one) => (
            <tr key={one.name}>
              <td>
                {visible(one.name)}{' '}
                {one.is_this ? <span className="dim">{t.monitor.replicaThis}</span> : null}
              </td>
              <td className="number dim" title={moment(one.started_at)}>
                {since(one.started_at, now)}
              </td>
              <td className="number dim">
                <Age at={one.last_beat_at} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** "14:02" of today, else the day. */
const since = (iso: string, now: number): string =>
  now - Date.parse(iso) < 86_400_000 ? clock(iso) : dayOf(iso);

function demandOf(demand: number, intervalMinutes: number): ReactNode {
  if (demand <= 1) return t.monitor.demandFine(Math.round(demand * 100));
  const times = new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(demand);
  return (
    <span className="warning">
      {t.monitor.demandOver(times, Math.round(intervalMinutes * demand), intervalMinutes)}
    </span>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="page-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
