import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm';
import { record } from '../audit/audit.sql.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import type { DomainEvent } from '../events/domain-events.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { questionAudit, questionEvents } from './add-image.js';
import { Image } from './image.entity.js';
import {
  changesBetween,
  imageNotFound,
  settingsAfter,
  type ImageSettings,
  type ImageSettingsGiven,
} from './image-settings.js';
import { closeImageQuestion } from './images.sql.js';
import { findImage, type ImageRow } from './list-images.sql.js';

/** What is to be different about an image. */
export interface ChangeImageOrder {
  readonly imageId: number;
  readonly settings: ImageSettingsGiven;
  readonly actor: string;
  readonly httpRequestId: string | null;
}

/**
 * Changes what a person decides about an image: its state, whether it is watched, how often, which tags count. What
 * is the same already is no change and leaves no trace. Approving or rejecting it answers the pending question about
 * it; an image that is watched from now on is due at once.
 */
@Injectable()
export class ChangeImage {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {}

  async run(order: ChangeImageOrder): Promise<ImageRow> {
    const { row, events } = await inTransaction(this.db, async (tx) => {
      const before = await tx.findOne(Image, {
        where: { id: order.imageId },
        lock: { mode: 'for_no_key_update' },
      });
      if (!before) throw imageNotFound(order.imageId);

      const after = settingsAfter(before, order.settings);
      const changes = changesBetween(before, after);
      let events: DomainEvent[] = [];
      if (changes) {
        await tx.update(Image, before.id, this.columns(before, after, order.actor));
        const { approvalStatus: status } = after;
        const questionId =
          status === 'pending' || status === before.approvalStatus
            ? null
            : await closeImageQuestion(tx, before.id, { ...before, status, actor: order.actor });
        const shared = {
          actor: order.actor,
          imageId: before.id,
          imageName: before.imageName,
          httpRequestId: order.httpRequestId,
        };
        await record(tx, [
          {
            ...shared,
            action: actionOf(before, after),
            subjectType: 'image',
            subjectId: before.id,
            ...changes,
          },
          ...questionAudit(questionId, status, shared),
        ]);
        if (status !== before.approvalStatus) {
          events = await this.events.publish(tx, [
            {
              name: 'image.status_changed',
              data: {
                image_id: before.id,
                image_name: before.imageName,
                from: before.approvalStatus,
                to: status,
                changed_by: order.actor,
              },
            },
            ...questionEvents(questionId, status, shared),
          ]);
        }
      }

      const row = await findImage(tx, before.id);
      if (!row) throw new Error(`Image ${before.id} is locked and not there`);
      return { row, events };
    });
    this.events.announce(events);
    return row;
  }

  private columns(before: ImageSettings, after: ImageSettings, actor: string): QueryDeepPartialEntity<Image> {
    const columns: QueryDeepPartialEntity<Image> = { ...after, updatedAt: () => 'now()' };
    if (after.approvalStatus !== before.approvalStatus) {
      const isApproved = after.approvalStatus === 'approved';
      columns.approvedBy = isApproved ? actor : null;
      columns.approvedAt = isApproved ? () => 'now()' : null;
    }
    if (after.approvalStatus !== before.approvalStatus && after.approvalStatus === 'approved') {
      columns.nextCheckAt = () => 'now()';
    } else if (after.watchForUpdates && !before.watchForUpdates) {
      columns.nextCheckAt = () => 'now()';
    } else if (after.checkIntervalMinutes !== before.checkIntervalMinutes) {
      // A shorter interval holds from now on; a longer one from the next check on.
      const minutes = after.checkIntervalMinutes ?? this.settings.checkIntervalMinutes;
      columns.nextCheckAt = () =>
        `least(next_check_at, now() + ${Math.trunc(minutes)} * interval '1 minute')`;
    }
    return columns;
  }
}

/** The change that says most, in the words of the audit log. */
function actionOf(before: ImageSettings, after: ImageSettings): string {
  if (before.approvalStatus !== after.approvalStatus) {
    return after.approvalStatus === 'pending' ? 'image.reopened' : `image.${after.approvalStatus}`;
  }
  return 'image.updated';
}
