import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { ensureBudget, lowerBudget, pauseBudget, readBudget, type BudgetKey } from './budget.sql.js';
import type { RateLimitReading } from './rate-limit.js';

/** The budget as the status shows it. */
export interface BudgetStatus {
  /** Requests a minute: our ceiling, or the server's where that is lower. */
  limit: number;
  remaining: number;
  resets_at: string;
  paused_until: string | null;
}

/**
 * The shared budget of requests to Docker Hub, as this process sees it. Paying is part of the statements that claim
 * and renew leases (`monitor.sql`); here is what the server says about it.
 */
@Injectable()
export class RequestBudget implements OnApplicationBootstrap {
  readonly key: BudgetKey;
  private readonly requestsPerMinute: number;
  private lastServerLimit: number | null = null;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
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
   * Takes over what an answer's headers say. Writes only when the server's limit is another one than before, or it
   * is nearly used up: an answer that says nothing new costs no round trip.
   */
  async learn(said: RateLimitReading | null): Promise<void> {
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
    };
  }
}
