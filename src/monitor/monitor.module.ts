import { Module } from '@nestjs/common';
import { ApprovalRequestsModule } from '../approval-requests/approval-requests.module.js';
import { DockerHubModule } from '../docker-hub/docker-hub.module.js';
import { repositoryOf } from '../database/repository-of.js';
import { EventsModule } from '../events/events.module.js';
import { ImagesModule } from '../images/images.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { BackFill } from './back-fill.js';
import { CheckImage } from './check-image.js';
import { CheckNow } from './check-now.js';
import { Check } from './check.entity.js';
import { ImageMonitorService } from './image-monitor.service.js';
import { KeepBudgetMinutes } from './keep-budget-minutes.js';
import { KeepReplica } from './keep-replica.js';
import { LookUpImage } from './look-up-image.js';
import { MonitorController } from './monitor.controller.js';
import { NewImageController } from './new-image.controller.js';
import { ObservedTagsController } from './observed-tags.controller.js';
import { OverviewController } from './overview.controller.js';
import { ProbeNamespace } from './probe-namespace.js';
import { RemoveOldChecks } from './remove-old-checks.js';
import { StatsController } from './stats.controller.js';
import { WatchedImages } from './watched-images.js';
import { UnfinishedChecks } from './unfinished-checks.js';

/**
 * The monitor: when an image is looked at, by whom, and what is new. It leases due images, reads their tags through
 * `docker-hub/`, compares them with all that were observed, and has `approval-requests/` open the questions in the
 * transaction that closes the check. Decisions are not its business. Images are added here, since a person may ask
 * Docker Hub about one before he adds it.
 *
 * Needs the application's `ScheduleModule.forRoot()` for its heartbeat.
 */
@Module({
  imports: [DockerHubModule, ApprovalRequestsModule, ImagesModule, EventsModule, QueueModule],
  controllers: [
    OverviewController,
    MonitorController,
    ObservedTagsController,
    NewImageController,
    StatsController,
  ],
  providers: [
    ImageMonitorService,
    CheckImage,
    UnfinishedChecks,
    CheckNow,
    KeepBudgetMinutes,
    KeepReplica,
    LookUpImage,
    ProbeNamespace,
    BackFill,
    RemoveOldChecks,
    WatchedImages,
    repositoryOf(Check),
  ],
  exports: [ImageMonitorService, CheckNow],
})
export class MonitorModule {}
