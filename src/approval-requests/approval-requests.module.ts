import { Module } from '@nestjs/common';
import { DockerHubModule } from '../docker-hub/docker-hub.module.js';
import { EventsModule } from '../events/events.module.js';
import { ApprovalRequestsController } from './approval-requests.controller.js';
import { ApproveTagByHand } from './approve-tag-by-hand.js';
import { ChangeTag } from './change-tag.js';
import { ChooseRequests } from './choose-requests.js';
import { CompleteAdoptedRequests } from './complete-adopted-requests.js';
import { DecideInBulk } from './decide-in-bulk.js';
import { DecideRequests } from './decide-requests.js';
import { ImageTagsController } from './image-tags.controller.js';
import { ReadTagByHand } from './read-tag-by-hand.js';
import { RequestListsController } from './request-lists.controller.js';

/**
 * The questions and their answers: opens requests for the tags that the monitor found (`openRequests`, a function of
 * the monitor's transaction), lists them, decides one or a thousand, and takes decisions about a tag that nobody had
 * asked for. What a tag or an image then is, stands in `images/`; what is new at all is found out in `monitor/`.
 */
@Module({
  imports: [DockerHubModule, EventsModule],
  controllers: [RequestListsController, ApprovalRequestsController, ImageTagsController],
  providers: [
    DecideRequests,
    ChooseRequests,
    DecideInBulk,
    ApproveTagByHand,
    ChangeTag,
    ReadTagByHand,
    CompleteAdoptedRequests,
  ],
  exports: [DecideRequests, DecideInBulk],
})
export class ApprovalRequestsModule {}
