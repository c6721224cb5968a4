import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ENTITIES, ImageMonitoringModule } from 'image-monitoring-service';
import { CreateDevices1700000000000, Device, DevicesModule, Rollout } from './devices.module.js';
import { PeopleModule, Reviewers } from './people.js';
import { PlatformConfig } from './platform-config.js';

const { databaseUrl, dockerHubUrl, webhookToken } = new PlatformConfig();

/** A platform with two data sources: its own, and one named `images` for the service, in another database or the same. */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    EventEmitterModule.forRoot(),
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: databaseUrl,
      entities: [Device, Rollout],
      migrations: [CreateDevices1700000000000],
      migrationsRun: true,
    }),
    TypeOrmModule.forRoot({ name: 'images', type: 'postgres', url: databaseUrl, entities: [...ENTITIES] }),
    ImageMonitoringModule.forRoot({
      dataSource: 'images',
      consoleMount: { path: '/platform/ims/console', apiPath: '/', trustForwardedPrefix: true },
      imports: [PeopleModule],
      authentication: Reviewers,
      dockerHubUrl,
      webhookToken,
    }),
    DevicesModule,
  ],
})
export class FleetModule {}
