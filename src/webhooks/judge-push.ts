import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { openRequests } from '../approval-requests/open-requests.js';
import { eventsOfWritten } from '../approval-requests/request-events.js';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { parseImageName, repositoryPathOf, type ImageName } from '../domain/image-name.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { judgeDigest, type Verdict } from '../domain/verdict.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { lockImages } from '../images/images.sql.js';
import { ImageMonitorService } from '../monitor/image-monitor.service.js';
import { writeObservedTags } from '../monitor/monitor.sql.js';
import { JobQueue } from '../queue/job-queue.js';
import { Gate, judgeGate, type GateJudgement } from './gate.js';
import {
  askAboutImage,
  hintAtImage,
  holdImage,
  readGate,
  rememberRollout,
  type GateRow,
} from './webhooks.sql.js';

/** A push that is to be judged. */
export interface Push {
  readonly image: ImageName;
  readonly tag: string | null;
  /** As the payload claims. */
  readonly pushedBy: string | null;
  readonly httpRequestId: string | null;
}

/** The verdict on a push, and whether it led to a rollout. */
export interface PushOutcome {
  readonly verdict: Verdict;
  readonly digest: string | null;
  /** `requested`: by this push. `already_requested`: by an earlier delivery of it. `off`: the image has no auto-rollout. */
  readonly rollout: 'requested' | 'already_requested' | 'off' | 'none';
}

/** A push whose verdict has to wait, as the queue keeps it. */
interface UndecidedPush {
  imageName: string;
  tag: string | null;
  pushedBy: string | null;
}

/** Pushes of one tag within this time are decided later by one job, as long as it is waiting. */
const SAME_PUSH_MS = 60_000;
/** A job that failed waits for 5 s at least, so that hardly more are done within a minute. */
const JOBS_A_MINUTE = 12;

/**
 * What a push leads to: the gate's verdict, and what follows from it in one transaction (SPEC 8). Allowed: a rollout is
 * requested, once for each approval. Refused: the question is opened that would let it pass. Undecided: it is judged
 * again later, by a job that is stored before the answer.
 */
