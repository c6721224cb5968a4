import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { ImageMonitorService } from './image-monitor.service.js';
import { forgetReplica, keepReplica } from './replicas.sql.js';

/** How often this process is asked whether its monitor runs; that costs no statement. */
const LOOK_EVERY_MS = 5_000;
/** How often the others are told; a third of the silence after which they take it for ended. */
const TELL_EVERY_MS = 60_000;

/** Tells the other replicas, once a minute, that this one runs the monitor; and that it stops. */
@Injectable()
export class KeepReplica implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly id = randomUUID();
  private readonly logger = new Logger('Housekeeping');
  private told: { startedAt: Date; atMs: number } | null = null;
  private telling: Promise<void> | null = null;
  private isEnding = false;

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly monitor: ImageMonitorService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await this.telling;
    if (this.told !== null) await this.guarded(() => forgetReplica(this.db, this.id));
  }

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    if (this.telling !== null || this.isEnding) return;
    this.telling = this.guarded(() => this.tell()).finally(() => {
      this.telling = null;
    });
    await this.telling;
  }

  private async tell(): Promise<void> {
    const { startedAt } = this.monitor;
    const { told } = this;
    const now = performance.now();
    const isSame = startedAt?.getTime() === told?.startedAt.getTime();
    if (isSame && (told === null || now - told.atMs < TELL_EVERY_MS)) return;
    // Started anew: it runs since another time.
    if (told !== null && !isSame) {
      await forgetReplica(this.db, this.id);
      this.told = null;
    }
    if (startedAt === null) return;
    const name = `${hostname()}:${process.pid}`;
    await keepReplica(this.db, { id: this.id, name, runningForMs: Date.now() - startedAt.getTime() });
    this.told = { startedAt, atMs: now };
  }

  /** What cannot be told now is told at the next look; an interval's exception would go nowhere. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.debug(
        `The other replicas are not told: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
