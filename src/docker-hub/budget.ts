import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { Refusal } from '../domain/refusals.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { ensureBudget, lowerBudget, pauseBudget, payOne, readBudget, type BudgetKey } from './budget.sql.js';
import type { RateLimitReading } from './rate-limit.js';

/** How long a person's question waits for budget before he is told when to come back. */
const LONGEST_PAY_WAIT_MS = 5_000;

/** The budget as the status shows it. */
export interface BudgetStatus {
  /** Requests a minute: our ceiling, or the server's where that is lower. */
  limit: number;
  remaining: number;
  resets_at: string;
  paused_until: string | null;
  /** `open`: nothing is sent, since Docker Hub failed ten times in a row. */
  breaker: 'closed' | 'open';
}

/** So many failures in a row are not about an image; a minute of retries would only add to what is wrong. */
const FAILURES_THAT_OPEN_THE_CIRCUIT = 10;
const CIRCUIT_OPEN_MS = 30_000;
const CIRCUIT_IS_OPEN = 'Docker Hub failed ten times in a row';

/**
 * The shared budget of requests to Docker Hub, as this process sees it. Paying is part of the statements that claim
 * and renew leases (`monitor.sql`); here is what the server says about it.
 */
@Injectable()
export class RequestBudget implements OnApplicationBootstrap {
  readonly key: BudgetKey;
  private readonly requestsPerMinute: number;
  private lastServerLimit: number | null = null;
  private failuresInARow = 0;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {
    this.key = { registry: 'docker.io', credential: settings.dockerHubUsername ?? 'anonymous' };
    this.requestsPerMinute = settings.dockerHubRequestsPerMinute;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.ensure();
  }

  /** The row must be there before the first claim; a replica with another ceiling changes it for all. */
  async ensure(): Promise<void> {
    await ensureBudget(this.db, this.key, this.requestsPerMinute);
  }

  /**
   * Pays for one request that a person waits for, in the client's own words for it (`Pay`). Waits up to 5 s for
   * budget; longer is a Refusal `budget_exhausted` with the seconds to wait, and nothing was paid.
   */
  async pay(): Promise<void> {
    const waitUntil = performance.now() + LONGEST_PAY_WAIT_MS;
    for (;;) {
      const { isPaid, waitMs } = await payOne(this.db, this.key);
      if (isPaid) return;
      if (performance.now() + waitMs > waitUntil) {
        throw new Refusal(
          'unavailable',
          'budget_exhausted',
          'All requests to Docker Hub that may be made now are spent; try again later.',
          { details: { retry_after_seconds: Math.ceil(waitMs / 1000) } },
        );
      }
      // A little later than said, so that one try is enough where nobody else pays.
      await new Promise((resolve) => setTimeout(resolve, waitMs + 20));
    }
  }

  /**
   * Counts failures of the host in a row: the tenth opens the circuit for 30 s, in which nothing leaves, from any
   * replica. Then it is tried again, and the next failure opens it once more.
   */
  async countFailure(): Promise<void> {
    this.failuresInARow += 1;
    if (this.failuresInARow < FAILURES_THAT_OPEN_THE_CIRCUIT) return;
    await this.pause(CIRCUIT_OPEN_MS, CIRCUIT_IS_OPEN);
  }

  /**
   * Takes over what an answer's headers say, and that there was an answer. Writes only when the server's limit is another one than before, or it
   * is nearly used up: an answer that says nothing new costs no round trip.
   */
  async learn(said: RateLimitReading | null): Promise<void> {
    this.failuresInARow = 0;
    if (said === null) return;
    const limit =
      said.limit !== null && said.limit > 0 && said.limit !== this.lastServerLimit ? said.limit : null;
    const isScarce = said.remaining !== null && said.remaining < this.requestsPerMinute / 12;
    if (limit === null && !isScarce) return;
    await lowerBudget(this.db, this.key, { limit, remaining: isScarce ? said.remaining : null });
    if (limit !== null) this.lastServerLimit = limit;
  }

  /** Nothing leaves for `ms` milliseconds, from any replica. */
  async pause(ms: number, reason: string): Promise<void> {
    await pauseBudget(this.db, this.key, ms, reason);
    this.events.signal({ name: 'budget.paused', wait_ms: ms });
  }

  async status(): Promise<BudgetStatus> {
    const row = await readBudget(this.db, this.key);
    if (!row) throw new Error('The request budget has no row: the service has not started yet');
    const waitMs = Math.max(0, row.full_in_seconds) * 1000;
    return {
      limit: row.ceiling,
      remaining: Math.max(0, Math.floor(row.level)),
      resets_at: new Date(Date.now() + waitMs).toISOString(),
      paused_until: row.paused_until?.toISOString() ?? null,
      breaker: row.paused_until !== null && row.pause_reason === CIRCUIT_IS_OPEN ? 'open' : 'closed',
    };
  }
}
