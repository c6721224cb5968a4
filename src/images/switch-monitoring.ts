import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { record } from '../audit/audit.sql.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { Image } from './image.entity.js';
import { imageNotFound, notApproved } from './image-settings.js';

/** Which image is to be watched from now on, or no longer. */
export interface SwitchMonitoringOrder {
  readonly imageId: number;
  readonly isWatched: boolean;
  readonly actor: string;
  readonly httpRequestId: string | null;
}

/**
 * Switches the watching of an image on or off. On makes it due at once; on what is on already (and off on what is
 * off) changes nothing, so that a repeated call costs no check and leaves no second entry in the audit log.
 */
@Injectable()
export class SwitchMonitoring {
  constructor(@Inject(DATA_SOURCE) private readonly db: DataSource) {}

  async run(order: SwitchMonitoringOrder): Promise<Image> {
    return inTransaction(this.db, async (tx) => {
      const image = await tx.findOne(Image, {
        where: { id: order.imageId },
        lock: { mode: 'for_no_key_update' },
      });
      if (!image) throw imageNotFound(order.imageId);
      if (order.isWatched && image.approvalStatus !== 'approved') throw notApproved(image.approvalStatus);
      if (order.isWatched === image.watchForUpdates) return image;

      await tx.update(Image, image.id, {
        watchForUpdates: order.isWatched,
        updatedAt: () => 'now()',
        ...(order.isWatched ? { nextCheckAt: () => 'now()' } : {}),
      });
      await record(tx, [
        {
          actor: order.actor,
          action: order.isWatched ? 'image.monitoring_enabled' : 'image.monitoring_disabled',
          subjectType: 'image',
          subjectId: image.id,
          imageId: image.id,
          imageName: image.imageName,
          from: { watch_for_updates: image.watchForUpdates },
          to: { watch_for_updates: order.isWatched },
          httpRequestId: order.httpRequestId,
        },
      ]);
      return tx.findOneByOrFail(Image, { id: image.id });
    });
  }
}
