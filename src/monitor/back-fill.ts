import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { openRequests } from '../approval-requests/open-requests.js';
import { failpoint } from '../config/failpoint.js';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import type { TagPage } from '../docker-hub/answers.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { repositoryPathOf } from '../domain/image-name.js';
import { compileTagFilter } from '../domain/tag-filter.js';
import { whatIsNew } from '../domain/what-is-new.js';
import { claimBackFill, closeBackFill, resumeTruncated, type ImageToBackFill } from './back-fill.sql.js';
import { payForPage, releaseLease } from './claim.sql.js';
import { readKnownTags, writeObservedTags } from './monitor.sql.js';
import { payerOf } from './payer.js';

/** How long the back-fill leaves Docker Hub alone after it failed: nobody waits for it. */
const REST_AFTER_FAILURE_MS = 60_000;

/**
 * Reads the rest of the inventories, a page at a time, on budget that nobody else wants: the tags that were there
 * before an image's first check, so that one of them that is pushed again is not taken for a new one. What turns out to
 * be newer than that check is new, and opens its request like any other.
 *
 * Resumable: the page stands in the database. Docker Hub refuses deep pages to anonymous callers; that ends it as
 * `truncated`, which is shown and is no error.
 */
@Injectable()
export class BackFill {
  private readonly logger = new Logger('ImageMonitor');
  private restUntil = 0;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly hub: DockerHubClient,
    private readonly budget: RequestBudget,
  ) {}

  /** Takes up again what an anonymous service had to give up, where there is an account by now. */
  async start(): Promise<void> {
    if (this.settings.dockerHubToken !== null) await resumeTruncated(this.db);
  }

  /** One page of one image, if there is one to read and budget to spare; false: nothing was done. */
  async run(signal: AbortSignal): Promise<boolean> {
    if (performance.now() < this.restUntil) return false;
    const claimedAtMs = performance.now();
    const image = await claimBackFill(this.db, this.budget.key);
    if (image === null) return false;
    failpoint('back_fill.claimed');
    try {
      const path = repositoryPathOf(image.imageName);
      const pay = payerOf(() => payForPage(this.db, this.budget.key, image), { claimedAtMs, signal });
      const page = await this.hub.readTagPage(path, { url: this.hub.tagsPageUrl(path, image.page), pay });
      failpoint('back_fill.page_read');
      await this.budget.learn(page.rateLimit);
      await this.write(image, page);
    } catch (error) {
      await this.closeUnfinished(image, error);
    }
    return true;
  }

  private async write(image: ImageToBackFill, page: TagPage): Promise<void> {
    const names = page.tags.map((tag) => tag.name);
    const known = await readKnownTags(this.db, image.id, names);
    const news = whatIsNew({ tags: page.tags, known, inventoryTo: image.inventoryTo });
    const path = repositoryPathOf(image.imageName);
    await inTransaction(this.db, async (tx) => {
      if (!(await closeBackFill(tx, image, page.next === null ? 'complete' : 'partial'))) return;
      failpoint('back_fill.closed');
      const asked = {
        id: image.id,
        imageName: image.imageName,
        isInventoryComplete: page.next === null,
        urlOf: (tag: string) => this.hub.tagPageUrl(path, tag),
      };
      const { held } = await openRequests(tx, asked, news, {
        policy: image.requestPolicy ?? this.settings.requestPolicy,
        isFirstCheck: false,
        baseline: false,
        passesFilter: compileTagFilter({ include: image.tagInclude, exclude: image.tagExclude }),
        platforms: image.platforms,
      });
      failpoint('back_fill.opened');
      const moved = news.repushed.map((repush) => repush.tag);
      const tags = [...news.fresh, ...news.inventory, ...moved, ...news.touched];
      if (tags.length > 0) await writeObservedTags(tx, image.id, tags, held, null);
      failpoint('back_fill.written');
    });
    failpoint('back_fill.committed');
    this.logger.debug(
      new LogLine(`Back-filled page ${image.page} of ${image.imageName}`, {
        image: image.imageName,
        page: image.page,
      }),
    );
  }

  private async closeUnfinished(image: ImageToBackFill, error: unknown): Promise<void> {
    if (error instanceof DockerHubError && error.kind === 'paging_refused') {
      await closeBackFill(this.db, image, 'truncated');
      return;
    }
    // Page 2 of an image whose tags were deleted since.
    if (error instanceof DockerHubError && error.kind === 'not_found') {
      await closeBackFill(this.db, image, 'complete');
      return;
    }
    this.restUntil = performance.now() + REST_AFTER_FAILURE_MS;
    await releaseLease(this.db, image);
    if (error instanceof DockerHubError && error.kind === 'rate_limited') {
      await this.budget.pause(error.retryAfterMs ?? REST_AFTER_FAILURE_MS, error.message);
    } else if (!(error instanceof DockerHubError)) {
      this.logger.error(error);
    }
  }
}
