import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Who connects while the service ends, and says nothing for so long, has nothing to ask. */
const SILENT_MS = 500;

/**
 * Which requests are being answered: checks make way for them, and a shutdown waits for them.
 *
 * It waits for answers, and not for connections: what is answered from its beginning on says
 * `Connection: close`. A closing server shuts idle connections once, at that moment; one that was answering then stays
 * open until its idle time is over, 72 s on Fastify and 5 s on Express, and the application's end waits for it.
 *
 * A connection on which nothing was ever sent, as browsers keep them in store, counts as busy for Node until its
 * `headersTimeout` is over, a minute: it is ended here.
 *
 * At Node's own server, so the same on both; in a platform that is the platform's answers as well.
 */
@Injectable()
export class AnswersUnderWay implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly unanswered = new Set<ServerResponse>();
  private readonly unused = new Set<Socket>();
  private server: Server | null = null;
  private isClosing = false;

  constructor(private readonly adapters: HttpAdapterHost) {}

  onModuleInit(): void {
    // An application without HTTP has no adapter.
    this.server = (this.adapters.httpAdapter?.getHttpServer() as Server | undefined) ?? null;
    // Before the framework's own, which may answer at once.
    this.server?.prependListener('request', this.onRequest);
    this.server?.on('connection', this.onConnection);
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
    for (const socket of this.unused) endIfSilent(socket);
  }

  onApplicationShutdown(): void {
    this.server?.off('request', this.onRequest);
    this.server?.off('connection', this.onConnection);
  }

  private readonly onConnection = (socket: Socket): void => {
    if (this.isClosing) return void setTimeout(endIfSilent, SILENT_MS, socket).unref();
    this.unused.add(socket);
    socket.once('close', () => this.unused.delete(socket));
  };

  private readonly onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    this.unused.delete(request.socket);
    if (this.isClosing) {
      response.shouldKeepAlive = false;
      return;
    }
    this.unanswered.add(response);
    response.once('close', () => this.unanswered.delete(response));
  };
}

/** What has sent anything is answered. */
function endIfSilent(socket: Socket): void {
  if (socket.bytesRead === 0) socket.destroy();
}
