import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type InjectionToken,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { createDataSource, DATA_SOURCE } from './data-source.js';
import { migrate, pendingMigrations, type MigrationClass } from './migrate.js';

/**
 * Where the service keeps its tables: in the host's data source of that name (`default` is the one without a name), in
 * one of its own at `databaseUrl` (`own`), or in a data source that its maker has connected and migrated.
 */
export type DataSourceChoice = string | DataSource;

/** What the rooms below bring to a data source that this room makes or finds. */
interface Schema {
  entities: EntityTarget<ObjectLiteral>[];
  migrations: MigrationClass[];
}

/** Whether the service has made the data source, and so closes it. */
const IS_OWN: unique symbol = Symbol('IS_OWN');

/**
 * The database room answers for connections: where the PostgreSQL comes from (`embedded-postgres` starts one when
 * nobody gives an address), how its connections behave (`data-source`: timeouts, UTC, never `synchronize`), that one
 * replica at a time migrates it (`migrate`), and what a transaction is (`in-transaction`).
 *
 * It knows no entity and no table. The rooms bring their entities and read them through `repositoryOf(Entity)` or, for
 * sets, through the statements of their own `<room>.sql.ts`; `src/entities.ts` and `migrations/` list them.
 *
 * The module hands out the data source under `DATA_SOURCE`, migrated and looked at. Who made it closes it: the server
 * in `main`, a test, the host platform; or this module, where it is the service's own inside a platform. It is global,
 * so that Nest closes it after all rooms that use it.
 */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  static of(choice: DataSourceChoice, schema: Schema): DynamicModule {
    const isOwn = choice === 'own';
    const hosts: InjectionToken[] =
      typeof choice === 'string' && !isOwn ? [getDataSourceToken(choice) as InjectionToken] : [];
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: IS_OWN, useValue: isOwn },
        {
          provide: DATA_SOURCE,
          inject: [SETTINGS, ...hosts.map((token) => ({ token, optional: true }))],
          useFactory: async (settings: Settings, ofHost?: DataSource) => {
            if (typeof choice !== 'string') return choice;
            if (isOwn) return ownDataSource(settings, schema);
            if (ofHost === undefined) throw new Error(noSuchDataSource(choice));
            refuseUnfit(ofHost, choice, schema.entities);
            await prepareSchema(ofHost, schema.migrations, settings);
            return ofHost;
          },
        },
      ],
      exports: [DATA_SOURCE],
    };
  }

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    @Inject(IS_OWN) private readonly isOwn: boolean,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.isOwn && this.db.isInitialized) await this.db.destroy();
  }
}

/** Connected and migrated, at `databaseUrl`. */
async function ownDataSource(settings: Settings, { entities, migrations }: Schema): Promise<DataSource> {
  if (settings.databaseUrl === null) {
    throw new Error(
      "dataSource: 'own' needs the setting databaseUrl: the address of a PostgreSQL, 14 or newer.",
    );
  }
  const own = createDataSource({ url: settings.databaseUrl.reveal(), entities });
  await prepareSchema(own, migrations, settings);
  return own.initialize();
}

function noSuchDataSource(name: string): string {
  const what = name === 'default' ? 'no data source' : `no data source named ${name}`;
  return (
    `The application has ${what}: import TypeOrmModule.forRoot(…)${name === 'default' ? '' : ` with name: '${name}'`}, ` +
    "say which one with dataSource: '<name>', or dataSource: 'own' with databaseUrl."
  );
}

/** A platform's data source that our statements would fail on, or that would harm our tables: said now, in a sentence. */
function refuseUnfit(db: DataSource, name: string, entities: Schema['entities']): void {
  const refuse = (why: string): never => {
    throw new Error(`The data source ${name} cannot hold the image monitoring service: ${why}.`);
  };
  if (db.options.type !== 'postgres') refuse(`it is ${db.options.type}, and PostgreSQL is needed`);
  if (db.options.synchronize === true) {
    refuse("synchronize would drop what our migrations made; switch it off, or take dataSource: 'own'");
  }
  const missing = entities.filter((entity) => !db.hasMetadata(entity));
  if (missing.length > 0)
    refuse('its entities lack ours; add ...ENTITIES of image-monitoring-service to them');
  // Our statements name tables and columns as the migrations make them.
  for (const entity of entities) {
    const { tablePath, tableName, schema, ownColumns, givenTableName } = db.getMetadata(entity);
    const isRenamed = ownColumns.some(
      ({ databaseName, givenDatabaseName, propertyName }) =>
        databaseName !== (givenDatabaseName ?? propertyName),
    );
    if (tableName !== givenTableName || isRenamed || (schema ?? 'image_monitor') !== 'image_monitor') {
      refuse(`its entityPrefix, schema or naming strategy renames ${tablePath}; take dataSource: 'own'`);
    }
  }
}

async function prepareSchema(
  db: DataSource,
  migrations: MigrationClass[],
  settings: Settings,
): Promise<void> {
  const logger = new Logger('Database');
  if (settings.migrate) {
    await migrate(db, migrations, (line) => logger.log(line));
    return;
  }
  const pending = await pendingMigrations(db, migrations);
  if (pending.length > 0) logger.warn(`migrate is false, and these have yet to run: ${pending.join(', ')}`);
}
