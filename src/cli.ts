import type { DataSource } from 'typeorm';
import { tokenCommand, TOKEN_USAGE, UsageError } from './auth/token-command.js';
import { environmentWithFile } from './config/environment.js';
import { ConfigurationError, loadSettings } from './config/load-settings.js';
import type { Settings } from './config/settings.js';
import { createDataSource } from './database/data-source.js';
import {
  EmbeddedPostgresError,
  findRunningPostgres,
  startEmbeddedPostgres,
} from './database/embedded-postgres.js';
import { migrate } from './database/migrate.js';
import { MIGRATIONS } from './entities.js';

/** sysexits.h: EX_USAGE and EX_CONFIG. */
const EXIT_USAGE = 64;
const EXIT_CONFIGURATION = 78;

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  'migration:run': runMigrations,
  token: runTokenCommand,
};

const say = (line: string) => void process.stdout.write(`${line}\n`);
/** Beside the answer, which a script may be reading. */
const note = (line: string) => void process.stderr.write(`${line}\n`);

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  note(`Usage: npm run migration:run\n${TOKEN_USAGE.replace('Usage:', '      ')}`);
  process.exitCode = EXIT_USAGE;
} else {
  await command(args).catch((error: unknown) => {
    const isExpected = [ConfigurationError, EmbeddedPostgresError, UsageError].some(
      (kind) => error instanceof kind,
    );
    note(isExpected ? (error as Error).message : String((error as Error).stack ?? error));
    process.exitCode = exitCodeFor(error);
  });
}

function exitCodeFor(error: unknown): number {
  if (error instanceof ConfigurationError) return EXIT_CONFIGURATION;
  return error instanceof UsageError ? EXIT_USAGE : 1;
}

/** For `MIGRATE=false`: the same migrations as at start, on the database of the same settings. */
async function runMigrations(): Promise<void> {
  const settings = loadSettings(environmentWithFile(process.cwd(), process.env));
  const embedded =
    settings.databaseUrl === null
      ? await startEmbeddedPostgres({ dataDir: settings.dataDir, log: say })
      : null;
  try {
    const url = settings.databaseUrl?.reveal() ?? embedded?.url ?? '';
    const ran = await migrate(createDataSource({ url, entities: [] }), MIGRATIONS, say);
    if (ran.length === 0) say('The database is up to date.');
  } finally {
    await embedded?.stop();
  }
}

/** `npm run token -- …`, beside a running service or without one. */
async function runTokenCommand(args: string[]): Promise<void> {
  const run = tokenCommand(args);
  const settings = loadSettings(environmentWithFile(process.cwd(), process.env));
  await withDatabase(settings, (db) => run(db, { out: say, note }));
}

/** The database of the settings: the server of a service that runs on it, or one that runs for as long as this takes. */
async function withDatabase(settings: Settings, work: (db: DataSource) => Promise<void>): Promise<void> {
  const running = settings.databaseUrl?.reveal() ?? (await findRunningPostgres(settings.dataDir));
  const embedded =
    running === null ? await startEmbeddedPostgres({ dataDir: settings.dataDir, log: note }) : null;
  const db = createDataSource({
    url: running ?? embedded?.url ?? '',
    entities: [],
    applicationName: 'image-monitoring command',
    poolSize: 1,
  });
  try {
    if (settings.migrate) await migrate(db, MIGRATIONS, note);
    await db.initialize();
    await work(db);
  } finally {
    if (db.isInitialized) await db.destroy();
    await embedded?.stop();
  }
}
