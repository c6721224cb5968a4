import { Module, type DynamicModule } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { ApprovalRequestsModule } from './approval-requests/approval-requests.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { SETTINGS, type Settings } from './config/settings.js';
import { ConsoleModule } from './console/console.module.js';
import { DATA_SOURCE } from './database/data-source.js';
import { DockerHubModule } from './docker-hub/docker-hub.module.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health/health.module.js';
import { ImagesModule } from './images/images.module.js';
import { MonitorModule } from './monitor/monitor.module.js';
import { QueueModule } from './queue/queue.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/**
 * The whole service as one module. Composes the rooms and hands them their two global tokens; does no work itself.
 *
 * The order of the imports is the order of the routes: `images/approval-requests` and `images/monitor` stand before
 * `images/:id`.
 */
@Module({})
export class ImageMonitoringModule {
  static forRoot(options: { settings: Settings; dataSource: DataSource }): DynamicModule {
    return {
      module: ImageMonitoringModule,
      global: true,
      imports: [
        AuthModule,
        HealthModule,
        AuditModule,
        QueueModule,
        EventsModule,
        DockerHubModule,
        ApprovalRequestsModule,
        MonitorModule,
        WebhooksModule,
        ImagesModule,
        ...(options.settings.console ? [ConsoleModule.at({ path: '/', apiPath: '/api/v1' })] : []),
      ],
      providers: [
        { provide: SETTINGS, useValue: options.settings },
        { provide: DATA_SOURCE, useValue: options.dataSource },
      ],
      exports: [
        SETTINGS,
        DATA_SOURCE,
        EventsModule,
        DockerHubModule,
        ApprovalRequestsModule,
        MonitorModule,
        ImagesModule,
      ],
    };
  }
}
