import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { LogLine } from '../config/log-line.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { JobQueue } from '../queue/job-queue.js';
import { deleteOldChecks } from './history.sql.js';

/** Rows of one statement: some 20 ms, so that nothing waits for it. */
const BATCH = 5_000;
/** A million checks an hour; what is left goes with the next hour's job. */
const MAX_BATCHES = 200;

/** Keeps the history of checks at 30 days: a job of each hour, whichever replica takes it. */
@Injectable()
export class RemoveOldChecks implements OnModuleInit {
  private readonly logger = new Logger('Housekeeping');

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly queue: JobQueue,
  ) {}

  onModuleInit(): void {
    this.queue.consume('housekeeping', async ({ signal }) => {
      await this.run(signal);
    });
  }

  /** Answers how many were deleted. */
  async run(signal?: AbortSignal): Promise<number> {
    let deleted = 0;
    for (let batch = 0; batch < MAX_BATCHES && signal?.aborted !== true; batch += 1) {
      const count = await deleteOldChecks(this.db, BATCH);
      deleted += count;
      if (count < BATCH) break;
    }
    if (deleted > 0)
      this.logger.log(new LogLine(`Deleted ${deleted} checks older than 30 days`, { deleted }));
    return deleted;
  }
}
