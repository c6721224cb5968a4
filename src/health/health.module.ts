import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** Whether the process lives and is ready for requests. What the monitor does is told by its status, in `monitor/`. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
