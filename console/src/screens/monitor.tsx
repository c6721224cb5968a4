import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { clock, dayOf, moment, number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Budget } from '../plots/lazy.js';
import { say } from '../notices.js';
import { queryClient, useMay, useSettles, useStatus, type Status } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Age, Failure, problemOf, Skeleton, useNow } from '../ui/parts.js';
import { Errors } from './monitor-errors.js';
import { Fact, NextCheck, Outcome, Section } from './parts.js';
import { RequestsPerDay } from './requests-per-day.js';

type AllChecks = components['schemas']['AllChecksList'];
type Check = AllChecks['checks'][number];
type Upcoming = components['schemas']['UpcomingList'];
type BudgetStats = components['schemas']['BudgetStatsAnswer'];

const MINUTES = 60;
const CHECKS = 30;
const DAY_MS = 86_400_000;

/** Is it healthy, what failed and why, what comes next, and how much may still be asked. */
export default function Monitor() {
  const status = useStatus(true);
  useSettles(status.isSuccess);
  const may = useMay();
  const now = useNow(5_000);
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
          {data ? <Facts status={data} now={now} /> : null}
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
          <BudgetFacts status={data} />
        </Section>
      ) : null}
      <Section title={t.monitor.lastHour}>
        <LastHour />
      </Section>
      <Section title={t.monitor.tagsPerDay}>
        <RequestsPerDay />
      </Section>
      {data ? (
        <Section title={t.monitor.replicas}>
          <Replicas replicas={data.replicas} now={now} />
        </Section>
      ) : null}
      <div className="two-columns">
        <NextChecks now={now} />
        <LastChecks now={now} />
      </div>
    </main>
  );
}

function Facts({ status: data, now }: { status: Status; now: number }) {
  return (
    <p className="page-facts">
      <span className="state">
        <span className={data.running ? 'shape shape-approved' : 'shape shape-failed'} aria-hidden="true" />
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
  );
}

function BudgetFacts({ status: data }: { status: Status }) {
  return (
    <>
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
              {t.monitor.cycleOf(data.last_cycle.checked, data.last_cycle.changed, data.last_cycle.failed)}
            </span>
          ) : (
            t.monitor.noCycle
          )}
        </Fact>
      </dl>
    </>
  );
}

function NextChecks({ now }: { now: number }) {
  const { data } = useQuery({
    queryKey: ['upcoming'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<Upcoming>('get', '/images/monitor/upcoming', { query: { limit: 20 }, signal }),
  });
  if (!data) return null;
  return (
    <Section title={t.monitor.upcoming}>
      {data.upcoming.length === 0 ? (
        <p className="dim">{t.monitor.nothingUpcoming}</p>
      ) : (
        <table className="plain-table">
          <tbody>
            {data.upcoming.map((one) => (
              <tr key={one.image_id}>
                <td>
                  <Link href={`/images/${one.image_id}`}>{visible(one.image_name)}</Link>
                </td>
                <td className="number dim">
                  <NextCheck at={one.next_check_at} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function LastChecks({ now }: { now: number }) {
  const { data } = useQuery({
    queryKey: ['checks', 'all'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<AllChecks>('get', '/images/checks', {
        query: { limit: CHECKS, outcome: ['changed', 'failed', 'postponed', 'unchanged'] },
        signal,
      }),
  });
  if (!data) return null;
  return (
    <Section title={t.monitor.recent}>
      {data.checks.length === 0 ? (
        <p className="dim">{t.monitor.nothingRecent}</p>
      ) : (
        <table className="plain-table">
          <tbody>
            {data.checks.map((check) => (
              <CheckRow key={check.id} check={check} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
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

function LastHour() {
  const { data } = useQuery({
    queryKey: ['stats', 'budget'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) =>
      call<BudgetStats>('get', '/stats/budget', { query: { minutes: MINUTES }, signal }),
  });
  return <Budget minutes={data?.minutes ?? []} />;
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
  now - Date.parse(iso) < DAY_MS ? clock(iso) : dayOf(iso);

function demandOf(demand: number, intervalMinutes: number): ReactNode {
  if (demand <= 1) return t.monitor.demandFine(Math.round(demand * 100));
  return (
    <span className="warning">
      {t.monitor.demandOver(
        number(Math.round(demand * 10) / 10),
        Math.round(intervalMinutes * demand),
        intervalMinutes,
      )}
    </span>
  );
}
