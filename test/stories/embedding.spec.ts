import { once } from 'node:events';
import { Agent, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SETTINGS, type Settings } from '../../src/config/settings.js';
import { DATA_SOURCE } from '../../src/database/data-source.js';
import { ENTITIES } from '../../src/entities.js';
import { ImageMonitoringModule } from '../../src/image-monitoring.module.js';
import { AddImage } from '../../src/images/add-image.js';
import { ImagesModule } from '../../src/images/images.module.js';
import { Gate } from '../../src/webhooks/gate.js';
import { eventually } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => database.drop());

const own = () =>
  ({ dataSource: 'own', databaseUrl: database.url, monitorEnabled: false, migrate: true }) as const;

async function start(...imports: (DynamicModule | Type)[]) {
  @Module({ imports })
  class HostModule {}
  const app = await NestFactory.create(HostModule, { abortOnError: false, logger: false });
  await app.init();
  return app;
}

/** A data source of the host's, by the options that matter. */
const hosts = (options: object) => TypeOrmModule.forRoot({ type: 'postgres', url: database.url, ...options });

describe('a host that forgot something is told what to do', () => {
  it.each<[string, () => (DynamicModule | Type)[], RegExp]>([
    ['no ScheduleModule', () => [ImageMonitoringModule.forRoot(own())], /add ScheduleModule\.forRoot\(\)/],
    [
      'the module twice',
      () => [
        ScheduleModule.forRoot(),
        ImageMonitoringModule.forRoot(own()),
        ImageMonitoringModule.forRoot(own()),
      ],
      /imports ImageMonitoringModule twice/,
    ],
    [
      'images/:id above the fixed paths',
      () => [ScheduleModule.forRoot(), ImagesModule, ImageMonitoringModule.forRoot(own())],
      /ImagesModule is imported before/,
    ],
    [
      'no data source',
      () => [ScheduleModule.forRoot(), ImageMonitoringModule.forRoot({ dataSource: 'fleet' })],
      /no data source named fleet/,
    ],
    [
      'no address for its own',
      () => [ScheduleModule.forRoot(), ImageMonitoringModule.forRoot({ dataSource: 'own' })],
      /needs the setting databaseUrl/,
    ],
    [
      'no entities',
      () => [ScheduleModule.forRoot(), hosts({ entities: [] }), ImageMonitoringModule.forRoot()],
      /add \.\.\.ENTITIES/,
    ],
    [
      'a prefix for tables',
      () => [
        ScheduleModule.forRoot(),
        hosts({ entities: ENTITIES, entityPrefix: 'x_' }),
        ImageMonitoringModule.forRoot(),
      ],
      /renames/,
    ],
    [
      'a wrong setting',
      () => [ScheduleModule.forRoot(), ImageMonitoringModule.forRoot({ ...own(), checkIntervalMinutes: 0 })],
      /checkIntervalMinutes got 0/,
    ],
  ])('%s', async (_, imports, sentence) => {
    await expect(start(...imports())).rejects.toThrow(sentence);
  });
});

describe('a host', () => {
  it('takes one room, without a scheduler, and its services', async () => {
    const app = await start(ImageMonitoringModule.forRoot({ ...own(), modules: [ImagesModule] }));
    expect(app.get(AddImage, { strict: false })).toBeInstanceOf(AddImage);
    expect(() => app.get(Gate, { strict: false })).toThrow();
    await app.close();
  });

  it('may be two in one process, with settings, prefixes and connections of their own', async () => {
    const apps = await Promise.all(
      [30, 45].map((minutes) =>
        start(
          ScheduleModule.forRoot(),
          ImageMonitoringModule.forRootAsync({
            dataSource: 'own',
            routePrefix: `every-${minutes}`,
            useFactory: async () =>
              Promise.resolve({
                databaseUrl: database.url,
                monitorEnabled: false,
                checkIntervalMinutes: minutes,
              }),
          }),
        ),
      ),
    );
    for (const [app, minutes] of [
      [apps[0], 30],
      [apps[1], 45],
    ] as const) {
      expect(app?.get<Settings>(SETTINGS).checkIntervalMinutes).toBe(minutes);
      await app?.listen(0, '127.0.0.1');
      const url = await app?.getUrl();
      expect((await fetch(`${url}/every-${minutes}/health/live`)).status).toBe(200);
      expect((await fetch(`${url}/every-${75 - minutes}/health/live`)).status).toBe(404);
      expect((await fetch(`${url}/every-${minutes}/images`)).status).toBe(401);
    }
    expect(apps[0]?.get(DATA_SOURCE)).not.toBe(apps[1]?.get(DATA_SOURCE));
    const [first, second] = apps.map((app) => app.get<{ isInitialized: boolean }>(DATA_SOURCE));
    await apps[0]?.close();
    expect([first?.isInitialized, second?.isInitialized]).toEqual([false, true]);
    await apps[1]?.close();
  });
});

describe.each(['Express', 'Fastify'] as const)('the end of an application on %s', (adapter) => {
  /** With a server that would keep a connection for longer than the test lasts. */
  async function listening(host: Type): Promise<INestApplication> {
    const options = { abortOnError: false, logger: false } as const;
    const app =
      adapter === 'Fastify'
        ? await NestFactory.create(host, new FastifyAdapter(), options)
        : await NestFactory.create(host, options);
    await app.listen(0, '127.0.0.1');
    const server = app.getHttpServer() as Server;
    server.keepAliveTimeout = 600_000;
    server.headersTimeout = 600_000;
    return app;
  }

  it('waits for an answer under way, and not for its connection afterwards', async () => {
    @Controller('slow')
    class SlowController {
      readonly asked = Promise.withResolvers<void>();
      readonly answer = Promise.withResolvers<string>();
      @Get() slow(): Promise<string> {
        this.asked.resolve();
        return this.answer.promise;
      }
    }
    @Module({
      imports: [ImageMonitoringModule.forRoot({ ...own(), modules: [ImagesModule] })],
      controllers: [SlowController],
    })
    class HostModule {}
    const app = await listening(HostModule);
    const server = app.getHttpServer() as Server;
    const agent = new Agent({ keepAlive: true });
    const url = await app.getUrl();
    const answered = new Promise<string | undefined>((resolve, reject) => {
      const asking = request(`${url}/slow`, { agent }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection));
      });
      asking.on('error', reject).end();
    });
    const { asked, answer } = app.get(SlowController);
    await asked.promise;

    const closed = app.close();
    await eventually('the closing of the server', () => Promise.resolve(!server.listening));
    answer.resolve('at last');

    expect(await answered).toBe('close');
    await closed;
    agent.destroy();
  });

  it('does not wait for a connection on which nothing was ever asked, as browsers keep them in store', async () => {
    @Module({ imports: [ImageMonitoringModule.forRoot({ ...own(), modules: [ImagesModule] })] })
    class HostModule {}
    const app = await listening(HostModule);
    const silent = connect(((app.getHttpServer() as Server).address() as AddressInfo).port, '127.0.0.1');
    await once(silent, 'connect');
    await eventually('the connection', async () => (await connectionsOf(app)) === 1);
    await app.close();
    silent.destroy();
  });
});

const connectionsOf = (app: INestApplication): Promise<number> =>
  new Promise((resolve, reject) =>
    (app.getHttpServer() as Server).getConnections((error, count) =>
      error ? reject(error) : resolve(count),
    ),
  );
