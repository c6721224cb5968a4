import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ImageMonitoringModule } from 'image-monitoring-service';
import { PlatformConfig } from './platform-config.js';

const { databaseUrl } = new PlatformConfig();

/** ScheduleModule.forRoot() is missing, and the service says so. */
@Module({ imports: [ImageMonitoringModule.forRoot({ dataSource: 'own', databaseUrl })] })
class ForgetfulModule {}

await NestFactory.create(ForgetfulModule);
