import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { record } from '../audit/audit.sql.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { Refusal } from '../domain/refusals.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { Image } from './image.entity.js';
import { imageNotFound } from './image-settings.js';
import { readImageHistory, type ImageHistory } from './images.sql.js';

/** Which image is to go. */
export interface DeleteImageOrder {
  readonly imageId: number;
  /** Its tags, requests and checks may go with it. */
  readonly isForced: boolean;
  readonly actor: string;
  readonly httpRequestId: string | null;
}

/**
 * Deletes an image, and with it (foreign keys) its observed and approved tags, its requests and its checks; the audit
 * log keeps what was decided. Where there is anything to lose, the caller has to insist. A check under way finds its
 * lease gone and writes nothing.
 */
@Injectable()
export class DeleteImage {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {}

  async run(order: DeleteImageOrder): Promise<void> {
    const events = await inTransaction(this.db, async (tx) => {
      const image = await tx.findOne(Image, {
        where: { id: order.imageId },
        lock: { mode: 'for_no_key_update' },
      });
      if (!image) throw imageNotFound(order.imageId);

      const history = await readImageHistory(tx, image.id);
      if (!order.isForced && Object.values(history).some((count: number) => count > 0)) {
        throw hasHistory(image.imageName, history);
      }
      await tx.delete(Image, image.id);
      await record(tx, [
        {
          actor: order.actor,
          action: 'image.deleted',
          subjectType: 'image',
          subjectId: image.id,
          imageId: image.id,
          imageName: image.imageName,
          from: {
            approval_status: image.approvalStatus,
            watch_for_updates: image.watchForUpdates,
            ...history,
          },
          httpRequestId: order.httpRequestId,
        },
      ]);
      return this.events.publish(tx, [
        {
          name: 'image.status_changed',
          data: {
            image_id: image.id,
            image_name: image.imageName,
            from: image.approvalStatus,
            to: 'deleted',
            changed_by: order.actor,
          },
        },
      ]);
    });
    this.events.announce(events);
  }
}

function hasHistory(imageName: string, history: ImageHistory): Refusal {
  const told = Object.entries(history)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count > 10_000 ? 'more than 10000' : count} ${name.replace('_', ' ')}`);
  return new Refusal(
    'conflict',
    'image_has_history',
    `With ${imageName} would go: ${told.join(', ')}. Repeat with ?force=true, or switch its monitoring off instead.`,
    { details: { history } },
  );
}
