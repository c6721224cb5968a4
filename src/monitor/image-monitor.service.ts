import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { DataSource } from 'typeorm';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { CheckImage, type CheckReport } from './check-image.js';
import {
  claimDueImages,
  countImages,
  isAnythingDue,
  releaseLeases,
  type ClaimedImage,
} from './monitor.sql.js';

/** How often the database is asked for due images; with nothing due that costs a fraction of a millisecond. */
const BEAT_MS = 1_000;
/** From this many watched images on, the lines of single checks go to `debug`. */
const MANY_IMAGES = 1_000;
/** How long a shutdown waits for checks under way before it hands their images back; the whole drain has 10 s. */
const DRAIN_MS = 7_000;

/** A round over all due images, as this replica sees it. */
export interface Cycle {
  startedAt: Date;
  finishedAt: Date | null;
  checked: number;
  changed: number;
  failed: number;
  requestsCreated: number;
}

/**
 * The monitor: a heartbeat that leases due images and checks them, as many at once as `MONITOR_CONCURRENCY` says.
 * The schedule is the column `images.next_check_at` and nothing else, so any number of replicas share the work.
 */
@Injectable()
export class ImageMonitorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('ImageMonitor');
  private readonly inFlight = new Map<string, Promise<CheckReport>>();
  private readonly stopping = new AbortController();
  private isRunning = false;
  private isBeating = false;
  private wasClaimFull = false;
  private voice = { isQuiet: false };
  private cycle: Cycle | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly budget: RequestBudget,
    private readonly checkImage: CheckImage,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.monitorEnabled) this.start();
  }

  /** `@nestjs/schedule` stops the interval by itself, but not the run that is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.drain();
  }

  /** Starts a cycle over what is due, at once. */
  start(): void {
    if (this.isRunning || this.stopping.signal.aborted) return;
    this.isRunning = true;
    this.logger.log(`Starting monitor (check interval: ${this.settings.checkIntervalMinutes} minutes)`);
    // The first @Interval comes after a second, and a cycle that finds nothing due is still told of at the start.
    void this.guarded(async () => {
      await this.budget.ensure();
      await this.beginCycle();
      await this.claim();
      await this.endCycleIfDone();
    });
  }

  /** Claims nothing more; checks under way go on to their end. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.logger.log('Stopping monitor');
  }

  get running(): boolean {
    return this.isRunning;
  }

  get lastCycle(): Cycle | null {
    return this.cycle;
  }

  /** Neither `@Interval` nor a finished check waits for a beat under way, so the beat guards itself. */
  @Interval(BEAT_MS)
  async beat(): Promise<void> {
    if (!this.isRunning) return;
    await this.guarded(async () => {
      await this.claim();
      await this.endCycleIfDone();
    });
  }

  /** Checks an image that is leased already, in this process's count of checks and with its drain. */
  async check(image: ClaimedImage): Promise<CheckReport> {
    const check = this.checkImage.run(image, this.stopping.signal, this.voice);
    this.inFlight.set(image.leaseToken, check);
    try {
      const report = await check;
      this.count(report);
      return report;
    } finally {
      this.inFlight.delete(image.leaseToken);
      // A batch at a time, so that its images share a claim; with short budget or little due the next beat will do.
      const free = this.settings.monitorConcurrency - this.inFlight.size;
      if (this.wasClaimFull && free * 2 >= this.settings.monitorConcurrency) void this.beat();
    }
  }

  /** An exception in an interval goes nowhere: it is logged here, and the next beat tries again. */
  private async guarded(beat: () => Promise<void>): Promise<void> {
    if (this.isBeating) return;
    this.isBeating = true;
    try {
      await beat();
    } catch (error) {
      if (!this.stopping.signal.aborted) this.logger.error(error);
    } finally {
      this.isBeating = false;
    }
  }

  private async claim(): Promise<void> {
    const slots = this.settings.monitorConcurrency - this.inFlight.size;
    if (slots <= 0 || !this.isRunning) return;
    const images = await claimDueImages(this.db, this.budget.key, slots);
    this.wasClaimFull = images.length === slots;
    if (images.length === 0) return;
    if (this.cycle === null || this.cycle.finishedAt !== null) await this.beginCycle();
    for (const image of images) {
      this.check(image).catch((error: unknown) => this.logger.error(error));
    }
  }

  private async beginCycle(): Promise<void> {
    const counts = await countImages(this.db);
    this.voice = { isQuiet: counts.images_watched >= MANY_IMAGES };
    this.cycle = {
      startedAt: new Date(),
      finishedAt: null,
      checked: 0,
      changed: 0,
      failed: 0,
      requestsCreated: 0,
    };
    this.logger.log('Checking for new image tags...');
    this.logger.log(
      new LogLine(`Monitoring ${counts.images_watched} images`, { images_watched: counts.images_watched }),
    );
  }

  private async endCycleIfDone(): Promise<void> {
    const cycle = this.cycle;
    if (cycle === null || cycle.finishedAt !== null || this.inFlight.size > 0) return;
    if (await isAnythingDue(this.db)) return;
    cycle.finishedAt = new Date();
    const { checked, changed, failed, requestsCreated } = cycle;
    const fields = { checked, changed, failed, requests_created: requestsCreated };
    if (this.voice.isQuiet) {
      this.logger.log(
        new LogLine(
          `Checked ${checked} images: ${changed} changed, ${failed} failed, ${requestsCreated} approval requests created`,
          fields,
        ),
      );
    }
    this.logger.log(new LogLine('Check complete', fields));
  }

  private count(report: CheckReport): void {
    if (this.cycle === null || this.cycle.finishedAt !== null) return;
    if (report.outcome === 'lost' || report.outcome === 'stopped') return;
    this.cycle.checked += 1;
    if (report.outcome === 'changed') this.cycle.changed += 1;
    if (report.outcome === 'failed') this.cycle.failed += 1;
    this.cycle.requestsCreated += report.requestsCreated;
  }

  /** Lets running checks finish; what takes too long is handed back, and its result will not be written. */
  private async drain(): Promise<void> {
    this.stop();
    this.stopping.abort();
    if (this.inFlight.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MS);
    });
    await Promise.race([Promise.allSettled(this.inFlight.values()), timeout]);
    clearTimeout(timer);
    if (this.inFlight.size > 0) await releaseLeases(this.db, [...this.inFlight.keys()]);
  }
}
