import { Module } from '@nestjs/common';
import { ApprovalRequestsController } from './approval-requests.controller.js';
import { DecideInBulk } from './decide-in-bulk.js';
import { DecideRequests } from './decide-requests.js';

/**
 * The questions and their answers: opens requests for the tags that the monitor found (`openRequests`, a function of
 * the monitor's transaction), lists them, and decides one or a thousand. What a tag or an image then is, stands in
 * `images/`; what is new at all is found out in `monitor/`.
 */
@Module({
  controllers: [ApprovalRequestsController],
  providers: [DecideRequests, DecideInBulk],
  exports: [DecideRequests, DecideInBulk],
})
export class ApprovalRequestsModule {}
