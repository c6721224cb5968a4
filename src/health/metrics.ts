import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Subscription } from 'rxjs';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import type { DomainEvent, Signal } from '../events/domain-events.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { EventStream } from '../events/event-stream.js';
import { readQueueDepths } from '../queue/queue.sql.js';
import { DEAD_LETTERS, QUEUE_TABLE } from '../queue/queues.js';
import { readOldestOverdue } from './metrics.sql.js';

const PREFIX = 'image_monitoring_';
/** Seconds; the figures of SPEC 12 (20 ms, 100 ms, 1 s) are bounds. */
const HTTP_BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const DATABASE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2, 8];

/**
 * What the service counts, in a registry of its own: two modules in one process do not clash, and neither do they with
 * what a host counts. Counters are this process's; gauges are the whole installation's, read when somebody asks.
 *
 * Every label is one of a fixed list of words; no image, tag, actor or address becomes one.
 */
@Injectable()
export class Metrics implements OnModuleInit, OnApplicationShutdown {
  readonly registry = new Registry();
  readonly httpRequests: Histogram<'method' | 'route' | 'status_class'>;
  readonly databaseQueries: Histogram<'kind'>;
  private readonly checks: Counter<'outcome'>;
  private readonly opened: Counter;
  private readonly decided: Counter<'decision'>;
  private readonly verdicts: Counter<'verdict' | 'reason'>;
  private readonly gauges: ReturnType<typeof gaugesIn>;
  private subscriptions: Subscription[] = [];
  private reading: Promise<string> | null = null;

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
    private readonly stream: EventStream,
    private readonly budget: RequestBudget,
  ) {
    const registers = [this.registry];
    this.checks = new Counter({
      name: `${PREFIX}checks_total`,
      help: 'Checks of images that ended in this process, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.opened = new Counter({
      name: `${PREFIX}approval_requests_opened_total`,
      help: 'Approval requests opened by this process.',
      registers,
    });
    this.decided = new Counter({
      name: `${PREFIX}approval_requests_decided_total`,
      help: 'Approval requests decided, reopened or superseded by this process.',
      labelNames: ['decision'],
      registers,
    });
    this.verdicts = new Counter({
      name: `${PREFIX}gate_verdicts_total`,
      help: 'Verdicts of the gate in this process.',
      labelNames: ['verdict', 'reason'],
      registers,
    });
    this.httpRequests = new Histogram({
      name: `${PREFIX}http_request_duration_seconds`,
      help: 'From the first byte of a request to the last of its answer, by the pattern of its route.',
      labelNames: ['method', 'route', 'status_class'],
      buckets: HTTP_BUCKETS,
      registers,
    });
    this.databaseQueries = new Histogram({
      name: `${PREFIX}database_query_duration_seconds`,
      help: 'Round trips to the database, by the kind of statement.',
      labelNames: ['kind'],
      buckets: DATABASE_BUCKETS,
      registers,
    });
    this.gauges = gaugesIn(this.registry);
  }

  onModuleInit(): void {
    this.subscriptions = [
      this.events.announced.subscribe((events) => events.forEach((event) => this.count(event))),
      this.events.signalled.subscribe((signal) => this.countSignal(signal)),
    ];
  }

  onApplicationShutdown(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** All of it as Prometheus reads it; who asks meanwhile gets the same reading. */
  async text(): Promise<string> {
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** A database that does not answer takes its gauges away, and nothing else: the scrape says so by `up`. */
  private async read(): Promise<string> {
    this.gauges.listeners.set(this.stream.size);
    try {
      const [overdue, depths, budget] = await Promise.all([
        readOldestOverdue(this.db),
        readQueueDepths(this.db),
        this.budget.status(),
      ]);
      this.gauges.overdue.set(overdue);
      this.gauges.budgetLimit.set(budget.limit);
      this.gauges.budgetRemaining.set(budget.remaining);
      this.gauges.budgetPaused.set(budget.paused_until === null ? 0 : 1);
      for (const name of Object.keys(QUEUE_TABLE)) {
        const depth = depths.find(({ queue }) => queue === name);
        this.gauges.outbox.set({ queue: name, state: 'waiting' }, depth?.waiting ?? 0);
        this.gauges.outbox.set({ queue: name, state: 'active' }, depth?.active ?? 0);
      }
      this.gauges.deadLetters.set(depths.find(({ queue }) => queue === DEAD_LETTERS)?.waiting ?? 0);
      this.gauges.isUp.set(1);
    } catch {
      for (const gauge of Object.values(this.gauges)) gauge.remove();
      this.gauges.outbox.reset();
      this.gauges.isUp.set(0);
    }
    return this.registry.metrics();
  }

  private count(event: DomainEvent): void {
    if (event.name === 'approval_request.opened') this.opened.inc();
    if (event.name === 'approval_request.decided') this.decided.inc({ decision: event.data.decision });
    if (event.name === 'approval_request.reopened') this.decided.inc({ decision: 'reopened' });
    if (event.name === 'approval_request.superseded') this.decided.inc({ decision: 'superseded' });
  }

  private countSignal(signal: Signal): void {
    if (signal.name === 'check.finished') this.checks.inc({ outcome: signal.outcome });
    if (signal.name === 'gate.judged') this.verdicts.inc({ verdict: signal.verdict, reason: signal.reason });
  }
}

function gaugesIn(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `${PREFIX}${name}`, help, registers });
  return {
    isUp: gauge('database_up', 'Whether the database answered this scrape.'),
    budgetLimit: gauge('request_budget_limit', 'Requests to Docker Hub that a minute may hold.'),
    budgetRemaining: gauge('request_budget_remaining', 'Requests to Docker Hub that may be made now.'),
    budgetPaused: gauge('request_budget_paused', '1 while all requests to Docker Hub pause.'),
    overdue: gauge(
      'oldest_overdue_image_seconds',
      'How long the longest overdue image has been due; 0: none.',
    ),
    outbox: new Gauge({
      name: `${PREFIX}outbox_jobs`,
      help: 'Stored jobs that are not done, by queue and state.',
      labelNames: ['queue', 'state'],
      registers,
    }),
    deadLetters: gauge('outbox_dead_letters', 'Jobs that failed for the last time and wait for an admin.'),
    listeners: gauge('event_listeners', 'Streams of the live view that are open in this process.'),
  };
}
