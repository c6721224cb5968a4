import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { record } from '../audit/audit.sql.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { repositoryPathOf } from '../domain/image-name.js';
import { architecturesOf, platformText } from '../domain/platform.js';
import { Refusal } from '../domain/refusals.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { microsToText } from '../domain/stamp.js';
import type { NewDomainEvent } from '../events/domain-events.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { ImageTag } from '../images/image-tag.entity.js';
import { Image } from '../images/image.entity.js';
import { imageNotFound, notApproved } from '../images/image-settings.js';
import { approveTags, recommendTag } from '../images/images.sql.js';
import { answerWaitingRequests } from './answer-waiting-requests.js';
import { marksAfter, type TagMarks } from './change-tag.js';
import { compareAgain } from './compare-again.js';
import { openRequests } from './open-requests.js';
import { ReadTagByHand } from './read-tag-by-hand.js';
import { eventsOfWritten } from './request-events.js';
import { lockWaitingRequest, type WaitingRequest } from './tags-by-hand.sql.js';

/** The marks of a tag that was never approved. */
const NEW_TAG: TagMarks = { status: 'approved', isRecommended: false, isDeprecated: false };

/** Which tag is to be approved although nobody asked. */
export interface ApproveTagOrder {
  readonly imageId: number;
  readonly tag: string;
  /** The digest that was looked at; undefined: whichever Docker Hub has now. */
  readonly expectedDigest?: string;
  readonly notes: string | null;
  /** Moves the image's mark "recommended" to it. */
  readonly isRecommended: boolean;
  /** False: pending requests for lower patches stay. */
  readonly supersede: boolean;
  readonly actor: string;
  readonly httpRequestId: string | null;
}

/**
 * Approves a tag by hand, with the digest that Docker Hub has now and nobody has to type. Network first: no connection
 * is held while Docker Hub is waited for. Then, with the image's row locked, what was read is compared with what was
 * written meanwhile: a check that saw a later push wins, and the caller is asked to look again.
 *
 * A pending request for the tag follows it to this digest, as in every check, and is closed as approved; those for
 * lower patches of its version are superseded, as by any approval.
 */
