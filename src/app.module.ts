import { Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Authentication } from './auth/authentication.js';
import { ServiceLogger } from './config/service-logger.js';
import type { Settings } from './config/settings.js';
import { ConsoleModule } from './console/console.module.js';
import { AccessGuard } from './http/access.guard.js';
import { configureHttp } from './http/configure-http.js';
import { setUpOpenApi } from './http/openapi.js';
import { ImageMonitoringModule } from './image-monitoring.module.js';

/** What the stand-alone application is made from: checked settings, and a connected and migrated data source. */
export interface ApplicationOptions {
  settings: Settings;
  dataSource: DataSource;
  /** Default: our own, as the settings have it. */
  logger?: LoggerService;
}

/** The stand-alone application: the service's module, and what a host platform would bring itself. */
@Module({})
export class AppModule {
  static with({ settings, dataSource }: ApplicationOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ScheduleModule.forRoot(),
        EventEmitterModule.forRoot(),
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: async () => Promise.resolve(dataSource),
        }),
        ImageMonitoringModule.forRoot({ ...settings, dataSource }),
        ...(settings.console ? [ConsoleModule.at({ path: '/', apiPath: '/api/v1' })] : []),
      ],
      // Around everything, so that a controller without a guard of its own is refused and not open.
      providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
    };
  }
}

/** Makes the application, ready to listen. Closing it closes the data source, too. */
export async function createApplication(options: ApplicationOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(options), {
    bodyParser: false,
    // An application that cannot be wired is an error of its caller, not an end of the process.
    abortOnError: false,
    logger: options.logger ?? new ServiceLogger(options.settings),
  });
  configureHttp(app, options.settings);
  app.get(Authentication, { strict: false }).openOnLoopback();
  setUpOpenApi(app);
  return app;
}
