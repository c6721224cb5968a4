import { Module } from '@nestjs/common';
import { DeadLettersController } from './dead-letters.controller.js';
import { JobQueue } from './job-queue.js';

/**
 * The transactional outbox: what must happen because of a change, outside this service's own tables, is a job of
 * pg-boss written in the transaction of that change, tried until it is done or given up to the dead letters. Which
 * jobs there are stands in `queues.ts`; what is done about them, the rooms below say with `JobQueue.consume`. When an
 * image is checked is no job (SPEC 5.1).
 */
@Module({
  controllers: [DeadLettersController],
  providers: [JobQueue],
  exports: [JobQueue],
})
export class QueueModule {}