@Injectable()
export class ApproveTagByHand {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly hub: DockerHubClient,
    private readonly readTagByHand: ReadTagByHand,
    private readonly events: DomainEvents,
  ) {}

  async run(
    order: ApproveTagOrder,
  ): Promise<{ tag: ImageTag; requestId: number | null; superseded: number[] }> {
    const { imageName } = await approvedImage(this.db.manager, order.imageId);
    const found = await this.readTagByHand.run(imageName, order.tag, order.expectedDigest);

    const { events, ...done } = await inTransaction(this.db, async (tx) => {
      const image = await approvedImage(tx, order.imageId, { isLocked: true });
      const waiting = await lockWaitingRequest(tx, image.id, order.tag);
      const present = await tx.findOneBy(ImageTag, { imageId: image.id, tag: order.tag });
      refuseIfOvertaken(found, waiting, present);
      const marks = marksAfter(present ?? NEW_TAG, {
        status: 'approved',
        ...(order.isRecommended ? { isRecommended: true } : {}),
      });
      const { requestId, told } = await this.follow(tx, image, found, waiting);

      const [approved] = await approveTags(tx, [tagToApprove(image.id, found, order.actor, requestId)]);
      if (!approved) throw new Error(`${imageName}:${order.tag} was approved and is not there`);
      const by = {
        actor: order.actor,
        imageId: image.id,
        imageName: image.imageName,
        httpRequestId: order.httpRequestId,
      };
      const answered = await answerWaitingRequests(
        tx,
        {
          tagId: approved.id,
          tagBefore: approved.before,
          tag: order.tag,
          digest: found.digest,
          requestId,
          notes: order.notes,
          supersede: order.supersede,
        },
        by,
      );
      if (marks.isRecommended) await recommendTag(tx, image.id, approved.id);
      await compareAgain(tx, [image.id]);
      await record(tx, [
        {
          ...by,
          action: 'tag.approved',
          subjectType: 'tag',
          subjectId: approved.id,
          tagName: order.tag,
          from: present && { status: present.status, digest: present.digest },
          to: {
            status: 'approved',
            digest: found.digest,
            by_hand: true,
            ...(order.isRecommended ? { is_recommended: true } : {}),
          },
          reason: order.notes,
        },
        ...answered.audit,
      ]);
      const events = await this.events.publish(tx, [...told, ...answered.events]);
      const tag = await tx.findOneByOrFail(ImageTag, { id: approved.id });
      return { tag, requestId, superseded: answered.superseded, events };
    });
    this.events.announce(events);
    return done;
  }

  /**
   * Lets the pending request follow its tag to the digest found, in the words and with the history of a check. Null
   * when there is nothing left to approve: the digest is the approved one, and the request was superseded.
   */
  private async follow(
    tx: EntityManager,
    image: Image,
    found: RegistryTag,
    waiting: WaitingRequest | null,
  ): Promise<{ requestId: number | null; told: NewDomainEvent[] }> {
    if (waiting === null) return { requestId: null, told: [] };
    if (waiting.digest === found.digest) return { requestId: waiting.id, told: [] };
    const path = repositoryPathOf(image.imageName);
    const { written } = await openRequests(
      tx,
      {
        id: image.id,
        imageName: image.imageName,
        isInventoryComplete: image.inventoryState === 'complete',
        urlOf: (tag) => this.hub.tagPageUrl(path, tag),
      },
      {
        fresh: [],
        inventory: [],
        repushed: [{ tag: found, previousDigest: waiting.digest ?? '' }],
        touched: [],
      },
      // Rules for new tags; this one is known.
      {
        policy: 'most_recent',
        isFirstCheck: false,
        baseline: false,
        passesFilter: () => true,
        platforms: [],
      },
    );
    const isPending = written.some((one) => one.id === waiting.id && one.status === 'pending');
    return { requestId: isPending ? waiting.id : null, told: eventsOfWritten(image, written) };
  }
}

/** The image, if its tags may be approved. */
async function approvedImage(db: EntityManager, id: number, options = { isLocked: false }): Promise<Image> {
  const image = await db.findOne(Image, {
    where: { id },
    ...(options.isLocked ? { lock: { mode: 'for_no_key_update' } } : {}),
  });
  if (!image) throw imageNotFound(id);
  if (image.approvalStatus !== 'approved') throw notApproved(image.approvalStatus);
  return image;
}

/** What was read is out of date when a later push of the tag was written while Docker Hub was waited for. */
function refuseIfOvertaken(
  found: RegistryTag,
  waiting: WaitingRequest | null,
  present: ImageTag | null,
): void {
  const foundAt =
    found.lastUpdated === null ? Number.NEGATIVE_INFINITY : Math.floor(found.lastUpdated.micros / 1000);
  const others = [
    { digest: waiting?.digest, pushedAt: waiting?.pushed_at },
    { digest: present?.digest, pushedAt: present?.pushedAt },
  ];
  const later = others.find(
    ({ digest, pushedAt }) => digest && digest !== found.digest && pushedAt && pushedAt.getTime() > foundAt,
  );
  if (!later) return;
  throw new Refusal(
    'conflict',
    'digest_changed',
    `${found.name} was pushed again just now. Look at it once more.`,
    {
      details: { current: { tag: found.name, digest: later.digest } },
    },
  );
}

function tagToApprove(
  imageId: number,
  found: RegistryTag,
  actor: string,
  requestId: number | null,
): Parameters<typeof approveTags>[1][number] {
  return {
    imageId,
    tag: found.name,
    digest: found.digest,
    sizeBytes: found.sizeBytes,
    architectures: architecturesOf(found.platforms),
    platforms: found.platforms.map(platformText),
    pushedAt: found.lastUpdated === null ? null : microsToText(found.lastUpdated.micros),
    approvedBy: actor,
    requestId,
  };
}
