import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { openRequests } from '../approval-requests/open-requests.js';
import { eventsOfWritten } from '../approval-requests/request-events.js';
import type { WrittenRequest } from '../approval-requests/approval-requests.sql.js';
import { failpoint } from '../config/failpoint.js';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { intervalMs, readTo, retryDelayMs } from '../domain/check-schedule.js';
import { repositoryPathOf } from '../domain/image-name.js';
import type { RepositoryPath } from '../domain/registry-tag.js';
import { compileTagFilter } from '../domain/tag-filter.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { isUnchanged, whatIsNew, type WhatIsNew } from '../domain/what-is-new.js';
import type { CheckOutcome } from './check.entity.js';
import { payForPage, releaseLease, type ClaimedImage } from './claim.sql.js';
import { BudgetIsShort, CheckIsStopped, LeaseIsLost } from './endings.js';
import {
  closeCheck,
  countTurnedNotFound,
  postponeNotFound,
  readKnownTags,
  writeObservedTags,
  type CheckResult,
} from './monitor.sql.js';
import { payerOf } from './payer.js';
import { readTags, type Reading } from './read-tags.js';

/** SPEC 5.7: so many images that turn 404 within a minute are a block, not deletions. */
const TURNED_NOT_FOUND_THAT_ARE_A_BLOCK = 5;
const BLOCK_MS = 60_000;

/** How a check ended, for whoever asked for it. `lost`: another one holds the lease; `stopped`: handed back. */
export interface CheckReport {
  outcome: CheckOutcome | 'lost' | 'stopped';
  tagsSeen: number;
  newTags: number;
  requestsCreated: number;
  error: string | null;
}

/** How loudly a check tells of itself; a cycle over many images keeps its lines to `debug`. */
export interface CheckVoice {
  isQuiet: boolean;
}

/**
 * One check of one leased image: read its tags, compare them with all that were observed, and write what follows in
 * one transaction under the lease. Network first, transaction last: no connection is held while Docker Hub is waited
 * for. A check that fails or has to wait is closed the same way, with the time of its next try.
 */
