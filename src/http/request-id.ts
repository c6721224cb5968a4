import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** A caller's own id is taken over when it could not forge a log line or fill a column. */
const ACCEPTED = /^[A-Za-z0-9._-]{1,64}$/;

/** By Node's own request, which Express hands on as it is and Fastify wraps: no property to clash with a host's. */
const ids = new WeakMap<object, string>();

/**
 * The id that ties an answer, its log lines and its audit rows together: the caller's `X-Request-Id` where it is
 * well-formed, else a random one. Made on first use, so that it is there in a host that has no middleware of ours.
 */
export function requestIdOf(request: object): string {
  const raw = rawRequestOf(request);
  const known = ids.get(raw);
  if (known) return known;
  const given = raw.headers?.['x-request-id'];
  const id = typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
  ids.set(raw, id);
  return id;
}

/** Middleware: tells the caller the id of his request. */
export function tellRequestId(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('X-Request-Id', requestIdOf(request));
  next();
}

/** The id of the request, as a parameter of a controller's method: what an audit row names. */
export const RequestId = createParamDecorator((_: unknown, context: ExecutionContext) =>
  requestIdOf(context.switchToHttp().getRequest<object>()),
);

/** The request of Node beneath the one of Express (the same) or Fastify (a wrapper). */
export function rawRequestOf(request: object): Partial<IncomingMessage> {
  return 'raw' in request && request.raw instanceof Object ? request.raw : request;
}
