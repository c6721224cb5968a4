import { Module } from '@nestjs/common';
import { QueueModule } from '../queue/queue.module.js';
import { DeliverEvents } from './deliver-events.js';
import { DomainEvents } from './domain-events.service.js';
import { EventLog } from './event-log.js';
import { EventStream } from './event-stream.js';
import { EventsController } from './events.controller.js';

/**
 * The domain events: their names and payloads, how a change publishes them in its own transaction, how they reach the
 * handlers of the application, and the live view that a browser reads. That they survive a crash and are tried again
 * is `queue/`'s business; what happens and when, is the business of the rooms below.
 *
 * Needs the application's `EventEmitterModule.forRoot()` for handlers to be found.
 */
@Module({
  imports: [QueueModule],
  controllers: [EventsController],
  providers: [DomainEvents, DeliverEvents, EventLog, EventStream],
  exports: [DomainEvents, EventStream],
})
export class EventsModule {}
