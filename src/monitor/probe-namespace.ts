import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { failpoint } from '../config/failpoint.js';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { DockerHubError } from '../docker-hub/errors.js';
import { retryDelayMs, spreadOf } from '../domain/check-schedule.js';
import { judgeProbe, reaches, watermarkOf, type ListedRepository, type Listing } from '../domain/probe.js';
import type { ClaimedNamespace } from './claim.sql.js';
import { BudgetIsShort, CheckIsStopped, LeaseIsLost } from './endings.js';
import { payerOf } from './payer.js';
import { closeFailedProbe, closeProbe, payForListingPage, readProbedImages } from './probe.sql.js';

/** More pages than any known namespace has (100 repositories each). */
const MOST_PAGES = 100;

/** How a probe ended: how many images it vouched for, and how many have to be checked themselves. */
export interface ProbeReport {
  unmoved: number;
  moved: number;
}

/**
 * One probe of one leased namespace: list its repositories, last pushed first, down to where the previous probe began,
 * and write in one statement which of its watched images have not moved and which have to be checked themselves.
 *
 * A probe that fails is tried again like a check; after its last try the due images are checked without it, so that a
 * listing that Docker Hub refuses or breaks costs requests and loses nothing.
 */
@Injectable()
export class ProbeNamespace {
  private readonly logger = new Logger('ImageMonitor');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly hub: DockerHubClient,
    private readonly budget: RequestBudget,
  ) {}

  async run(claimed: ClaimedNamespace, signal: AbortSignal): Promise<ProbeReport> {
    const startedAt = performance.now();
    try {
      this.logger.debug(
        new LogLine(
          `Probing ${claimed.namespace} at ${this.hub.listingUrl(claimed.namespace)}`,
          fieldsOf(claimed),
        ),
      );
      failpoint('probe.begun');
      const listing = await this.read(claimed, startedAt, signal);
      const { images, nowMicros } = await readProbedImages(
        this.db,
        this.budget.key.registry,
        claimed.namespace,
      );
      const findings = judgeProbe(listing, claimed, images, nowMicros);
      failpoint('probe.judged');
      const isClosed = await closeProbe(this.db, this.budget.key.registry, claimed, {
        startedMsAgo: performance.now() - startedAt,
        watermark: watermarkOf(listing),
        findings,
        defaultIntervalMinutes: this.settings.checkIntervalMinutes,
        spread: spreadOf(claimed.namespace),
      });
      failpoint('probe.closed');
      if (!isClosed) throw new LeaseIsLost();
      const moved = findings.filter((finding) => finding.hasMoved).length;
      return { moved, unmoved: findings.length - moved };
    } catch (error) {
      await this.closeUnfinished(claimed, error);
      return { moved: 0, unmoved: 0 };
    }
  }

  /** Down to a row that is not newer than the watermark, or to the end, or to where Docker Hub refuses to go on. */
  private async read(claimed: ClaimedNamespace, startedAt: number, signal: AbortSignal): Promise<Listing> {
    const pay = payerOf(() => payForListingPage(this.db, this.budget.key, claimed), {
      claimedAtMs: startedAt,
      signal,
    });
    const first = await this.readPage(claimed.namespace, null, pay);
    const rows: ListedRepository[] = [...first.rows];
    let next = first.next;
    for (let page = 1; next !== null && page < MOST_PAGES && !reaches(rows, claimed.watermark); page++) {
      if (signal.aborted) throw new CheckIsStopped();
      const further = await this.readFurther(claimed.namespace, next, pay);
      if (further === null) return { rows, isWhole: false, answeredAtMs: first.answeredAtMs };
      rows.push(...further.rows);
      next = further.next;
    }
    return { rows, isWhole: next === null, answeredAtMs: first.answeredAtMs };
  }

  private async readPage(
    namespace: string,
    url: string | null,
    pay: () => Promise<void>,
  ): ReturnType<DockerHubClient['readListingPage']> {
    const page = await this.hub.readListingPage(namespace, { url, pay });
    failpoint('probe.page_read');
    await this.budget.learn(page.rateLimit);
    return page;
  }

  private async readFurther(
    namespace: string,
    url: string,
    pay: () => Promise<void>,
  ): Promise<Awaited<ReturnType<DockerHubClient['readListingPage']>> | null> {
    try {
      return await this.readPage(namespace, url, pay);
    } catch (error) {
      if (error instanceof DockerHubError && error.kind === 'paging_refused') return null;
      throw error;
    }
  }

  private async closeUnfinished(claimed: ClaimedNamespace, error: unknown): Promise<void> {
    const { registry } = this.budget.key;
    if (error instanceof LeaseIsLost) return;
    if (error instanceof CheckIsStopped || error instanceof BudgetIsShort) {
      const retryInMs = error instanceof BudgetIsShort ? error.waitMs : 0;
      await closeFailedProbe(this.db, registry, claimed, { retryInMs, error: null, isFailure: false });
      return;
    }
    if (!(error instanceof DockerHubError)) this.logger.error(error);
    const kind = error instanceof DockerHubError ? error.kind : 'internal';
    const message = error instanceof DockerHubError ? error.message : 'internal error, see the log';
    if (error instanceof DockerHubError && kind === 'rate_limited') {
      const retryInMs = error.retryAfterMs ?? 60_000;
      await this.budget.pause(retryInMs, message);
      await closeFailedProbe(this.db, registry, claimed, { retryInMs, error: message, isFailure: false });
      return;
    }
    if (kind === 'unavailable') await this.budget.countFailure();
    const isRetried = kind === 'unavailable' || kind === 'malformed' || kind === 'internal';
    const retryInMs = isRetried ? retryDelayMs(claimed.consecutiveFailures + 1, Math.random()) : null;
    this.logger.warn(
      new LogLine(
        `Probing ${claimed.namespace} failed: ${message}; ${
          retryInMs === null
            ? 'its images are checked one by one'
            : `tried again in ${Math.ceil(retryInMs / 1000)} s`
        }`,
        { ...fieldsOf(claimed), error_kind: kind },
      ),
    );
    failpoint('probe.failing');
    await closeFailedProbe(this.db, registry, claimed, { retryInMs, error: message, isFailure: true });
    failpoint('probe.failed');
  }
}

function fieldsOf(claimed: ClaimedNamespace): Record<string, string> {
  return { namespace: claimed.namespace };
}
