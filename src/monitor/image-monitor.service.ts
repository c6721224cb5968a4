import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { DataSource } from 'typeorm';
import { failpoint } from '../config/failpoint.js';
import { LogLine } from '../config/log-line.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DomainEvents } from '../events/domain-events.service.js';
import { AnswersUnderWay } from '../http/answers-under-way.js';
import { BackFill } from './back-fill.js';
import { CheckImage } from './check-image.js';
import type { CheckReport } from './check-report.js';
import { claimDue, releaseLeases, type ClaimedImage, type ClaimedNamespace } from './claim.sql.js';
import { isAnythingDue } from './monitor.sql.js';
import { ProbeNamespace } from './probe-namespace.js';
import { releaseNamespaces } from './probe.sql.js';
import { WatchedImages } from './watched-images.js';

/** How often the database is asked for due images; with nothing due that costs a fraction of a millisecond. */
const BEAT_MS = 1_000;
/** From this many watched images on, the lines of single checks go to `debug`. */
const MANY_IMAGES = 1_000;
/** People first: while more than so many wait for an answer, a check waits this long at most before it begins. */
const CROWD = 4;
const MAKES_WAY_MS = 250;
const LOOKS_AGAIN_MS = 10;
/** How long a shutdown waits for checks under way before it hands their images back; the whole drain has 10 s. */
const DRAIN_MS = 7_000;

