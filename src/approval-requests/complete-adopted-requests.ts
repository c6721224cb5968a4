import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { lockImages } from '../images/images.sql.js';
import { compareAgain } from './compare-again.js';
import { imagesToCompare } from './decisions.sql.js';

/** Images at a time, so that no lock is held for long. */
const BATCH = 50;

/**
 * Compares pending requests that this service did not open, once, at its start: those of a platform whose tables were
 * adopted lack line, variant and kind of change, and would be missing in every list that groups by them.
 */
@Injectable()
export class CompleteAdoptedRequests implements OnApplicationBootstrap {
  constructor(@Inject(DATA_SOURCE) private readonly db: DataSource) {}

  async onApplicationBootstrap(): Promise<void> {
    let ids = await imagesToCompare(this.db, BATCH);
    while (ids.length > 0) {
      const images = ids;
      await inTransaction(this.db, async (tx) => {
        await lockImages(tx, images);
        await compareAgain(tx, images);
      });
      const left = await imagesToCompare(this.db, BATCH);
      // What cannot be compared must not be tried for ever.
      ids = left.filter((id) => !images.includes(id));
    }
  }
}
