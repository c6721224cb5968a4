import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ENTITIES, ImageMonitoringModule } from 'image-monitoring-service';
import { CreateDevices1700000000000, Device, DevicesModule, Rollout } from './devices.module.js';
import { PeopleModule, Reviewers } from './people.js';
import { PlatformConfig } from './platform-config.js';

@Module({ providers: [PlatformConfig], exports: [PlatformConfig] })
class PlatformConfigModule {}

/** The platform, with the image monitoring service on its own data source. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    EventEmitterModule.forRoot(),
    TypeOrmModule.forRootAsync({
      imports: [PlatformConfigModule],
      inject: [PlatformConfig],
      useFactory: ({ databaseUrl }: PlatformConfig) => ({
        type: 'postgres',
        url: databaseUrl,
        entities: [Device, Rollout, ...ENTITIES],
        migrations: [CreateDevices1700000000000],
        migrationsRun: true,
      }),
    }),
    ImageMonitoringModule.forRootAsync({
      routePrefix: 'image-monitoring',
      consoleMount: { path: '/platform/ims/console', apiPath: '/api/image-monitoring' },
      imports: [PlatformConfigModule, PeopleModule],
      authentication: Reviewers,
      inject: [PlatformConfig],
      useFactory: ({ dockerHubUrl, webhookToken }: PlatformConfig) => ({
        checkIntervalMinutes: 30,
        dockerHubUrl,
        webhookToken,
      }),
    }),
    DevicesModule,
  ],
})
export class AppModule {}
