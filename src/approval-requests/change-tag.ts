import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { record, type AuditRecord } from '../audit/audit.sql.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { Refusal } from '../domain/refusals.js';
import type { DomainEvent, NewDomainEvent } from '../events/domain-events.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { ImageTag, type ImageTagStatus } from '../images/image-tag.entity.js';
import { Image } from '../images/image.entity.js';
import { imageNotFound, notApproved } from '../images/image-settings.js';
import { approveTags, recommendTag } from '../images/images.sql.js';
import { answerWaitingRequests, type ApprovedByHand } from './answer-waiting-requests.js';
import { compareAgain } from './compare-again.js';
import { lockWaitingRequest } from './tags-by-hand.sql.js';

/** What a person decides about an approved tag. */
export interface TagMarks {
  readonly status: ImageTagStatus;
  readonly isRecommended: boolean;
  readonly isDeprecated: boolean;
}

/** What is to be different about an approved tag; undefined: it stays. */
export interface ChangeTagOrder {
  readonly imageId: number;
  readonly tagId: number;
  readonly changes: Partial<TagMarks>;
  /** False: pending requests for lower patches stay when the tag is put back in force. Default true. */
  readonly supersede?: boolean;
  readonly actor: string;
  readonly httpRequestId: string | null;
}

/**
 * The marks of a tag after a change. Nobody is sent to a tag that the gate does not let through: revoking or
 * deprecating a tag takes its recommendation away, and recommending one that is revoked or deprecated is a 409.
 */
export function marksAfter(before: TagMarks, changes: Partial<TagMarks>): TagMarks {
  const status = changes.status ?? before.status;
  const isDeprecated = changes.isDeprecated ?? before.isDeprecated;
  const isUsable = status === 'approved' && !isDeprecated;
  if (changes.isRecommended && !isUsable) {
    throw status === 'revoked'
      ? new Refusal('conflict', 'tag_revoked', 'A revoked tag cannot be recommended. Approve it first.')
      : new Refusal('conflict', 'tag_deprecated', 'A deprecated tag cannot be recommended.');
  }
  return { status, isDeprecated, isRecommended: isUsable && (changes.isRecommended ?? before.isRecommended) };
}

/**
 * Changes what was decided about an approved tag: recommends, deprecates, revokes it, or puts it back in force with
 * the digest that was approved. The row stays, whatever happens. What is the same already leaves no trace.
 */
@Injectable()
export class ChangeTag {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {}

  async run(order: ChangeTagOrder): Promise<ImageTag> {
    const { tag, events } = await inTransaction(this.db, async (tx) => {
      const image = await tx.findOne(Image, {
        where: { id: order.imageId },
        lock: { mode: 'for_no_key_update' },
      });
      if (!image) throw imageNotFound(order.imageId);
      const tag = await tx.findOneBy(ImageTag, { id: order.tagId, imageId: image.id });
      if (!tag) {
        throw new Refusal(
          'not_found',
          'tag_not_found',
          `${image.imageName} has no approved tag ${order.tagId}.`,
        );
      }

      const after = marksAfter(tag, order.changes);
      const changed = changesBetween(tag, after);
      if (!changed) return { tag, events: [] as DomainEvent[] };
      const by = {
        actor: order.actor,
        imageId: image.id,
        imageName: image.imageName,
        httpRequestId: order.httpRequestId,
      };
      const changedStatus = after.status !== tag.status;
      const answered =
        changedStatus && after.status === 'approved'
          ? await this.putInForce(tx, image, tag, { ...by, supersede: order.supersede ?? true })
          : null;
      // The mark comes off before, and goes on after, everything else: the row must be allowed to carry it.
      if (tag.isRecommended && !after.isRecommended) await recommendTag(tx, image.id, null);
      await tx.update(ImageTag, tag.id, {
        status: after.status,
        isDeprecated: after.isDeprecated,
        updatedAt: () => 'now()',
      });
      if (after.isRecommended && !tag.isRecommended) await recommendTag(tx, image.id, tag.id);
      if (changedStatus) await compareAgain(tx, [image.id]);
      const entry: AuditRecord = {
        ...by,
        action: actionOf(tag, after),
        subjectType: 'tag',
        subjectId: tag.id,
        tagName: tag.tag,
        ...changed,
      };
      await record(tx, [entry, ...(answered?.audit ?? [])]);
      const about = { image_id: image.id, image_name: image.imageName, tag: tag.tag, digest: tag.digest };
      const revoked: NewDomainEvent[] =
        changedStatus && after.status === 'revoked'
          ? [{ name: 'tag.revoked', data: { ...about, revoked_by: order.actor } }]
          : [];
      const events = await this.events.publish(tx, [...revoked, ...(answered?.events ?? [])]);
      return { tag: await tx.findOneByOrFail(ImageTag, { id: tag.id }), events };
    });
    this.events.announce(events);
    return tag;
  }

  /** Approves the digest that was approved before once more, and answers who waited for that. */
  private async putInForce(
    tx: EntityManager,
    image: Image,
    tag: ImageTag,
    { supersede, ...by }: ApprovedByHand & { supersede: boolean },
  ): Promise<{ audit: AuditRecord[]; events: NewDomainEvent[] }> {
    if (image.approvalStatus !== 'approved') throw notApproved(image.approvalStatus);
    const waiting = await lockWaitingRequest(tx, image.id, tag.tag);
    // One about another digest is about a later push, and stays to be decided.
    const requestId = waiting && waiting.digest === tag.digest ? waiting.id : null;
    const [approved] = await approveTags(tx, [contentOf(tag, by.actor, requestId)]);
    if (!approved) throw new Error(`${image.imageName}:${tag.tag} was approved and is not there`);
    return answerWaitingRequests(
      tx,
      {
        tagId: tag.id,
        tagBefore: approved.before,
        tag: tag.tag,
        digest: tag.digest,
        requestId,
        notes: null,
        supersede,
      },
      by,
    );
  }
}

/** What of a tag was approved, to be approved once more. */
function contentOf(
  tag: ImageTag,
  actor: string,
  requestId: number | null,
): Parameters<typeof approveTags>[1][number] {
  return {
    imageId: tag.imageId,
    tag: tag.tag,
    digest: tag.digest,
    sizeBytes: tag.sizeBytes,
    architectures: tag.architectures,
    platforms: tag.platforms,
    pushedAt: tag.pushedAt?.toISOString() ?? null,
    approvedBy: actor,
    requestId,
  };
}

function changesBetween(
  before: TagMarks,
  after: TagMarks,
): { from: Record<string, unknown>; to: Record<string, unknown> } | null {
  const columns = [
    ['status', before.status, after.status],
    ['is_recommended', before.isRecommended, after.isRecommended],
    ['is_deprecated', before.isDeprecated, after.isDeprecated],
  ] as const;
  const changed = columns.filter(([, from, to]) => from !== to);
  if (changed.length === 0) return null;
  return {
    from: Object.fromEntries(changed.map(([column, from]) => [column, from])),
    to: Object.fromEntries(changed.map(([column, , to]) => [column, to])),
  };
}

/** The change that says most, in the words of the audit log. */
function actionOf(before: TagMarks, after: TagMarks): string {
  if (before.status !== after.status) return `tag.${after.status}`;
  if (before.isDeprecated !== after.isDeprecated)
    return after.isDeprecated ? 'tag.deprecated' : 'tag.undeprecated';
  return after.isRecommended ? 'tag.recommended' : 'tag.unrecommended';
}
