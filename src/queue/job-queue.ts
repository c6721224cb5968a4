import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PgBoss, type Db, type Job, type JobResult } from 'pg-boss';
import type { Subscription } from 'rxjs';
import type { DataSource, EntityManager } from 'typeorm';
import type pg from 'pg';
import { failpoint } from '../config/failpoint.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { Refusal } from '../domain/refusals.js';
import { ensureQueues } from './ensure-queues.js';
import { isJobWaiting } from './queue.sql.js';
import { DEAD_LETTERS, QUEUE_TABLE, type QueueName } from './queues.js';

/** The schema that pg-boss has for itself. */
export const QUEUE_SCHEMA = 'image_monitor_jobs';

/** How long after a failed start (no database, not migrated yet) it is tried again. */
const START_AGAIN_MS = 5_000;
/** Jobs under way may take this long at shutdown; the checks before them take up to 7 s of the 9 s there are. */
const DRAIN_MS = 1_500;
/** While the database is away every poll fails; one line a minute says so. */
const SAME_TROUBLE_MS = 60_000;

/** A job to be stored. The id makes it unique: a second one with the same id is left out. */
export interface JobToSend {
  readonly id?: string;
  readonly data: object;
  /** Not before this time. */
  readonly startAfter?: Date;
}

/** A job as its consumer gets it. `attempt` counts from 1. */
export interface JobToDo {
  readonly id: string;
  /** As it was stored: parse it. */
  readonly data: unknown;
  readonly attempt: number;
  /** Aborted when the try is given up, or the process has to leave. */
  readonly signal: AbortSignal;
}

/** Does a job; what it throws is kept with the job, which is then tried again. */
export type Consumer = (job: JobToDo) => Promise<void>;

