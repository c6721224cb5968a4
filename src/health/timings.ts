import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { Metrics } from './metrics.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** What a statement begins with, where that is one of these words; `other` else. */
const KINDS = new Set([
  'select',
  'insert',
  'update',
  'delete',
  'with',
  'start',
  'begin',
  'commit',
  'rollback',
]);

/** The part of a Fastify application that is needed here. */
interface FastifyLike {
  addHook(
    name: 'onResponse',
    hook: (
      request: { method: string; routeOptions?: { url?: string } },
      reply: { statusCode: number; elapsedTime: number; getHeader(name: string): unknown },
      done: () => void,
    ) => void,
  ): void;
}

/**
 * Takes the time of requests and statements where they pass, without a layer of its own in their way: at the server
 * (so that what a guard refuses counts, too) and at TypeORM's query events. In a host these are the host's as well.
 */
@Injectable()
export class Timings implements OnModuleInit, OnApplicationShutdown {
  private readonly subscriber: EntitySubscriberInterface = {
    beforeQuery: ({ queryRunner }) => void this.queryStartedAt.set(queryRunner, performance.now()),
    afterQuery: ({ query, queryRunner }) => {
      const startedAt = this.queryStartedAt.get(queryRunner);
      if (startedAt === undefined) return;
      this.metrics.databaseQueries.observe({ kind: kindOf(query) }, (performance.now() - startedAt) / 1_000);
    },
  };
  /** TypeORM's own figure is in whole milliseconds. A runner has one statement under way at a time. */
  private readonly queryStartedAt = new WeakMap<object, number>();
  private server: Server | null = null;

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly adapters: HttpAdapterHost,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.db.subscribers.push(this.subscriber);
    const adapter = this.adapters.httpAdapter;
    // A host without HTTP has none.
    if (!adapter) return;
    if (adapter.getType() === 'fastify') {
      adapter.getInstance<FastifyLike>().addHook('onResponse', (request, reply, done) => {
        if (!isStream(reply.getHeader('content-type'))) {
          this.observe(
            request.method,
            request.routeOptions?.url,
            reply.statusCode,
            reply.elapsedTime / 1_000,
          );
        }
        done();
      });
      return;
    }
    this.server = adapter.getHttpServer() as Server;
    this.server.on('request', this.onRequest);
  }

  onApplicationShutdown(): void {
    this.server?.off('request', this.onRequest);
    const index = this.db.subscribers.indexOf(this.subscriber);
    if (index >= 0) this.db.subscribers.splice(index, 1);
  }

  private readonly onRequest = (
    request: IncomingMessage & { route?: { path?: unknown } },
    response: ServerResponse,
  ): void => {
    const startedAt = performance.now();
    response.once('finish', () => {
      // How long somebody watches is not how fast we are.
      if (isStream(response.getHeader('content-type'))) return;
      const seconds = (performance.now() - startedAt) / 1_000;
      this.observe(request.method ?? '', request.route?.path, response.statusCode, seconds);
    });
  };

  /** By the pattern of the route and not the path, which holds names from outside and the secret of a webhook. */
  private observe(method: string, pattern: unknown, status: number, seconds: number): void {
    this.metrics.httpRequests.observe(
      {
        method: METHODS.has(method) ? method : 'OTHER',
        // A pattern with a star is Nest's own, for what no route answers.
        route: typeof pattern === 'string' && !pattern.includes('*') ? pattern : 'none',
        status_class: `${Math.floor(status / 100)}xx`,
      },
      seconds,
    );
  }
}

function isStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

function kindOf(query: string): string {
  const word = /^\s*([a-z]+)/i.exec(query)?.[1]?.toLowerCase() ?? 'other';
  return KINDS.has(word) ? word : 'other';
}