@Injectable()
export class JudgePush implements OnModuleInit {
  private readonly logger = new Logger('Gate');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly gate: Gate,
    private readonly hub: DockerHubClient,
    private readonly events: DomainEvents,
    private readonly queue: JobQueue,
    private readonly monitor: ImageMonitorService,
  ) {}

  onModuleInit(): void {
    this.queue.consume('undecided-pushes', async (job) => {
      const push = job.data as UndecidedPush;
      const image = parseImageName(push.imageName);
      const { verdict } = await this.decide({
        image,
        tag: push.tag,
        pushedBy: push.pushedBy,
        httpRequestId: null,
      });
      if (verdict.outcome === 'undecided') throw new Error(verdict.detail);
    });
  }

  async run(push: Push): Promise<PushOutcome> {
    const outcome = await this.decide(push);
    if (outcome.verdict.outcome === 'undecided') await this.decideLater(push);
    return outcome;
  }

  private async decide(push: Push): Promise<PushOutcome> {
    const judgement = await this.gate.judge(push.image, push.tag);
    const outcome = await this.follow(push, judgement);
    this.tell(push, outcome);
    return outcome;
  }

  private async follow(push: Push, judgement: GateJudgement): Promise<PushOutcome> {
    const { verdict, gate, found } = judgement;
    switch (verdict.reason) {
      case 'approved':
        return this.requestRollout(push, judgement);
      case 'image_unknown':
        await this.askAboutImage(push);
        break;
      case 'digest_changed':
        if (gate && found) await this.askAboutDigest(push.image, gate, found);
        break;
      case 'tag_not_approved':
      case 'tag_not_named':
        await this.checkNow(gate);
        break;
      default:
        break;
    }
    return { verdict, digest: found?.digest ?? null, rollout: 'none' };
  }

  /**
   * The image is held against every decision, and the tag read again: what was approved when Docker Hub was asked may
   * have been revoked since, and then nothing is published.
   */
  private async requestRollout(push: Push, { gate, found }: GateJudgement): Promise<PushOutcome> {
    const imageId = gate?.image_id ?? 0;
    const digest = found?.digest ?? null;
    const { outcome, events } = await inTransaction(this.db, async (tx) => {
      await holdImage(tx, imageId);
      const now = await readGate(tx, push.image, push.tag);
      const verdict =
        judgeGate(now, { isInternal: false, tag: push.tag }) ?? judgeDigest(now?.digest ?? '', digest);
      if (verdict.outcome !== 'allowed' || now === null || digest === null) {
        return { outcome: { verdict, digest, rollout: 'none' as const }, events: [] };
      }
      if (!now.auto_rollout) return { outcome: { verdict, digest, rollout: 'off' as const }, events: [] };
      if (!(await rememberRollout(tx, now))) {
        return { outcome: { verdict, digest, rollout: 'already_requested' as const }, events: [] };
      }
      const published = await this.events.publish(tx, [
        {
          name: 'rollout.requested',
          data: {
            image_id: now.image_id,
            image_name: push.image.imageName,
            tag: push.tag ?? '',
            digest,
            approval_request_id: now.approval_request_id,
            pushed_at: found?.lastUpdated?.text ?? null,
            pushed_by: push.pushedBy,
          },
        },
      ]);
      return { outcome: { verdict, digest, rollout: 'requested' as const }, events: published };
    });
    this.events.announce(events);
    return outcome;
  }

  /** One question about an image, however often it is pushed to. */
  private async askAboutImage(push: Push): Promise<void> {
    const events = await inTransaction(this.db, async (tx) => {
      const id = await askAboutImage(tx, push.image, push);
      if (id === null) return [];
      const data = {
        approval_request_id: id,
        image_id: null,
        image_name: push.image.imageName,
        tag: null,
        digest: null,
      };
      return this.events.publish(tx, [{ name: 'approval_request.opened', data }]);
    });
    this.events.announce(events);
  }

  /** The re-push request of SPEC 5.3, from what the registry just answered. */
  private async askAboutDigest(image: ImageName, gate: GateRow, found: RegistryTag): Promise<void> {
    const path = repositoryPathOf(image.imageName);
    const asked = {
      id: gate.image_id,
      imageName: image.imageName,
      isInventoryComplete: true,
      urlOf: (tag: string) => this.hub.tagPageUrl(path, tag),
    };
    const repushed = [{ tag: found, previousDigest: gate.digest ?? '' }];
    const events = await inTransaction(this.db, async (tx) => {
      await lockImages(tx, [gate.image_id]);
      const { written } = await openRequests(
        tx,
        asked,
        { fresh: [], inventory: [], touched: [], repushed },
        {
          policy: this.settings.requestPolicy,
          isFirstCheck: false,
          baseline: false,
          passesFilter: () => true,
          platforms: [],
        },
      );
      await writeObservedTags(tx, gate.image_id, [found], new Set(), null);
      return this.events.publish(tx, eventsOfWritten(asked, written));
    });
    this.events.announce(events);
  }

  /** An immediate check of the image opens the question about the tag. */
  private async checkNow(gate: GateRow | null): Promise<void> {
    if (gate === null) return;
    await hintAtImage(this.db, gate.image_id);
    void this.monitor.beat();
  }

  private async decideLater(push: Push): Promise<void> {
    const { imageName } = push.image;
    const data: UndecidedPush = { imageName, tag: push.tag, pushedBy: push.pushedBy };
    await inTransaction(this.db, async (tx) => {
      const ids = idsOfPush(imageName, push.tag);
      await this.queue.sendUnlessWaiting(tx, 'undecided-pushes', { ids, data });
    });
  }

  private tell(push: Push, { verdict, rollout }: PushOutcome): void {
    this.events.signal({ name: 'gate.judged', verdict: verdict.outcome, reason: verdict.reason });
    const name = push.tag === null ? push.image.imageName : `${push.image.imageName}:${push.tag}`;
    const then = rollout === 'requested' ? '; rollout requested' : '';
    this.logger.log(
      new LogLine(`${name} ${verdict.outcome} (${verdict.reason})${then}`, {
        image: push.image.imageName,
        tag: push.tag,
        verdict: verdict.outcome,
        reason: verdict.reason,
      }),
    );
  }
}

/**
 * UUIDs that are the same for all pushes of a tag within a minute, so that their deliveries are one job; each further
 * one is for a push that comes when the job before has been done. The last is nobody else's: a push is never dropped.
 */
function* idsOfPush(imageName: string, tag: string | null): Generator<string> {
  const minute = Math.floor(Date.now() / SAME_PUSH_MS);
  for (let turn = 0; turn < JOBS_A_MINUTE; turn++) {
    const hex = createHash('sha256')
      .update(JSON.stringify([imageName, tag, minute, turn]))
      .digest('hex');
    yield `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
  yield randomUUID();
}
