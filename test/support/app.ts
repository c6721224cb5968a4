import type { NestExpressApplication } from '@nestjs/platform-express';
import type { LoggerService } from '@nestjs/common';
import type { DataSource, Logger as QueryLogger } from 'typeorm';
import { createApplication } from '../../src/app.module.js';
import { settingsFrom, type SettingsOptions } from '../../src/config/load-settings.js';
import { ServiceLogger } from '../../src/config/service-logger.js';
import { createDataSource } from '../../src/database/data-source.js';
import { ENTITIES } from '../../src/entities.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { startDockerHub, type DockerHubStandIn, type HubOptions } from './docker-hub/docker-hub.js';

/** An answer, read to its end. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  // A test asserts what it finds; a wrong shape fails there.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  text: string;
}

/** The whole application on a port of its own, with a database and a stand-in Docker Hub of its own. */
export interface TestApp {
  url: string;
  hub: DockerHubStandIn;
  database: TestDatabase;
  dataSource: DataSource;
  app: NestExpressApplication;
  /** What it logged, a line each, without colours. */
  log: string[];
  /** `api('POST', '/images/1/check', {…})`: a request under `/api/v1`. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** Adds an approved and watched image by SQL, as the user does; answers its id. */
  addImage(imageName: string, columns?: Record<string, unknown>): Promise<number>;
  /** Runs the work and answers the statements that it sent, BEGIN and COMMIT among them. */
  statementsOf(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** The monitor stands still unless `monitorEnabled` says otherwise, so that a test says when an image is checked. */
  settings?: SettingsOptions;
  hub?: DockerHubStandIn;
  hubOptions?: HubOptions;
  database?: TestDatabase;
}

/** The ceiling is a subject of its own tests; elsewhere nobody should wait for it. */
const NO_LIMIT = { anonymous: 100_000, authenticated: 100_000, enforce: false };

export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const hub = options.hub ?? (await startDockerHub({ rateLimit: NO_LIMIT, ...options.hubOptions }));
  const database = options.database ?? (await createTestDatabase());
  const settings = settingsFrom({
    databaseUrl: database.url,
    dockerHubUrl: hub.url,
    monitorEnabled: false,
    dockerHubRequestsPerMinute: NO_LIMIT.anonymous,
    ...options.settings,
  });
  const dataSource = createDataSource({ url: database.url, entities: ENTITIES, applicationName: 'test' });
  await dataSource.initialize();
  const log: string[] = [];
  const logger: LoggerService = new ServiceLogger(settings, {
    write: (text: string) => log.push(...text.replace(/\n$/, '').split('\n')),
  });
  const app = await createApplication({ settings, dataSource, logger });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();

  return {
    url,
    hub,
    database,
    dataSource,
    app,
    log,
    api: async (method, path, body, headers = {}) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null };
    },
    addImage: async (imageName, columns = {}) => {
      const all = {
        image_name: imageName,
        namespace: imageName.includes('/') ? imageName.split('/')[0] : 'library',
        approval_status: 'approved',
        watch_for_updates: true,
        ...columns,
      };
      const names = Object.keys(all);
      const rows = await dataSource.query<{ id: number }[]>(
        `INSERT INTO images (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')}) RETURNING id`,
        Object.values(all),
      );
      return rows[0]?.id ?? 0;
    },
    statementsOf: async (work) => {
      const statements: string[] = [];
      const before = dataSource.logger;
      dataSource.setOptions({ logging: ['query'], logger: collector(statements) });
      try {
        await work();
      } finally {
        Object.assign(dataSource, { logger: before });
      }
      return statements;
    },
    close: async () => {
      await app.close();
      if (dataSource.isInitialized) await dataSource.destroy();
      if (!options.hub) await hub.close();
      if (!options.database) await database.drop();
    },
  };
}

function collector(statements: string[]): QueryLogger {
  const nothing = (): void => undefined;
  return {
    // Whether the API is open is asked once a second by whichever request comes, and the budget's minute is kept by a
    // timer: not the work's statements.
    logQuery: (query) => {
      if (!/image_monitor\.(?:api_tokens|budget_minutes)/.test(query)) statements.push(query.trim());
    },
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}

/** Waits until `look` answers something, by looking; fails after `patienceMs` naming what it waited for. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  patienceMs = 20_000,
): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
