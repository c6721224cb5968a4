import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { failpoint } from '../config/failpoint.js';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { retryDelayMs } from '../domain/check-schedule.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { fieldsOf, intervalOf, lost, NOTHING_FOUND, type CheckReport } from './check-report.js';
import { releaseLease, type ClaimedImage } from './claim.sql.js';
import { BudgetIsShort, CheckIsStopped, LeaseIsLost } from './endings.js';
import { closeCheck, countTurnedNotFound, postponeNotFound, type CheckResult } from './monitor.sql.js';

/** SPEC 5.7: so many images that turn 404 within a minute are a block, not deletions. */
const TURNED_NOT_FOUND_THAT_ARE_A_BLOCK = 5;
const BLOCK_MS = 60_000;

/** Closes the checks that found nothing out, under their lease, with the time of the next try. */
@Injectable()
export class UnfinishedChecks {
  private readonly logger = new Logger('ImageMonitor');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly budget: RequestBudget,
    private readonly events: DomainEvents,
  ) {}

  /** Why it did not end, and what that comes to; the `switch` is the table of SPEC 5.7. */
  async close(image: ClaimedImage, error: unknown, startedMsAgo: number): Promise<CheckReport> {
    if (error instanceof LeaseIsLost) return lost(image, this.logger);
    if (error instanceof CheckIsStopped) {
      await releaseLease(this.db, image);
      return { ...NOTHING_FOUND, outcome: 'stopped', error: null };
    }
    if (error instanceof BudgetIsShort) {
      return this.write(image, {
        outcome: 'postponed',
        nextCheckInMs: error.waitMs,
        startedMsAgo,
        error: null,
        kind: null,
      });
    }
    if (!(error instanceof DockerHubError)) {
      // A bug, or the database: if it answers, the check is tried again later instead of at once and for ever.
      this.logger.error(error);
      return this.fail(image, {
        startedMsAgo,
        kind: 'internal',
        message: 'internal error, see the log',
        isRetried: true,
      });
    }
    switch (error.kind) {
      case 'rate_limited': {
        const waitMs = error.retryAfterMs ?? 60_000;
        await this.budget.pause(waitMs, error.message);
        this.logger.warn(
          new LogLine(
            `Docker Hub asks to wait ${Math.ceil(waitMs / 1000)} s: all checks pause`,
            fieldsOf(image),
          ),
        );
        return this.write(image, {
          outcome: 'postponed',
          nextCheckInMs: waitMs,
          startedMsAgo,
          error: error.message,
          kind: error.kind,
        });
      }
      case 'not_found':
        return this.closeNotFound(image, startedMsAgo);
      case 'refused':
        return this.fail(image, { startedMsAgo, kind: error.kind, message: error.message, isRetried: false });
      case 'unavailable':
        await this.budget.countFailure();
        return this.fail(image, { startedMsAgo, kind: error.kind, message: error.message, isRetried: true });
      case 'paging_refused':
      case 'unauthorized':
      case 'malformed':
        return this.fail(image, { startedMsAgo, kind: error.kind, message: error.message, isRetried: true });
    }
  }

  /**
   * A 404 is no proof of deletion: a block of our address looks the same (docker-hub/facts.md, section 4). Where five
   * images that could be read before turn 404 within a minute, all checks pause, and then each is asked for once more.
   */
  private async closeNotFound(image: ClaimedImage, startedMsAgo: number): Promise<CheckReport> {
    const kind = 'not_found';
    const hasTurned = image.readTo !== null && image.consecutiveFailures === 0;
    if (
      !hasTurned ||
      (await countTurnedNotFound(this.db, image.id)) + 1 < TURNED_NOT_FOUND_THAT_ARE_A_BLOCK
    ) {
      return this.fail(image, { startedMsAgo, kind, message: 'not found on Docker Hub', isRetried: false });
    }
    const error = 'Many images turned "not found" at once: taken for a block by Docker Hub';
    this.logger.warn(new LogLine(`${error}; all checks pause for ${BLOCK_MS / 1000} s`, fieldsOf(image)));
    await this.budget.pause(BLOCK_MS, error);
    await postponeNotFound(this.db, BLOCK_MS, error);
    return this.write(image, {
      outcome: 'postponed',
      nextCheckInMs: BLOCK_MS,
      startedMsAgo,
      error,
      kind,
      failures: 1,
    });
  }

  private async fail(
    image: ClaimedImage,
    failure: { startedMsAgo: number; kind: string; message: string; isRetried: boolean },
  ): Promise<CheckReport> {
    const failures = image.consecutiveFailures + 1;
    const retryInMs = failure.isRetried ? retryDelayMs(failures, Math.random()) : null;
    const wait = retryInMs === null ? 'at its next regular check' : `in ${Math.ceil(retryInMs / 1000)} s`;
    this.logger.warn(
      new LogLine(`Checking ${image.imageName} failed: ${failure.message}; tried again ${wait}`, {
        ...fieldsOf(image),
        error_kind: failure.kind,
      }),
    );
    return this.write(image, {
      outcome: 'failed',
      nextCheckInMs: retryInMs ?? intervalOf(image, this.settings),
      startedMsAgo: failure.startedMsAgo,
      error: failure.message,
      kind: failure.kind,
      failures,
      isRetried: retryInMs !== null,
    });
  }

  private async write(
    image: ClaimedImage,
    end: {
      outcome: 'failed' | 'postponed';
      nextCheckInMs: number;
      startedMsAgo: number;
      error: string | null;
      kind: string | null;
      failures?: number;
      isRetried?: boolean;
    },
  ): Promise<CheckReport> {
    const result: CheckResult = {
      outcome: end.outcome,
      startedMsAgo: end.startedMsAgo,
      nextCheckInMs: end.nextCheckInMs,
      readTo: null,
      inventoryTo: null,
      inventoryState: null,
      // A wait that the registry asks for is no failure of the image.
      consecutiveFailures: end.failures ?? image.consecutiveFailures,
      errorKind: end.kind,
      error: end.error,
      isRetried: end.isRetried ?? true,
      pagesRead: 0,
      tagsSeen: 0,
      newTags: 0,
      repushedTags: 0,
      isTruncated: false,
    };
    failpoint('check.failing');
    const isClosed =
      end.outcome === 'failed'
        ? await this.closeFailed(image, result)
        : await closeCheck(this.db, image, result);
    if (!isClosed) return lost(image, this.logger);
    failpoint('check.failed');
    return { ...NOTHING_FOUND, outcome: end.outcome, error: end.error };
  }

  /** A failure is told to whoever listens, so that it takes a transaction; a wait is not, and takes one statement. */
  private async closeFailed(image: ClaimedImage, result: CheckResult): Promise<boolean> {
    const events = await inTransaction(this.db, async (tx) => {
      if (!(await closeCheck(tx, image, result))) return null;
      return this.events.publish(tx, [
        {
          name: 'check.failed',
          data: {
            check_id: image.checkId,
            image_id: image.id,
            image_name: image.imageName,
            error_kind: result.errorKind ?? 'internal',
            error: result.error ?? '',
            consecutive_failures: result.consecutiveFailures,
          },
        },
      ]);
    });
    if (events !== null) this.events.announce(events);
    return events !== null;
  }
}
