import { Refusal } from '../domain/refusals.js';

/** What a failure of PostgreSQL is to the caller. */
export interface DatabaseRefusal {
  readonly refusal: Refusal;
  /** `bug`: the service should have known better, though the caller gets a clear answer. `outage`: it is away. */
  readonly cause: 'bug' | 'outage';
}

/** Seconds a caller may wait before he tries again: a restart of PostgreSQL takes about two. */
const RETRY_AFTER_SECONDS = 2;

/** The connection or the server is away, or may not be had now (class 08, 53, 57P; lock and serialization failures). */
const AWAY = /^(?:08...|53...|57P0.|57014|40001|40P01|55P03|25P03)$/;

/**
 * Errors of the socket beneath, and of the pool (pg gives those no code). They come unwrapped when no connection can
 * be made; no other socket's error gets as far as a controller, Docker Hub's being a type of its own.
 */
const SOCKET = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const POOL =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/**
 * Reads an error of PostgreSQL, of its driver or of TypeORM around it; null for any other.
 *
 * Class 22 is a value that no column takes (a number beyond its range, a zero byte, an impossible date): the request
 * is to blame, though the door should have said so before, hence the log. A unique or foreign key violation is a race
 * that somebody else won. A database that is away is 503. The message of PostgreSQL, which names tables and repeats
 * values, goes to the log and never to the caller.
 */
export function databaseRefusal(error: unknown): DatabaseRefusal | null {
  if (!(error instanceof Error)) return null;
  const cause = 'driverError' in error && error.driverError instanceof Error ? error.driverError : error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

  if (isSqlState(cause, code) && AWAY.test(code)) return { refusal: away(), cause: 'outage' };
  if (SOCKET.test(code)) return { refusal: away(), cause: 'outage' };
  if (POOL.test(cause.message)) return { refusal: away(), cause: 'outage' };
  if (!isSqlState(cause, code)) return null;
  if (code.startsWith('22')) {
    return {
      refusal: new Refusal('invalid', 'invalid_request', 'A value of the request is out of range.'),
      cause: 'bug',
    };
  }
  if (code === '23505' || code === '23503') {
    return {
      refusal: new Refusal(
        'conflict',
        'conflict',
        'Something else changed this at the same time; read it again.',
      ),
      cause: 'bug',
    };
  }
  return null;
}

/** PostgreSQL's errors carry a five-character state and a severity; Node's own codes (`EPIPE`) have no severity. */
function isSqlState(cause: Error, code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && 'severity' in cause;
}

function away(): Refusal {
  return new Refusal(
    'unavailable',
    'database_unavailable',
    'The database cannot be reached just now; try again.',
    {
      details: { retry_after_seconds: RETRY_AFTER_SECONDS },
    },
  );
}