/** A statement that travels with the jobs. Its parameters begin at `$2`. */
export interface StatementBeside {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * The jobs of this service, kept by pg-boss in its own schema and worked on through the service's own pool: no
 * connection is added.
 *
 * Jobs can be sent as soon as the module is initialised. They are taken by replicas that listen only, so that a script
 * or a test that makes the application does no work behind its own back. At shutdown the workers stop first, and
 * sending goes on until the last request is answered.
 */
@Injectable()
export class JobQueue implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Queue');
  private readonly consumers = new Map<QueueName, Consumer>();
  private readonly workers = new Map<QueueName, string>();
  private readonly boss: PgBoss;
  private isReady = false;
  private isListening = false;
  private isStopping = false;
  private startAgain: NodeJS.Timeout | undefined;
  private listening: Subscription | undefined;
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(DATA_SOURCE) db: DataSource,
    private readonly adapters: HttpAdapterHost,
  ) {
    this.boss = new PgBoss({
      db: throughPool(db),
      schema: QUEUE_SCHEMA,
      migrate: settings.migrate,
      // The longest that each allows: the schedule is by the hour, and there are no flows of jobs.
      cronMonitorIntervalSeconds: 45,
      cronWorkerIntervalSeconds: 45,
      flowIntervalSeconds: 60,
      registerInstance: false,
      // Takes longer than a statement may (`query_timeout`); the tables stay small.
      reindex: false,
    });
    this.boss.on('error', (error) => this.say(error.message));
    this.boss.on('warning', (warning) => this.logger.debug(warning.message));
  }

  /** False: nothing can be sent now, and whoever tries gets a Refusal. */
  get ready(): boolean {
    return this.isReady;
  }

  async onModuleInit(): Promise<void> {
    await this.start();
    this.isListening = this.adapters.listening;
    if (!this.isListening) {
      this.listening = this.adapters.listen$.subscribe(() => {
        this.isListening = true;
        this.startWorkers().catch((error: unknown) => this.logger.error(error));
      });
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.startAgain);
    this.listening?.unsubscribe();
    const stopped = [...this.workers.keys()].map((queue) => this.boss.offWork(queue, { wait: true }));
    this.workers.clear();
    await within(DRAIN_MS, Promise.allSettled(stopped));
  }

  async onApplicationShutdown(): Promise<void> {
    // What is still under way is failed, and so tried again at once by another replica.
    await this.boss.stop({ graceful: false, close: false }).catch((error: Error) => this.say(error.message));
    this.isReady = false;
  }

  /**
   * Stores jobs in the caller's transaction, in one statement for any number of them; `beside` travels in the same
   * round trip. Answers the ids of those that were stored: one whose id was there already, be it done, is left out.
   * Throws a Refusal where the queue's tables are not there (yet).
   */
  async send(
    tx: EntityManager,
    queue: QueueName,
    jobs: readonly JobToSend[],
    beside?: StatementBeside,
  ): Promise<string[]> {
    if (jobs.length === 0) return [];
    if (!this.isReady) throw notReady();
    const stored = await this.boss.insert(
      queue,
      jobs.map(({ id, data, startAfter }) => ({
        ...(id === undefined ? {} : { id }),
        data,
        ...(startAfter === undefined ? {} : { startAfter }),
      })),
      { db: insideTransaction(tx, beside), returnId: true },
    );
    return stored ?? [];
  }

  /**
   * Stores a job that stands for any number of the same as long as it is waiting: the first of the ids that no job has,
   * or none where a job of one of them has yet to begin. One under way does not count: it may have looked too early.
   */
  async sendUnlessWaiting(
    tx: EntityManager,
    queue: QueueName,
    job: { readonly ids: Iterable<string>; readonly data: object },
  ): Promise<void> {
    for (const id of job.ids) {
      const [stored] = await this.send(tx, queue, [{ id, data: job.data }]);
      if (stored !== undefined || (await isJobWaiting(tx, queue, id))) return;
    }
    throw new Error(`All ids of a job of ${queue} are taken`);
  }

  /** Names who does the jobs of a queue; to be called before the application listens. */
  consume(queue: QueueName, consumer: Consumer): void {
    if (this.consumers.has(queue)) throw new Error(`The queue ${queue} has a consumer already`);
    this.consumers.set(queue, consumer);
  }

  /** Lets this process look for jobs now: to be called after the commit of a transaction that sent some. */
  wake(queue: QueueName): void {
    const worker = this.workers.get(queue);
    if (worker !== undefined) this.boss.notifyWorker(worker);
  }

  /** Sends a dead letter back to its queue, with all its tries before it. False: there is none of that id. */
  async replay(deadLetterId: string): Promise<boolean> {
    if (!this.isReady) throw notReady();
    failpoint('replay.before');
    const moved = await this.boss.redrive(DEAD_LETTERS, { ids: [deadLetterId] });
    failpoint('replay.after');
    for (const worker of this.workers.values()) this.boss.notifyWorker(worker);
    return moved > 0;
  }

  private async start(): Promise<void> {
    try {
      await this.boss.start();
      await ensureQueues(this.boss);
      this.isReady = true;
      await this.startWorkers();
    } catch (error) {
      await this.boss.stop({ graceful: false, close: false }).catch(() => undefined);
      this.logger.warn(`The job queue did not start, and will be tried again: ${messageOf(error)}`);
      if (this.isStopping) return;
      this.startAgain = setTimeout(() => void this.start(), START_AGAIN_MS).unref();
    }
  }

  private async startWorkers(): Promise<void> {
    if (!this.isReady || !this.isListening || this.isStopping) return;
    for (const [queue, consumer] of this.consumers) {
      if (this.workers.has(queue)) continue;
      const { batchSize, pollingIntervalSeconds, cron } = QUEUE_TABLE[queue];
      const options = {
        batchSize,
        pollingIntervalSeconds,
        burstWhenBatchFull: true,
        perJobResults: true,
      } as const;
      const worker = await this.boss.work<object, unknown, typeof options>(
        queue,
        options,
        async (jobs: Job<object>[]) => Promise.all(jobs.map((job) => this.do(job, consumer))),
      );
      this.workers.set(queue, worker);
      if (cron !== undefined) await this.boss.schedule(queue, cron, null, { tz: 'UTC' });
    }
  }

  /** One job fails alone: the others of its batch are done. */
  private async do(job: Job<object>, consumer: Consumer): Promise<JobResult> {
    try {
      const { id, data, signal } = job;
      await consumer({ id, data, attempt: job.retryCount + 1, signal });
      failpoint('delivery.done');
      return { id, status: 'completed' };
    } catch (error) {
      const message = messageOf(error);
      this.logger.warn(`A job of ${job.name} failed (try ${job.retryCount + 1}): ${message} (job ${job.id})`);
      // pg-boss writes the end of the try, and the dead letter after the last one, when this has answered.
      failpoint(
        job.retryCount < QUEUE_TABLE[job.name as QueueName].retryLimit
          ? 'delivery.failed'
          : 'delivery.given_up',
      );
      return { id: job.id, status: 'failed', output: { message: message.slice(0, 2_000) } };
    }
  }

  private say(message: string): void {
    if (performance.now() - this.saidAt < SAME_TROUBLE_MS) return;
    this.saidAt = performance.now();
    this.logger.warn(message);
  }
}

/**
 * pg-boss's own statements, on the pool of the data source. Not through TypeORM, which knows no text of several
 * statements; the pool throws a connection away whose statement failed, so none is left inside a broken transaction.
 */
function throughPool(db: DataSource): Db {
  return {
    executeSql: async (text, values) => {
      const { master } = db.driver as unknown as { master: pg.Pool };
      return master.query(text, values);
    },
  };
}

/** pg-boss's one statement of an insert, in the caller's transaction, with another one beside it. */
function insideTransaction(tx: EntityManager, beside: StatementBeside | undefined): Db {
  return {
    executeSql: async (text, values = []) => {
      const all =
        beside === undefined ? text : `WITH jobs AS (${text}), beside AS (${beside.sql}) SELECT id FROM jobs`;
      const parameters = [...values, ...(beside?.parameters ?? [])];
      return { rows: await tx.query<{ id: string }[]>(all, parameters) };
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

function notReady(): Refusal {
  return new Refusal('unavailable', 'queue_not_ready', 'The job queue is not there yet; try again later.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
