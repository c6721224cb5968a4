import { Module } from '@nestjs/common';
import { DockerHubModule } from '../docker-hub/docker-hub.module.js';
import { EventsModule } from '../events/events.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { Timings } from './timings.js';

/**
 * Whether the process lives and is ready for requests, and what it counts and times. What the monitor does is told by
 * its status, in `monitor/`; the rooms do not know who counts, they announce what happens (`events/`).
 */
@Module({
  imports: [DockerHubModule, EventsModule, QueueModule],
  controllers: [HealthController, MetricsController],
  providers: [Metrics, Timings],
})
export class HealthModule {}
