import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { countWatched, type WatchedCounts } from './monitor.sql.js';

/** A count that took less is made anew each time: with some thousand images it costs a millisecond. */
const CHEAP_MS = 20;
/** A dear one is kept a hundred times as long as it took, so that counting is one percent of the database's work at most. */
const KEPT_FOR_ITS_COST_TIMES = 100;

/**
 * How many images are watched: for the status, and for the line at the beginning of each cycle. With a million images a
 * cycle begins nearly every second, and counting them takes a third of one.
 */
@Injectable()
export class WatchedImages {
  private kept: { counts: WatchedCounts; untilMs: number } | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
  ) {}

  async count(): Promise<WatchedCounts> {
    const startedAt = performance.now();
    if (this.kept !== null && startedAt < this.kept.untilMs) return this.kept.counts;
    const counts = await countWatched(this.db, this.settings.checkIntervalMinutes);
    const now = performance.now();
    const tookMs = now - startedAt;
    this.kept =
      tookMs < CHEAP_MS || counts.images < 10_000
        ? null
        : { counts, untilMs: now + tookMs * KEPT_FOR_ITS_COST_TIMES };
    return counts;
  }
}
