import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AccessNotSetUp, refuseOpenNetwork } from './auth/start-check.js';
import { environmentWithFile } from './config/environment.js';
import { ConfigurationError, loadSettings } from './config/load-settings.js';
import { ServiceLogger } from './config/service-logger.js';
import type { Settings } from './config/settings.js';
import { createDataSource } from './database/data-source.js';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  startEmbeddedPostgres,
} from './database/embedded-postgres.js';
import { migrate, pendingMigrations } from './database/migrate.js';
import { CreateOrAdoptTheUsersTables1764000000000 } from '../migrations/1764000000000-create-or-adopt-the-users-tables.js';
import { ENTITIES, MIGRATIONS } from './entities.js';
import { seedStarterImages } from './images/starter-images.js';

/** sysexits.h EX_CONFIG: a supervisor that knows it does not start the service again and again. */
const EXIT_CONFIGURATION = 78;
const EXIT_FAILURE = 1;
/** As a shell reports a process that SIGINT ended: the second signal of somebody who does not want to wait. */
const EXIT_IMPATIENT = 130;

/** Running checks finish or are handed back within this time; then connections are cut. */
const DRAIN_TIMEOUT_MS = 9_000;

/** Ctrl-C in a terminal reaches this process directly and once more through the launcher. */
const SAME_SIGNAL_MS = 1_000;

const CONTEXT = 'Service';

/** What has to be closed, and is there as soon as it was opened. */
const opened: { app?: INestApplication; dataSource?: DataSource; postgres?: EmbeddedPostgres } = {};

let adoptedNow = false;
let starting = Promise.resolve();
let closing: Promise<void> | null = null;
let signalledAt: number | null = null;

const settings = settingsOrExit();
const logger = new ServiceLogger(settings);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// Whoever read the log went away. The work goes on, and saying so would only fail again.
process.stdout.on('error', () => undefined);

starting = start().catch(fail);

/** Database → migrations → listen. A signal lets the current step end; the next one does not begin. */
async function start(): Promise<void> {
  const url = settings.databaseUrl?.reveal() ?? (await embeddedDatabase());
  if (closing !== null) return;
  const dataSource = createDataSource({ url, entities: ENTITIES });
  await prepareSchema(dataSource);
  if (closing !== null) return;
  opened.dataSource = await dataSource.initialize();
  await refuseOpenNetwork(settings, dataSource);
  if (adoptedNow) await tellWhatWasAdopted(dataSource);
  if (settings.seedImages) await seed(dataSource);
  // Loaded late: it is most of the code, and none of it is needed to refuse a wrong setting.
  const { createApplication } = await import('./app.module.js');
  if (closing !== null) return;
  opened.app = await createApplication({ settings, dataSource });
  await opened.app.listen(settings.port, settings.host);
  logger.log(`Listening on ${addressOf(opened.app)}`, CONTEXT);
}

function settingsOrExit(): Settings {
  try {
    return loadSettings(environmentWithFile(process.cwd(), process.env));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\nNothing was started. See .env.example for all settings.\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}

async function embeddedDatabase(): Promise<string> {
  opened.postgres = await startEmbeddedPostgres({
    dataDir: settings.dataDir,
    log: (line) => logger.log(line, CONTEXT),
    onLost: fail,
  });
  return opened.postgres.url;
}

async function prepareSchema(dataSource: DataSource): Promise<void> {
  if (settings.migrate) {
    const ran = await migrate(dataSource, MIGRATIONS, (line) => logger.log(line, CONTEXT));
    if (ran.includes(CreateOrAdoptTheUsersTables1764000000000.name)) adoptedNow = true;
    return;
  }
  const pending = await pendingMigrations(dataSource, MIGRATIONS);
  if (pending.length > 0) {
    logger.warn(
      `MIGRATE=false, and \`npm run migration:run\` has yet to run: ${pending.join(', ')}`,
      CONTEXT,
    );
  }
}

/** A line for everything that the first migration had to change in tables that were there before. */
async function tellWhatWasAdopted(dataSource: DataSource): Promise<void> {
  const report = await dataSource.query<{ object: string; what: string; rows: string | null }[]>(
    `SELECT object, what, rows FROM image_monitor.adoption_report ORDER BY id`,
  );
  for (const { object, what, rows } of report) {
    logger.log(`Adopted ${object}: ${what}${rows === null ? '' : ` (${rows} rows)`}`, CONTEXT);
  }
}

async function seed(dataSource: DataSource): Promise<void> {
  const count = await seedStarterImages(dataSource);
  if (count > 0) logger.log(`Added ${count} example images, approved and watched`, CONTEXT);
}

/** The address as a person opens it; the port is the real one, which 0 leaves to the system. */
function addressOf(app: INestApplication): string {
  const address = (app.getHttpServer() as { address(): { port: number } | null }).address();
  const host = settings.host === '127.0.0.1' ? 'localhost' : settings.host;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${address?.port ?? settings.port}`;
}

function onSignal(signal: NodeJS.Signals): void {
  const now = Date.now();
  if (signalledAt === null) {
    signalledAt = now;
    logger.log(`${signal}: finishing what is running`, CONTEXT);
    close(0);
  } else if (now - signalledAt > SAME_SIGNAL_MS) {
    logger.warn(`${signal} again: leaving at once`, CONTEXT);
    // The exit handler of the embedded PostgreSQL still tells it to stop.
    process.exit(EXIT_IMPATIENT);
  }
}

/** Something that nobody handles: said once, then everything that was opened is closed. */
function fail(error: unknown): void {
  const what = sentenceFor(error);
  // The logger keeps a message on one line; an instruction of several is several messages.
  const lines = typeof what === 'string' ? what.split('\n') : [what];
  for (const line of lines) logger.error(line, CONTEXT);
  close(error instanceof AccessNotSetUp ? EXIT_CONFIGURATION : EXIT_FAILURE);
}

/** A sentence for what a person can put right; anything else is a bug and keeps its stack. */
function sentenceFor(error: unknown): unknown {
  if (error instanceof EmbeddedPostgresError || error instanceof AccessNotSetUp) return error.message;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen') return error;
  const { host, port } = settings;
  if (code === 'EADDRINUSE') {
    return `PORT ${port} on ${host} is taken: another process listens there. Stop it, or set PORT to another number.`;
  }
  if (code === 'EACCES')
    return `This user may not listen on ${host}, PORT ${port}. Set PORT to a number above 1023.`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}. Set HOST to one that it has.`;
  return error;
}

/** Closes everything once and exits; the worst code that was asked for counts. */
function close(code: number): void {
  process.exitCode = Math.max(code, Number(process.exitCode ?? 0));
  closing ??= closeAll();
}

/** Requests and checks first, then connections, then the server they lead to. A failure of one stops no other. */
async function closeAll(): Promise<void> {
  const drained = (async () => {
    await starting;
    await opened.app?.close().catch((error: unknown) => logger.error(error, CONTEXT));
    if (opened.dataSource?.isInitialized === true) await opened.dataSource.destroy();
  })().catch((error: unknown) => logger.error(error, CONTEXT));
  const isDrained = await Promise.race([
    drained.then(() => true),
    pause(DRAIN_TIMEOUT_MS, false, { ref: false }),
  ]);
  if (!isDrained) logger.warn('Something did not finish in time and is cut short', CONTEXT);
  await opened.postgres?.stop().catch((error: unknown) => logger.error(error, CONTEXT));
  process.exit();
}
