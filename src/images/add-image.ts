import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { record } from '../audit/audit.sql.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { parseImageName, type ImageName } from '../domain/image-name.js';
import { Refusal } from '../domain/refusals.js';
import type { NewDomainEvent } from '../events/domain-events.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { Image } from './image.entity.js';
import { NEW_IMAGE, settingsAfter, type ImageSettings, type ImageSettingsGiven } from './image-settings.js';
import { closeImageQuestion, lockImageQuestion } from './images.sql.js';
import { findImage, type ImageRow } from './list-images.sql.js';

/** An image that someone asks for. */
export interface AddImageOrder {
  /** A Docker reference without a tag. */
  readonly imageName: string;
  readonly settings: ImageSettingsGiven;
  readonly actor: string;
  readonly httpRequestId: string | null;
}

/**
 * Adds an image. Of any number of callers with the same name exactly one adds it; the others are told its id. One
 * that is added as approved or rejected answers the pending question about it, if the gate had asked one.
 */
@Injectable()
export class AddImage {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {}

  async run(order: AddImageOrder): Promise<ImageRow> {
    const name = parseImageName(order.imageName);
    const settings = settingsAfter(NEW_IMAGE, order.settings);

    const { row, events } = await inTransaction(this.db, async (tx) => {
      await lockImageQuestion(tx, name);
      const id = await insertImage(tx, name, settings, order.actor);
      if (id === null) throw await alreadyThere(tx, name);

      const { approvalStatus: status } = settings;
      const questionId =
        status === 'pending'
          ? null
          : await closeImageQuestion(tx, id, { ...name, status, actor: order.actor });
      const shared = {
        actor: order.actor,
        imageId: id,
        imageName: name.imageName,
        httpRequestId: order.httpRequestId,
      };
      await record(tx, [
        {
          ...shared,
          action: 'image.created',
          subjectType: 'image',
          subjectId: id,
          to: { approval_status: status, watch_for_updates: settings.watchForUpdates },
        },
        ...questionAudit(questionId, status, shared),
      ]);
      const events = await this.events.publish(tx, [
        {
          name: 'image.status_changed',
          data: { image_id: id, image_name: name.imageName, from: null, to: status, changed_by: order.actor },
        },
        ...questionEvents(questionId, status, shared),
      ]);

      const row = await findImage(tx, id);
      if (!row) throw new Error(`Image ${id} was added and is not there`);
      return { row, events };
    });
    this.events.announce(events);
    return row;
  }
}

/** The audit entry of a question about an image that was answered by changing the image; none without a question. */
export function questionAudit(
  questionId: number | null,
  status: string,
  shared: { actor: string; imageId: number; imageName: string; httpRequestId: string | null },
): Parameters<typeof record>[1] {
  if (questionId === null) return [];
  return [
    {
      ...shared,
      action: `approval_request.${status}`,
      subjectType: 'approval_request',
      subjectId: questionId,
      from: { status: 'pending' },
      to: { status, because_of_image: shared.imageId },
    },
  ];
}

/** The same answer as an event; none without a question. */
export function questionEvents(
  questionId: number | null,
  status: string,
  shared: { actor: string; imageId: number; imageName: string },
): NewDomainEvent[] {
  if (questionId === null || (status !== 'approved' && status !== 'rejected')) return [];
  return [
    {
      name: 'approval_request.decided',
      data: {
        approval_request_id: questionId,
        image_id: shared.imageId,
        image_name: shared.imageName,
        tag: null,
        digest: null,
        decision: status,
        decided_by: shared.actor,
        reason: null,
        batch_id: null,
      },
    },
  ];
}

/** Null: there is one of that name; whoever is adding it at the same time is waited for. */
async function insertImage(
  tx: EntityManager,
  name: ImageName,
  settings: ImageSettings,
  actor: string,
): Promise<number | null> {
  const isApproved = settings.approvalStatus === 'approved';
  const inserted = await tx
    .createQueryBuilder()
    .insert()
    .into(Image)
    .values({
      registry: name.registry,
      namespace: name.namespace,
      imageName: name.imageName,
      isOfficial: name.isOfficial,
      ...settings,
      approvedBy: isApproved ? actor : null,
      approvedAt: isApproved ? () => 'now()' : null,
    })
    .orIgnore()
    .returning('id')
    .execute();
  const rows = inserted.raw as { id: number }[];
  return rows[0]?.id ?? null;
}

async function alreadyThere(tx: EntityManager, name: ImageName): Promise<Refusal> {
  const { registry, imageName } = name;
  const image = await tx.findOne(Image, { where: { registry, imageName }, select: { id: true } });
  return new Refusal('conflict', 'image_exists', `${imageName} is there already.`, {
    details: image ? { image_id: image.id } : {},
  });
}
