import { ConfigurationError, environmentWithFile, loadSettings } from './config/load-settings.js';
import { createDataSource } from './database/data-source.js';
import { EmbeddedPostgresError, startEmbeddedPostgres } from './database/embedded-postgres.js';
import { migrate } from './database/migrate.js';
import { MIGRATIONS } from './entities.js';

/** sysexits.h: EX_USAGE and EX_CONFIG. */
const EXIT_USAGE = 64;
const EXIT_CONFIGURATION = 78;

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { 'migration:run': runMigrations };

const say = (line: string) => void process.stdout.write(`${line}\n`);

const [name = ''] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  process.stderr.write(`Usage: node dist/src/cli.js ${Object.keys(COMMANDS).join(' | ')}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  await command().catch((error: unknown) => {
    const isExpected = error instanceof ConfigurationError || error instanceof EmbeddedPostgresError;
    process.stderr.write(`${isExpected ? error.message : String((error as Error).stack ?? error)}\n`);
    process.exitCode = error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
  });
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
