import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { failpoint } from '../config/failpoint.js';
import { JobQueue, type JobToDo } from '../queue/job-queue.js';
import type { DomainEvent } from './domain-events.js';

/** A handler, as the emitter has it. */
type Handler = (...args: unknown[]) => unknown;

/**
 * Delivers stored events to the handlers of this process, through the application's EventEmitter: the host's where
 * there is one. At least once; in the order of their jobs as a rule, but not after a retry.
 *
 * One job is one event, for all its handlers. They run side by side, and each to its end whatever the others do; if
 * any fails, the job does, and its next try runs all of them again with the same event id. A job for each handler
 * would spare the others that, but which handlers there are, differs between replicas and changes with each release.
 */
@Injectable()
export class DeliverEvents implements OnModuleInit {
  private readonly logger = new Logger('Events');
  private emitter: EventEmitter2 | null = null;

  constructor(
    private readonly queue: JobQueue,
    private readonly modules: ModuleRef,
  ) {}

  onModuleInit(): void {
    this.emitter = this.hostsEmitter();
    this.queue.consume('domain-events', (job) => this.run(job));
  }

  async run(job: JobToDo): Promise<void> {
    failpoint('delivery.taken');
    const event = job.data as DomainEvent;
    const handlers = (this.emitter?.listeners(event.name) ?? []) as Handler[];
    const ends = await Promise.allSettled(
      handlers.map(async (handler) => {
        await Promise.resolve(event).then(handler);
        failpoint('delivery.handler_done');
      }),
    );
    failpoint('delivery.handled');
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (errors.length === 0) return;
    const told = errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; ');
    throw new Error(`${errors.length} of ${handlers.length} handlers of ${event.name} failed: ${told}`);
  }

  /** Without an EventEmitterModule nobody can listen, and events are done as soon as they are taken. */
  private hostsEmitter(): EventEmitter2 | null {
    try {
      return this.modules.get(EventEmitter2, { strict: false });
    } catch {
      this.logger.debug('No EventEmitterModule is imported: domain events reach no handlers in this process');
      return null;
    }
  }
}
