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
import { readTo } from '../domain/check-schedule.js';
import { repositoryPathOf } from '../domain/image-name.js';
import type { RepositoryPath } from '../domain/registry-tag.js';
import { compileTagFilter } from '../domain/tag-filter.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { isUnchanged, whatIsNew, type WhatIsNew } from '../domain/what-is-new.js';
import { fieldsOf, intervalOf, lost, reportOf, type CheckReport } from './check-report.js';
import { payForPage, type ClaimedImage } from './claim.sql.js';
import { closeCheck, readKnownTags, writeObservedTags, type CheckResult } from './monitor.sql.js';
import { payerOf } from './payer.js';
import { readTags, type Reading } from './read-tags.js';
import { UnfinishedChecks } from './unfinished-checks.js';

/** How loudly a check tells of itself; a cycle over many images keeps its lines to `debug`. */
export interface CheckVoice {
  isQuiet: boolean;
}

/**
 * One check of one leased image: read its tags, compare them with all that were observed, and write what follows in
 * one transaction under the lease. Network first, transaction last: no connection is held while Docker Hub is waited
 * for. A check that fails or has to wait is closed by {@link UnfinishedChecks}.
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
    private readonly unfinished: UnfinishedChecks,
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
      return await this.unfinished.close(image, error, performance.now() - startedAt);
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
      nextCheckInMs: intervalOf(image, this.settings),
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
    if (!(await closeCheck(this.db, image, result))) return lost(image, this.logger);
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
    if (done === null) return lost(image, this.logger);
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