/** A round over all due images, as this replica sees it. */
export interface Cycle {
  startedAt: Date;
  finishedAt: Date | null;
  /** Namespaces probed, and images that a probe vouched for. */
  probed: number;
  unmoved: number;
  /** Images checked themselves. */
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
  /** By lease token: checks of images, and probes of namespaces; together they fill the slots. */
  private readonly checks = new Map<string, Promise<CheckReport>>();
  private readonly probes = new Map<string, Promise<void>>();
  private backFilling: Promise<unknown> | null = null;
  private readonly stopping = new AbortController();
  private isRunning = false;
  private runningSince: Date | null = null;
  private isBeating = false;
  private mayBeMoreDue = false;
  private beatAgain = false;
  private voice = { isQuiet: false };
  private cycle: Cycle | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly budget: RequestBudget,
    private readonly checkImage: CheckImage,
    private readonly probeNamespace: ProbeNamespace,
    private readonly backFill: BackFill,
    private readonly events: DomainEvents,
    private readonly watched: WatchedImages,
    private readonly answers: AnswersUnderWay,
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
    this.runningSince = new Date();
    this.logger.log(`Starting monitor (check interval: ${this.settings.checkIntervalMinutes} minutes)`);
    // The first @Interval comes after a second, and a cycle that finds nothing due is still told of at the start.
    void this.guarded(async () => {
      await this.budget.ensure();
      await this.backFill.start();
      await this.beginCycle();
      await this.claim();
      await this.endCycleIfDone();
    });
  }

  /** Claims nothing more; checks under way go on to their end. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.runningSince = null;
    this.logger.log('Stopping monitor');
  }

  get running(): boolean {
    return this.isRunning;
  }

  /** Null: it does not run. */
  get startedAt(): Date | null {
    return this.runningSince;
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
      this.backFillIfIdle();
    });
  }

  /**
   * Checks an image that is leased already, in this process's count of checks and with its drain; `after` is what it
   * waits for.
   */
  async check(image: ClaimedImage, after?: Promise<void>): Promise<CheckReport> {
    const run = (): Promise<CheckReport> => this.checkImage.run(image, this.stopping.signal, this.voice);
    const check = after ? after.then(run) : run();
    this.checks.set(image.leaseToken, check);
    this.events.signal({ name: 'check.started', image_id: image.id });
    let outcome: CheckReport['outcome'] = 'lost';
    try {
      const report = await check;
      outcome = report.outcome;
      this.count(report);
      return report;
    } finally {
      this.checks.delete(image.leaseToken);
      this.events.signal({ name: 'check.finished', image_id: image.id, outcome });
      this.freeSlot();
    }
  }

  private async probe(namespace: ClaimedNamespace): Promise<void> {
    try {
      const { moved, unmoved } = await this.probeNamespace.run(namespace, this.stopping.signal);
      if (this.cycle !== null && this.cycle.finishedAt === null) {
        this.cycle.probed += 1;
        this.cycle.unmoved += unmoved;
      }
      // What moved is due now: no need to wait for the next beat.
      if (moved > 0) this.mayBeMoreDue = true;
    } finally {
      this.probes.delete(namespace.leaseToken);
      this.freeSlot();
    }
  }

  private get inFlight(): number {
    return this.checks.size + this.probes.size;
  }

  /** Checks can wait, and share the processor with whoever reads and decides: a crowd would wait behind them. */
  private async makeWay(): Promise<void> {
    const until = performance.now() + MAKES_WAY_MS;
    while (this.answers.waiting > CROWD && performance.now() < until && !this.stopping.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, LOOKS_AGAIN_MS));
    }
  }

  /** A batch at a time, so that its images share a claim; with short budget or little due the next beat will do. */
  private freeSlot(): void {
    const free = this.settings.monitorConcurrency - this.inFlight;
    if (this.mayBeMoreDue && free * 2 >= this.settings.monitorConcurrency) void this.beat();
  }

  /**
   * One beat at a time: one that comes meanwhile (a slot became free) is made up for at its end. An exception in an
   * interval goes nowhere: it is logged here, and the next beat tries again.
   */
  private async guarded(beat: () => Promise<void>): Promise<void> {
    if (this.isBeating) {
      this.beatAgain = true;
      return;
    }
    this.isBeating = true;
    try {
      do {
        this.beatAgain = false;
        await beat();
      } while (this.beatAgain);
    } catch (error) {
      if (!this.stopping.signal.aborted) this.logger.error(error);
    } finally {
      this.isBeating = false;
    }
  }

  private async claim(): Promise<void> {
    const slots = this.settings.monitorConcurrency - this.inFlight;
    if (slots <= 0 || !this.isRunning) return;
    const isProbing = this.settings.dockerHubProbe;
    // With nothing due, planning the claim costs more than all that it would look at: 2 ms against 0.4.
    if (!this.mayBeMoreDue && !(await isAnythingDue(this.db))) return;
    failpoint('claim.before');
    const { images, namespaces } = await claimDue(this.db, this.budget.key, { slots, isProbing });
    if (images.length + namespaces.length > 0) failpoint('claim.after');
    this.mayBeMoreDue = images.length + namespaces.length > 0;
    if (images.length + namespaces.length === 0) return;
    if (this.cycle === null || this.cycle.finishedAt !== null) await this.beginCycle();
    for (const image of images) {
      this.check(image, this.makeWay()).catch((error: unknown) => this.logger.error(error));
    }
    for (const namespace of namespaces) {
      const probe = this.probe(namespace).catch((error: unknown) => this.logger.error(error));
      this.probes.set(namespace.leaseToken, probe);
    }
  }

  /** Old tags are read while nothing else is to be done, one page at a time. */
  private backFillIfIdle(): void {
    if (this.inFlight > 0 || this.backFilling !== null || !this.isRunning) return;
    if (this.cycle !== null && this.cycle.finishedAt === null) return;
    this.backFilling = this.backFill
      .run(this.stopping.signal)
      .catch((error: unknown) => this.logger.error(error))
      .finally(() => {
        this.backFilling = null;
      });
  }

  private async beginCycle(): Promise<void> {
    const { images } = await this.watched.count();
    this.voice = { isQuiet: images >= MANY_IMAGES };
    this.cycle = {
      startedAt: new Date(),
      finishedAt: null,
      probed: 0,
      unmoved: 0,
      checked: 0,
      changed: 0,
      failed: 0,
      requestsCreated: 0,
    };
    this.logger.log('Checking for new image tags...');
    this.logger.log(new LogLine(`Monitoring ${images} images`, { images_watched: images }));
  }

  private async endCycleIfDone(): Promise<void> {
    const cycle = this.cycle;
    if (cycle === null || cycle.finishedAt !== null || this.inFlight > 0) return;
    if (await isAnythingDue(this.db)) return;
    cycle.finishedAt = new Date();
    const { probed, unmoved, checked, changed, failed, requestsCreated } = cycle;
    const fields = { probed, unmoved, checked, changed, failed, requests_created: requestsCreated };
    if (this.voice.isQuiet) {
      this.logger.log(
        new LogLine(
          `Probed ${probed} namespaces, which vouched for ${unmoved} images; checked ${checked} images: ` +
            `${changed} changed, ${failed} failed, ${requestsCreated} approval requests created`,
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
    const underWay = (): Promise<unknown>[] => [
      ...this.checks.values(),
      ...this.probes.values(),
      ...(this.backFilling ? [this.backFilling] : []),
    ];
    if (underWay().length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MS);
    });
    await Promise.race([Promise.allSettled(underWay()), timeout]);
    clearTimeout(timer);
    if (this.checks.size > 0) await releaseLeases(this.db, [...this.checks.keys()]);
    if (this.probes.size > 0) await releaseNamespaces(this.db, [...this.probes.keys()]);
  }
}
