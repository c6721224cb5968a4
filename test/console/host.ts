import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import type { HostAuthentication } from '../../src/auth/host-authentication.js';
import type { Actor } from '../../src/http/actor.js';
import { ImageMonitoringModule } from '../../src/image-monitoring.module.js';
import type { TestDatabase } from '../support/database.js';
import type { DockerHubStandIn } from '../support/docker-hub/docker-hub.js';

/** Where a platform has the console, and its API. */
export const MOUNT = '/platform/ims/console';

/** The platform's own way to know a person: a cookie that its sign-in page sets. */
class Cookies implements HostAuthentication {
  readonly signInUrl = '/platform/sign-in';

  actorOf(request: { headers?: { cookie?: string } }): Actor | null {
    const name = /\bperson=(\w+)/.exec(request.headers?.cookie ?? '')?.[1];
    return name === undefined ? null : { name, role: name === 'rosa' ? 'admin' : 'viewer', kind: 'host' };
  }
}

@Controller('platform')
class PlatformController {
  @Get('sign-in') signIn(): string {
    return 'The sign-in page of the platform';
  }
}

export interface Host {
  app: INestApplication;
  url: string;
}

/** A platform with the console at `MOUNT`; the person `rosa` is an admin. */
export async function startHost(
  database: TestDatabase,
  hub: DockerHubStandIn,
  adapter: 'Express' | 'Fastify',
): Promise<Host> {
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      ImageMonitoringModule.forRoot({
        dataSource: 'own',
        databaseUrl: database.url,
        dockerHubUrl: hub.url,
        monitorEnabled: false,
        migrate: true,
        routePrefix: 'ims',
        authentication: Cookies,
        consoleMount: {
          path: MOUNT,
          apiPath: '/platform-api/ims',
          trustForwardedPrefix: adapter === 'Fastify',
        },
      }),
    ],
    controllers: [PlatformController],
  })
  class PlatformModule {}
  const options = { abortOnError: false, logger: false } as const;
  const app =
    adapter === 'Fastify'
      ? await NestFactory.create(PlatformModule, new FastifyAdapter(), options)
      : await NestFactory.create(PlatformModule, options);
  app.setGlobalPrefix('platform-api', { exclude: ['platform/sign-in'] });
  await app.listen(0, '127.0.0.1');
  return { app, url: (await app.getUrl()).replace('[::1]', 'localhost') };
}
