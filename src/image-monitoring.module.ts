import {
  Module,
  type ClassProvider,
  type DynamicModule,
  type ExistingProvider,
  type FactoryProvider,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer, RouterModule } from '@nestjs/core';
import { ApprovalRequestsModule } from './approval-requests/approval-requests.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { HOST_AUTHENTICATION, type HostAuthentication } from './auth/host-authentication.js';
import { checkHost } from './check-host.js';
import { settingsFrom, type SettingsOptions } from './config/load-settings.js';
import { SETTINGS } from './config/settings.js';
import { ConsoleModule } from './console/console.module.js';
import type { ConsoleMount } from './console/console-pages.js';
import { DatabaseModule, type DataSourceChoice } from './database/database.module.js';
import { DockerHubModule } from './docker-hub/docker-hub.module.js';
import { ENTITIES, MIGRATIONS } from './entities.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health/health.module.js';
import { AnswersUnderWay } from './http/answers-under-way.js';
import { ImagesModule } from './images/images.module.js';
import { MonitorModule } from './monitor/monitor.module.js';
import { QueueModule } from './queue/queue.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/**
 * All rooms that have routes or services. Their order is the order of the routes: `images/approval-requests` and
 * `images/monitor` stand before `images/:id`.
 */
const ROOMS: readonly Type[] = [
  AuthModule,
  HealthModule,
  AuditModule,
  QueueModule,
  EventsModule,
  DockerHubModule,
  ApprovalRequestsModule,
  MonitorModule,
  WebhooksModule,
  ImagesModule,
];

/** The host's {@link HostAuthentication}: its class, or a provider without its token. */
export type AuthenticationOption =
  | Type<HostAuthentication>
  | Omit<ClassProvider<HostAuthentication>, 'provide'>
  | Omit<ExistingProvider<HostAuthentication>, 'provide'>
  | Omit<FactoryProvider<HostAuthentication>, 'provide'>;

/** What Nest must know while it builds the application, and so cannot come from a factory; `imports` brings what `authentication` and `inject` name. */
export interface ImageMonitoringStaticOptions extends Pick<ModuleMetadata, 'imports'> {
  /**
   * Where the tables are kept. Default: `default`, the host's data source without a name. A name: the host's data source
   * of that name. `own`: one that the service makes from `databaseUrl` and closes. In the host's, {@link ENTITIES} must
   * be among the entities; with the setting `migrate` (the default) the service's migrations run on it at start. An
   * object: its maker has connected and migrated it, and closes it.
   */
  dataSource?: DataSourceChoice;
  /** A path before all routes of the service, after the host's global prefix: `monitoring` → `/api/monitoring/images`. */
  routePrefix?: string;
  /**
   * The web console: where its pages stand, and where the API does for a browser; both are full paths, which the host's
   * global prefix does not move. Default: there is none.
   */
  consoleMount?: ConsoleMount;
  /** Who the caller is. Without it callers show API tokens or JWTs, as at the stand-alone service. */
  authentication?: AuthenticationOption;
  /** Only these rooms, and those that they need. Default: all. */
  modules?: readonly Type[];
}

/** Options of {@link ImageMonitoringModule.forRoot}: settings in camelCase, and how the module is built in. */
export type ImageMonitoringOptions = SettingsOptions & ImageMonitoringStaticOptions;

/** Options of {@link ImageMonitoringModule.forRootAsync}; the settings come from `useFactory`. */
export interface ImageMonitoringAsyncOptions
  extends ImageMonitoringStaticOptions, Pick<FactoryProvider, 'inject'> {
  // Nest resolves `inject` at run time, and no type of ours can say what comes of it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  useFactory: (...args: any[]) => SettingsOptions | Promise<SettingsOptions>;
}

/**
 * The whole service as one module, in an application of its own or in a platform's. Composes the rooms and hands them
 * the global tokens; does no work itself. Nothing global of the host's is touched: our controllers bring their guards,
 * pipes and filters along.
 *
 * The application imports `ScheduleModule.forRoot()` beside it, and `EventEmitterModule.forRoot()` where it listens to
 * events. One per application; any number of applications in a process.
 *
 * @example
 * imports: [
 *   ScheduleModule.forRoot(),
 *   TypeOrmModule.forRoot({ …, entities: [...ENTITIES, Device] }),
 *   ImageMonitoringModule.forRoot({ checkIntervalMinutes: 30, routePrefix: 'monitoring', authentication: Reviewers }),
 * ]
 */
@Module({})
export class ImageMonitoringModule {
  static forRoot(options: ImageMonitoringOptions = {}): DynamicModule {
    const { imports, dataSource, routePrefix, authentication, modules, consoleMount, ...settings } = options;
    return ImageMonitoringModule.forRootAsync({
      imports,
      dataSource,
      routePrefix,
      authentication,
      modules,
      consoleMount,
      useFactory: () => settings,
    });
  }

  static forRootAsync(options: ImageMonitoringAsyncOptions): DynamicModule {
    const { dataSource = 'default', routePrefix, modules = ROOMS } = options;
    const rooms = ROOMS.filter((room) => room === AuthModule || modules.includes(room));
    const unknown = modules.filter((room) => !ROOMS.includes(room));
    if (unknown.length > 0) {
      throw new TypeError(
        `modules takes rooms of this service, not ${unknown.map(({ name }) => name).join(', ')}`,
      );
    }
    const authentication = options.authentication && authenticationProvider(options.authentication);
    return {
      module: ImageMonitoringModule,
      global: true,
      imports: [
        ...(options.imports ?? []),
        DatabaseModule.of(dataSource, { entities: ENTITIES, migrations: MIGRATIONS }),
        ...(routePrefix === undefined ? [] : [prefixed(routePrefix)]),
        ...rooms,
        ...(options.consoleMount ? [ConsoleModule.at(options.consoleMount)] : []),
      ],
      providers: [
        {
          provide: SETTINGS,
          inject: options.inject ?? [],
          useFactory: async (...args: unknown[]) => settingsFrom(await options.useFactory(...args)),
        },
        AnswersUnderWay,
        ...(authentication ? [authentication] : []),
      ],
      exports: [
        SETTINGS,
        AnswersUnderWay,
        ...(authentication ? [HOST_AUTHENTICATION] : []),
        DatabaseModule,
        ...rooms,
      ],
    };
  }

  constructor(modules: ModulesContainer, adapters: HttpAdapterHost) {
    checkHost(modules, adapters, {
      whole: ImageMonitoringModule,
      images: ImagesModule,
      above: [ApprovalRequestsModule, MonitorModule],
      beating: MonitorModule,
    });
  }
}

function authenticationProvider(option: AuthenticationOption): Provider {
  return typeof option === 'function'
    ? { provide: HOST_AUTHENTICATION, useClass: option }
    : ({ provide: HOST_AUTHENTICATION, ...option } as Provider);
}

function prefixed(path: string): DynamicModule {
  return RouterModule.register([{ path, children: [...ROOMS] }]);
}
