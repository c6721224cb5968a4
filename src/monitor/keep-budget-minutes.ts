import { Inject, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { keepBudgetMinute } from './stats.sql.js';

/** Four looks a minute, so that none is left out; three of them find the minute kept. */
const LOOK_EVERY_MS = 15_000;

/**
 * Keeps what the budget did in each minute, for the console's plot. Whichever replica looks first in a minute writes
 * it; a payment costs nothing more, since the budget counts what was spent anyway.
 */
@Injectable()
export class KeepBudgetMinutes {
  private readonly logger = new Logger('Housekeeping');
  private isKeeping = false;

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly budget: RequestBudget,
  ) {}

  /** A minute that cannot be kept is left out; an interval's exception would go nowhere. */
  @Interval(LOOK_EVERY_MS)
  async run(): Promise<void> {
    if (this.isKeeping) return;
    this.isKeeping = true;
    try {
      await keepBudgetMinute(this.db, this.budget.key);
    } catch (error) {
      this.logger.debug(
        `The budget's minute is not kept: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.isKeeping = false;
    }
  }
}
