import { Module } from '@nestjs/common';
import { DockerHubModule } from '../docker-hub/docker-hub.module.js';
import { EventsModule } from '../events/events.module.js';
import { MonitorModule } from '../monitor/monitor.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { AskRegistry } from './ask-registry.js';
import { GateController } from './gate.controller.js';
import { Gate } from './gate.js';
import { JudgePush } from './judge-push.js';
import { PushController } from './push.controller.js';

/**
 * The gate between Docker Hub and the fleet: a push leads to a rollout only for an approved tag with the approved
 * digest. The payload of a push is a hint; what the tag points at is asked of Docker Hub. Who rolls out, and how, is
 * the host platform's business: it listens to `rollout.requested`, or asks the gate.
 */
@Module({
  imports: [DockerHubModule, EventsModule, QueueModule, MonitorModule],
  controllers: [PushController, GateController],
  providers: [AskRegistry, Gate, JudgePush],
  exports: [Gate],
})
export class WebhooksModule {}
