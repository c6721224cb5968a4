import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { Refusal, type FieldError, type RefusalKind } from '../domain/refusals.js';
import { databaseRefusal } from './database-refusal.js';

/** The media type of every answer that is not a success (RFC 9457). */
export const PROBLEM_JSON = 'application/problem+json';

/**
 * An error as the API tells it (RFC 9457).
 *
 * `type` is always `about:blank`, so `title` is HTTP's name of the status; what tells one problem from another is
 * `code`, which is stable. A refusal's details (`current`, `reason`, `action_required`) stand beside these members.
 */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** One for each bad field; left out when no field is to blame. */
  readonly errors?: readonly FieldError[];
  readonly request_id?: string;
  readonly [detail: string]: unknown;
}

const STATUS_OF: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_many: 429,
  unavailable: 503,
};

/** Codes of answers that come from Nest, Express or Fastify and bring none of their own. */
const CODE_OF: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

const INTERNAL: Problem = problem(500, 'internal_error', 'Something went wrong here. It has been logged.');

/** What an error is to the caller, and what it is to us. */
export interface Judged {
  readonly problem: Problem;
  /** `caller`: an answer like any other. `outage`: the database is away, worth a line. `bug`: worth its stack. */
  readonly cause: 'caller' | 'outage' | 'bug';
}

/**
 * Turns whatever was thrown into the problem the caller gets. The only place where errors become statuses.
 *
 * A Refusal says what it means; errors of the framework keep their status; a database that is away or refuses a value
 * is told as such; everything else is a bug, of which nothing leaves the house.
 */
export function problemOf(error: unknown): Judged {
  if (error instanceof Refusal) return { problem: problemOfRefusal(error), cause: 'caller' };
  const fromDatabase = databaseRefusal(error);
  if (fromDatabase) return { problem: problemOfRefusal(fromDatabase.refusal), cause: fromDatabase.cause };
  if (error instanceof HttpException) return problemOfHttp(error.getStatus(), messageOf(error));
  const status = statusOf(error);
  if (status !== null && status < 500) return problemOfHttp(status, exposedMessageOf(error, status));
  return { problem: INTERNAL, cause: 'bug' };
}

function problemOfRefusal(refusal: Refusal): Problem {
  const status = STATUS_OF[refusal.kind];
  const errors = refusal.fields.length > 0 ? { errors: refusal.fields } : {};
  // First, so that no detail can pose as the status.
  return { ...refusal.details, ...problem(status, refusal.code, refusal.message), ...errors };
}

function problemOfHttp(status: number, message: string): Judged {
  if (status === 500) return { problem: INTERNAL, cause: 'bug' };
  return { problem: problem(status, codeOf(status, message), wordingOf(status, message)), cause: 'caller' };
}

function problem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail };
}

const UNKNOWN_ROUTE = /^Cannot ([A-Z]+) ([^?]*)/;

function codeOf(status: number, message: string): string {
  if (status === 404 && UNKNOWN_ROUTE.test(message)) return 'unknown_route';
  return CODE_OF[status] ?? (status < 500 ? 'invalid_request' : 'unavailable');
}

/** The framework's wording, where ours says more, or less of what the caller sent. */
function wordingOf(status: number, message: string): string {
  const route = status === 404 ? UNKNOWN_ROUTE.exec(message) : null;
  if (route) return `There is nothing at ${route[1]} ${route[2]}.`;
  if (status === 413) return 'The body is larger than the 1 MB that is taken.';
  // V8's and Fastify's words for broken JSON repeat a piece of it.
  if (status === 400 && /JSON|in body|Unexpected token/i.test(message)) return 'The body is not valid JSON.';
  return message;
}

/** Nest keeps its sentence, or a list of them, inside an object. */
function messageOf(error: HttpException): string {
  const response = error.getResponse();
  if (typeof response === 'string') return response;
  const message = 'message' in response ? response.message : error.message;
  return Array.isArray(message) ? message.join('; ') : String(message);
}

/** The status of errors in the manner of `http-errors` (body-parser, Express) and Fastify. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600 ? statusCode : null;
}

function exposedMessageOf(error: unknown, status: number): string {
  const isHidden = error instanceof Error && 'expose' in error && error.expose === false;
  return error instanceof Error && !isHidden ? error.message : (STATUS_CODES[status] ?? 'Error');
}
