import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { RequestBudget } from './budget.js';
import { DockerHubClient } from './docker-hub.client.js';
import { Transport } from './transport.js';

/**
 * Docker Hub, asked over HTTP: addresses, the account's token, limits of time, size and origin, and the parsing
 * of what comes back. Which image is asked about and when, what a failure means for its schedule, and what the
 * tags lead to is left to `monitor/`; whoever asks brings the payment along.
 */
@Module({
  imports: [HttpModule, EventsModule],
  providers: [Transport, DockerHubClient, RequestBudget],
  exports: [DockerHubClient, RequestBudget],
})
export class DockerHubModule {}
