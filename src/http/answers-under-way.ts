import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/**
 * Which requests are being answered: checks make way for them, and a shutdown waits for them.
 *
 * It waits for answers, and not for connections: what is answered from its beginning on says
 * `Connection: close`. A closing server shuts idle connections once, at that moment; one that was answering then stays
 * open until its idle time is over, 72 s on Fastify and 5 s on Express, and the application's end waits for it.
 *
 * At Node's own server, so the same on both; in a platform that is the platform's answers as well.
 */
@Injectable()
export class AnswersUnderWay implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly unanswered = new Set<ServerResponse>();
  private server: Server | null = null;
  private isClosing = false;

  constructor(private readonly adapters: HttpAdapterHost) {}

  onModuleInit(): void {
    // An application without HTTP has no adapter.
    this.server = (this.adapters.httpAdapter?.getHttpServer() as Server | undefined) ?? null;
    // Before the framework's own, which may answer at once.
    this.server?.prependListener('request', this.onRequest);
  }

  /** How many callers have not heard anything yet; who listens to events has. */
  get waiting(): number {
    let count = 0;
    for (const response of this.unanswered) if (!response.headersSent) count += 1;
    return count;
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const response of this.unanswered) response.shouldKeepAlive = false;
  }

  onApplicationShutdown(): void {
    this.server?.off('request', this.onRequest);
  }

  private readonly onRequest = (_request: IncomingMessage, response: ServerResponse): void => {
    if (this.isClosing) {
      response.shouldKeepAlive = false;
      return;
    }
    this.unanswered.add(response);
    response.once('close', () => this.unanswered.delete(response));
  };
}
