import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type DataSource } from 'typeorm';
import { failpoint } from '../config/failpoint.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { Refusal } from '../domain/refusals.js';
import { Check } from './check.entity.js';
import { ImageMonitorService } from './image-monitor.service.js';
import { claimOneImage } from './claim.sql.js';

/** How long the caller of a check is kept waiting for its outcome. */
const LONGEST_WAIT_MS = 10_000;
/** How often the end of a check in another process is looked for. */
const LOOK_EVERY_MS = 250;

/** What a check by hand came to, or where it stands. */
export type CheckNowResult =
  | { isFinished: true; imageName: string; check: Check }
  | { isFinished: false; imageName: string; checkId: string; startsInMs: number };

/**
 * Checks one image because a person asked: leased and paid for like any other, first in line when there is no budget,
 * and the running one when it is being checked already. The caller waits up to ten seconds for the outcome.
 */
@Injectable()
export class CheckNow {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    @InjectRepository(Check) private readonly checks: Repository<Check>,
    private readonly budget: RequestBudget,
    private readonly monitor: ImageMonitorService,
  ) {}

  async run(imageId: number, options: { isAwaited: boolean }): Promise<CheckNowResult> {
    failpoint('claim_one.before');
    const claim = await claimOneImage(this.db, this.budget.key, imageId);
    failpoint('claim_one.after');
    if (claim.state === 'unknown')
      throw new Refusal('not_found', 'image_not_found', `There is no image ${imageId}.`);
    if (claim.state === 'not_approved') {
      throw new Refusal(
        'conflict',
        'image_not_approved',
        `${claim.imageName} is ${claim.approvalStatus}: only approved images are checked. Approve it first.`,
        { details: { approval_status: claim.approvalStatus } },
      );
    }
    if (claim.state === 'queued') return this.waitInLine(imageId, claim, options.isAwaited);
    const imageName = claim.state === 'claimed' ? claim.image.imageName : claim.imageName;
    const checkId = claim.state === 'claimed' ? claim.image.checkId : claim.checkId;
    const own = claim.state === 'claimed' ? this.monitor.check(claim.image) : null;
    // Whoever does not wait is not told of a failure here; the check's row and the log tell.
    own?.catch(() => undefined);

    const check = options.isAwaited ? await this.outcomeOf(imageId, checkId, own) : null;
    return check
      ? { isFinished: true, imageName, check }
      : { isFinished: false, imageName, checkId, startsInMs: 0 };
  }

  /** There is no budget yet. A wait that fits into the caller's patience is waited; any other is told at once. */
  private async waitInLine(
    imageId: number,
    claim: { imageName: string; checkId: string; startsInMs: number },
    isAwaited: boolean,
  ): Promise<CheckNowResult> {
    const { imageName, checkId, startsInMs } = claim;
    const isSoon = isAwaited && this.monitor.running && startsInMs < LONGEST_WAIT_MS;
    const check = isSoon ? await this.outcomeOf(imageId, checkId, null) : null;
    return check
      ? { isFinished: true, imageName, check }
      : { isFinished: false, imageName, checkId, startsInMs: Math.max(1, startsInMs) };
  }

  private async outcomeOf(
    imageId: number,
    checkId: string,
    own: Promise<unknown> | null,
  ): Promise<Check | null> {
    const waitUntil = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const remaining = waitUntil - performance.now();
      const wait = own ? remaining : Math.min(LOOK_EVERY_MS, remaining);
      if (wait <= 0) return null;
      await Promise.race([own ?? delay(wait), delay(wait)]);
      const check = await this.checks.findOneBy({ id: checkId, imageId });
      if (check) return check;
      // Our own check ended without a row: its lease was lost or handed back, and another one goes on.
      own = null;
    }
  }
}

async function delay(ms: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
}
