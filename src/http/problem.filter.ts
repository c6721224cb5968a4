import { Catch, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PROBLEM_JSON, problemOf, type Problem } from './problem.js';
import { requestIdOf } from './request-id.js';

/**
 * Answers every error with a problem document, on Express and on Fastify.
 *
 * Stands on each of our controllers, so that a host that imports a module gets the same answers without a filter of
 * its own being touched, and around the whole stand-alone application for what no controller sees (unknown routes,
 * broken bodies). A bug is logged here, once, with its stack; nothing of it is told outside.
 */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly adapters: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // A resolver or a socket of the host's: not ours to answer.
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<object>();
    const response = host.switchToHttp().getResponse<object>();
    const { problem, cause } = problemOf(error);
    const requestId = requestIdOf(request);
    if (cause !== 'caller') this.log(cause, error, `${routeOf(request)} failed (request ${requestId})`);
    this.answer({ ...problem, request_id: requestId }, response);
  }

  private answer(problem: Problem, response: object): void {
    const adapter = this.adapters.httpAdapter;
    // A stream of events that has begun can only be ended; the client takes it up again.
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    adapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
    adapter.setHeader(response, 'Cache-Control', 'no-store');
    const { retry_after_seconds: retryAfter } = problem;
    if (typeof retryAfter === 'number')
      adapter.setHeader(response, 'Retry-After', String(Math.ceil(retryAfter)));
    if (problem.status === 401) adapter.setHeader(response, 'WWW-Authenticate', challengeOf(problem));
    adapter.reply(response, problem, problem.status);
  }

  private log(cause: 'outage' | 'bug', error: unknown, what: string): void {
    const line = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (cause === 'outage') this.logger.warn(line);
    else this.logger.error(line, error instanceof Error ? error.stack : undefined);
  }
}

/** RFC 6750, section 3: what was wrong with a token is told to the program, too; a request without one gets no error. */
function challengeOf({ code, detail }: Problem): string {
  if (code !== 'invalid_token') return 'Bearer';
  return `Bearer error="invalid_token", error_description="${detail.replace(/[^ !#-[\]-~]/g, ' ')}"`;
}

interface RoutedRequest {
  readonly method?: string;
  /** Express. */
  readonly route?: { readonly path?: unknown };
  /** Fastify. */
  readonly routeOptions?: { readonly url?: unknown };
}

/** The route's pattern and not the path, since the path of a webhook holds its secret. */
function routeOf(request: RoutedRequest): string {
  const pattern = request.route?.path ?? request.routeOptions?.url;
  return `${request.method ?? '?'} ${typeof pattern === 'string' ? pattern : '(no route)'}`;
}