@Injectable()
export class CheckImage {
  private readonly logger = new Logger('ImageMonitor');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly hub: DockerHubClient,
    private readonly budget: RequestBudget,
    private readonly events: DomainEvents,
  ) {}

  /** Never throws for what Docker Hub does; throws when the database does not answer, and the lease runs out. */
  async run(image: ClaimedImage, signal: AbortSignal, voice: CheckVoice): Promise<CheckReport> {
    const startedAt = performance.now();
    try {
      failpoint('check.begun');
      const path = repositoryPathOf(image.imageName);
      this.say(voice, `Checking ${image.imageName} at ${this.hub.tagsUrl(path)}`, image);
      const pay = payerOf(() => payForPage(this.db, this.budget.key, image), {
        claimedAtMs: startedAt,
        signal,
      });
      const reading = await readTags({ image, readPage: (url) => this.readPage(path, url, pay), signal });
      this.say(voice, `Found ${reading.tags.length} tags for ${image.imageName}`, image);

      const names = reading.tags.map((tag) => tag.name);
      const known = await readKnownTags(this.db, image.id, names);
      const news = whatIsNew({ tags: reading.tags, known, inventoryTo: image.inventoryTo });
      failpoint('check.compared');
      const result = this.completed(image, reading, news, performance.now() - startedAt);
      if (isUnchanged(news)) return await this.closeUnchanged(image, result);
      return await this.closeChanged(image, path, news, result, voice);
    } catch (error) {
      return await this.closeUnfinished(image, error, performance.now() - startedAt);
    }
  }

  private async readPage(
    path: RepositoryPath,
    url: string | null,
    pay: () => Promise<void>,
  ): ReturnType<DockerHubClient['readTagPage']> {
    const page = await this.hub.readTagPage(path, { url, pay });
    failpoint('check.page_read');
    await this.budget.learn(page.rateLimit);
    return page;
  }

  private completed(
    image: ClaimedImage,
    reading: Reading,
    news: WhatIsNew,
    startedMsAgo: number,
  ): CheckResult {
    const isFirst = image.inventoryTo === null;
    return {
      outcome: isUnchanged(news) ? 'unchanged' : 'changed',
      startedMsAgo,
      nextCheckInMs: this.interval(image),
      readTo: readTo(reading.newestMicros, reading.answeredAtMs),
      // An empty repository has no inventory: whatever appears later is new.
      inventoryTo: isFirst ? (reading.newestMicros ?? 0) : null,
      inventoryState: reading.isWhole
        ? 'complete'
        : reading.isTruncated
          ? 'truncated'
          : isFirst
            ? 'partial'
            : null,
      consecutiveFailures: 0,
      errorKind: null,
      error: null,
      isRetried: false,
      pagesRead: reading.pagesRead,
      tagsSeen: reading.tags.length,
      newTags: news.fresh.length,
      repushedTags: news.repushed.length,
      isTruncated: reading.isTruncated,
    };
  }

  private async closeUnchanged(image: ClaimedImage, result: CheckResult): Promise<CheckReport> {
    if (!(await closeCheck(this.db, image, result))) return this.lost(image);
    failpoint('check.unchanged');
    return reportOf(result, 0);
  }

  private async closeChanged(
    image: ClaimedImage,
    path: RepositoryPath,
    news: WhatIsNew,
    result: CheckResult,
    voice: CheckVoice,
  ): Promise<CheckReport> {
    const rules = {
      policy: image.requestPolicy ?? this.settings.requestPolicy,
      isFirstCheck: image.inventoryTo === null,
      baseline: image.baseline,
      passesFilter: compileTagFilter({ include: image.tagInclude, exclude: image.tagExclude }),
      platforms: image.platforms,
    };
    const done = await inTransaction(this.db, async (tx) => {
      failpoint('check.transaction');
      if (!(await closeCheck(tx, image, result))) return null;
      failpoint('check.closed');
      const asked = {
        id: image.id,
        imageName: image.imageName,
        isInventoryComplete: image.isInventoryComplete || result.inventoryState === 'complete',
        urlOf: (tag: string) => this.hub.tagPageUrl(path, tag),
      };
      const { written, held } = await openRequests(tx, asked, news, rules);
      failpoint('check.opened');
      const moved = news.repushed.map((repush) => repush.tag);
      const tags = [...news.fresh, ...news.inventory, ...moved, ...news.touched];
      const check = { checkId: image.checkId, requestsCreated: written.filter((one) => one.is_new).length };
      await writeObservedTags(tx, image.id, tags, held, check);
      failpoint('check.observed');
      return { written, events: await this.events.publish(tx, eventsOfWritten(image, written)) };
    });
    failpoint('check.committed');
    if (done === null) return this.lost(image);
    const { written, events } = done;
    this.events.announce(events);
    this.tellWhatIsNew(image, news, written, voice);
    return reportOf(result, written.filter((request) => request.is_new).length);
  }

  private tellWhatIsNew(
    image: ClaimedImage,
    news: WhatIsNew,
    written: readonly WrittenRequest[],
    voice: CheckVoice,
  ): void {
    if (news.fresh.length > 0) {
      this.say(voice, `Found ${news.fresh.length} new tags for ${image.imageName}`, image);
    }
    for (const request of written) {
      const name = `${image.imageName}:${request.tag_name}`;
      const line = request.is_new
        ? `✅ Created approval request for ${name}`
        : request.status === 'pending'
          ? `The approval request for ${name} follows its tag to ${request.digest}`
          : `The approval request for ${name} is superseded: the tag is back at the approved digest`;
      this.say(voice, line, image, { tag: request.tag_name, request_id: request.id });
    }
  }

  /** Closes a check that found nothing out; the `switch` is the table of SPEC 5.7. */
  private async closeUnfinished(
    image: ClaimedImage,
    error: unknown,
    startedMsAgo: number,
  ): Promise<CheckReport> {
    if (error instanceof LeaseIsLost) return this.lost(image);
    if (error instanceof CheckIsStopped) {
      await releaseLease(this.db, image);
      return { ...NOTHING_FOUND, outcome: 'stopped', error: null };
    }
    if (error instanceof BudgetIsShort) {
      return this.close(image, {
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
        return this.close(image, {
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
    return this.close(image, {
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
    return this.close(image, {
      outcome: 'failed',
      nextCheckInMs: retryInMs ?? this.interval(image),
      startedMsAgo: failure.startedMsAgo,
      error: failure.message,
      kind: failure.kind,
      failures,
      isRetried: retryInMs !== null,
    });
  }

  private async close(
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
    if (!isClosed) return this.lost(image);
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

  private lost(image: ClaimedImage): CheckReport {
    this.logger.warn(
      new LogLine(
        `The check of ${image.imageName} took longer than its lease; its result is dropped`,
        fieldsOf(image),
      ),
    );
    return { ...NOTHING_FOUND, outcome: 'lost', error: null };
  }

  private interval(image: ClaimedImage): number {
    return intervalMs({
      namespace: image.namespace,
      checkIntervalMinutes: image.checkIntervalMinutes ?? this.settings.checkIntervalMinutes,
    });
  }

  private say(
    voice: CheckVoice,
    message: string,
    image: ClaimedImage,
    fields: Record<string, string | number> = {},
  ): void {
    const line = new LogLine(message, { ...fieldsOf(image), ...fields });
    if (voice.isQuiet) this.logger.debug(line);
    else this.logger.log(line);
  }
}

const NOTHING_FOUND = { tagsSeen: 0, newTags: 0, requestsCreated: 0 } as const;

function reportOf(result: CheckResult, requestsCreated: number): CheckReport {
  return {
    outcome: result.outcome,
    tagsSeen: result.tagsSeen,
    newTags: result.newTags,
    requestsCreated,
    error: null,
  };
}

function fieldsOf(image: ClaimedImage): Record<string, string | number> {
  return { image: image.imageName, image_id: image.id, check_id: image.checkId };
}
