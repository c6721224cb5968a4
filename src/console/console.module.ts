import { Inject, Logger, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { readConsoleFiles } from './console-files.js';
import { consoleHandler, type ConsoleMount } from './console-pages.js';

const CONSOLE_MOUNT = Symbol('CONSOLE_MOUNT');

/**
 * The web console: the built pages of the workspace `console/`, which know the REST API and nothing else. This room
 * answers their addresses with the headers that a browser needs to trust them; what they show and decide is the API's.
 *
 * It is a handler and not a controller: the global prefix of the API would move a controller's routes, and leaving
 * `images` out of the prefix would leave the API's own `images` out. Added in the initialisation, it stands behind all
 * routes and before the answer to unknown ones, on Express and on Fastify.
 */
@Module({})
export class ConsoleModule implements OnModuleInit {
  private readonly logger = new Logger('Console');

  constructor(
    @Inject(CONSOLE_MOUNT) private readonly mount: ConsoleMount,
    private readonly adapters: HttpAdapterHost,
  ) {}

  /** The console at a path of the application. */
  static at(mount: ConsoleMount): DynamicModule {
    return { module: ConsoleModule, providers: [{ provide: CONSOLE_MOUNT, useValue: mount }] };
  }

  onModuleInit(): void {
    const files = readConsoleFiles();
    if (!files) this.logger.warn('console/dist is missing: the console says so, the API is complete');
    this.adapters.httpAdapter.use(consoleHandler(files, this.mount));
  }
}
