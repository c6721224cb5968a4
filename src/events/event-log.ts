import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Subject, type Observable, type Subscription } from 'rxjs';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { DomainEvents } from './domain-events.service.js';
import { LOG_PAGE, numberCommitted, pruneLog, readLog, startOfLog, type LogRow } from './event-log.sql.js';

/** How late a change of another replica is seen; those of this process are seen at once. */
const POLL_MS = 1_000;
/** The log is numbered and shortened this often, by every replica, whether anybody reads or not. */
const PRUNE_MS = 60_000;
/** Rows in memory: 5 minutes' worth at 16 a second. A reader who was further behind reads everything anew. */
const MAX_ROWS = 5_000;
const REMEMBERED_MS = 5 * 60_000;
/** After so long without an answer of the database, rows may have been deleted unread. */
const STALE_MS = 4 * 60_000;
/** Another replica numbers at this moment; that takes it milliseconds. */
const NUMBERING_WAIT_MS = 20;
const NUMBERING_TRIES = 50;

/** A row, and when this process may forget it. */
type RememberedRow = LogRow & { readonly forgottenAt: number };

/**
 * The order of all changes, as this process has read it: one reader for any number of listeners, and none for no
 * listener. Resuming costs the database nothing; the last five minutes are in memory.
 */
@Injectable()
export class EventLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Events');
  private readonly arrived = new Subject<readonly LogRow[]>();
  private readonly broke = new Subject<void>();
  private rows: RememberedRow[] = [];
  private newest = 0;
  private readAt: number | null = null;
  private current: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;
  private polling: NodeJS.Timeout | undefined;
  private pruning: NodeJS.Timeout | undefined;
  private waking: Subscription | undefined;

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.pruning = setInterval(() => void this.quietly(() => this.prune()), PRUNE_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.pruning);
    this.unwatch();
    await this.current.catch(() => undefined);
  }

  /** The event id of the newest row that was read. */
  get head(): number {
    return this.newest;
  }

  /** Rows as they are read, in order, none twice. */
  get read(): Observable<readonly LogRow[]> {
    return this.arrived;
  }

  /** Rows may have been missed: whoever was told of changes must look for himself. */
  get broken(): Observable<void> {
    return this.broke;
  }

  /** Reads on until {@link unwatch}; the first reading is the caller's, by {@link catchUp}. */
  watch(): void {
    this.polling ??= setInterval(() => void this.quietly(() => this.catchUp()), POLL_MS);
    this.waking ??= this.events.announced.subscribe(() => void this.quietly(() => this.catchUp()));
  }

  unwatch(): void {
    clearInterval(this.polling);
    this.polling = undefined;
    this.waking?.unsubscribe();
    this.waking = undefined;
  }

  /** When it returns, everything that was committed before the call has been read. Callers share a reading. */
  async catchUp(): Promise<void> {
    if (this.next === null) {
      this.next = this.current
        .catch(() => undefined)
        .then(() => {
          this.current = this.next ?? Promise.resolve();
          this.next = null;
          return this.readOn();
        });
    }
    return this.next;
  }

  /** The rows after an event id that a reader had before; null: some are forgotten, and he must read everything anew. */
  after(eventId: number): readonly LogRow[] | null {
    if (eventId === this.newest) return [];
    const index = this.rows.findIndex((row) => row.eventId === eventId);
    return index < 0 ? null : this.rows.slice(index + 1);
  }

  private async readOn(): Promise<void> {
    const now = performance.now();
    const isStale = this.readAt === null || now - this.readAt > STALE_MS;
    const wasRead = this.readAt !== null;
    await this.numberAll();
    if (isStale) {
      this.newest = await startOfLog(this.db, MAX_ROWS);
      this.rows = [];
    }
    for (;;) {
      const page = await readLog(this.db, this.newest);
      this.remember(page);
      if (!isStale && page.length > 0) this.arrived.next(page);
      if (page.length < LOG_PAGE) break;
    }
    this.readAt = now;
    if (isStale && wasRead) this.broke.next();
  }

  private async numberAll(): Promise<void> {
    for (let tries = 0; tries < NUMBERING_TRIES; tries += 1) {
      const numbered = await numberCommitted(this.db);
      if (numbered === null) await pause(NUMBERING_WAIT_MS);
      else if (numbered < LOG_PAGE) return;
      else tries = 0;
    }
  }

  private remember(page: readonly LogRow[]): void {
    const now = performance.now();
    for (const row of page) {
      this.rows.push({ ...row, forgottenAt: now + REMEMBERED_MS - row.ageMs });
      this.newest = row.eventId;
    }
    const kept = this.rows.findIndex((row) => row.forgottenAt > now);
    const forgotten = Math.max(kept < 0 ? this.rows.length : kept, this.rows.length - MAX_ROWS);
    if (forgotten > 0) this.rows.splice(0, forgotten);
  }

  /** Numbers before it deletes, since only a numbered row tells whoever comes back that there is something new. */
  private async prune(): Promise<void> {
    await this.numberAll();
    await pruneLog(this.db);
  }

  /** A database that is away is told of by those who need it; here the next look finds what this one missed. */
  private async quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.debug(
        `The event log cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
