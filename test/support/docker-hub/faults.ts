import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** What can be ordered to go wrong with an answer of the stand-in. */
export type Fault =
  /** An error status with the body Docker Hub sends with it, so far as one was recorded. */
  | number
  | { status: number; headers?: Record<string, string>; body?: string; retryAfter?: string }
  /** A redirect to this address. */
  | { redirect: string }
  | NamedFault;

export type NamedFault =
  /** No answer at all; the headers and then nothing; a byte from time to time, for ever. */
  | 'hang'
  | 'hang_after_headers'
  | 'drip'
  /** The connection is cut, before the answer or in the middle of it. */
  | 'reset'
  | 'reset_midway'
  /** A whole answer of 200 that is not a page. */
  | 'half_json'
  | 'html'
  | 'empty_body'
  | 'null_body'
  | 'no_results'
  | 'no_count'
  | 'wrong_types'
  | 'wrong_tag_types'
  | 'empty_results'
  /** 64 MB that travel as 64 kB; 11 MB that travel as they are; a body that is not the gzip it says. */
  | 'gzip_bomb'
  | 'long_body'
  | 'broken_gzip'
  | 'redirect_loop'
  | 'redirect_nowhere'
  | 'foreign_next'
  | 'next_to_itself'
  | 'next_to_first'
  | 'next_of_other_repository'
  | 'next_no_address'
  /** The page of another order than the one asked for. */
  | 'oldest_first'
  | 'by_name'
  /** `count` is one more than it was: somebody pushed between two pages. */
  | 'shifted'
  /** 403 to whoever pages without an account. */
  | 'paging_refused';

/** The parts of a page, for faults that change it. */
export interface PageParts {
  count: number;
  next: string | null;
  previous: string | null;
  rows: string[];
}

const HTML = '<!DOCTYPE html><html><head><title>503</title></head><body>Service Unavailable</body></html>';

/** Recorded bodies (facts.md, section 1.5). */
export const BODIES = {
  notFound: (errinfo: object): string =>
    JSON.stringify({ message: 'httperror 404: object not found', errinfo }),
  pagingRefused: JSON.stringify({
    message: 'pagination offset too large for anonymous requests; sign in to page further',
    errinfo: {},
  }),
  tooMany: JSON.stringify({ detail: 'Rate limit exceeded', error: false }),
  badLogin: JSON.stringify({ detail: 'Incorrect authentication credentials' }),
  badOrdering: JSON.stringify({
    fields: {
      ordering: [
        'Invalid ordering value. Must be one of: name, -name, last_updated, -last_updated, pull_count, -pull_count',
      ],
    },
    text: 'Invalid ordering value',
  }),
};

let bomb: Buffer | null = null;

/** The text of a page, changed as the fault wants it. */
export function pageText(page: PageParts, fault: Fault | null, self: string): string {
  const changed = { ...page };
  const selfUrl = new URL(self);
  if (fault === 'shifted') changed.count++;
  if (fault === 'foreign_next') changed.next = `http://elsewhere.invalid${selfUrl.pathname}?page=2`;
  if (fault === 'next_to_itself') changed.next = self;
  if (fault === 'next_to_first')
    changed.next = `${selfUrl.origin}${selfUrl.pathname}?ordering=last_updated&page=1`;
  if (fault === 'next_of_other_repository') {
    changed.next = `${selfUrl.origin}/v2/repositories/library/somebody-else/tags/?page=2`;
  }
  if (fault === 'next_no_address') changed.next = 'page two, please';
  if (fault === 'empty_results') changed.rows = [];
  const head = fault === 'no_count' ? '{' : `{"count":${fault === 'wrong_types' ? '"many"' : changed.count},`;
  const links = `"next":${JSON.stringify(changed.next)},"previous":${JSON.stringify(changed.previous)}`;
  if (fault === 'no_results') return `${head}${links}}`;
  if (fault === 'wrong_types') return `${head}${links},"results":{}}`;
  const rows = fault === 'wrong_tag_types' ? ['{"name":7,"images":"none","last_updated":0}'] : changed.rows;
  return `${head}${links},"results":[${rows.join(',')}]}`;
}

/** Faults that replace the whole answer; false for those that only change a page. */
export function answerWithFault(response: ServerResponse, fault: Fault, self: string): boolean {
  const end = (status: number, body: string | Buffer, headers: Record<string, string> = {}): true => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return true;
  };
  if (typeof fault === 'number') return answerWithFault(response, { status: fault }, self);
  if (typeof fault === 'object') {
    if ('redirect' in fault) return end(302, '', { location: fault.redirect });
    const headers = {
      ...fault.headers,
      ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
    };
    if (fault.body !== undefined) return end(fault.status, fault.body, headers);
    const recorded: Record<number, string> = {
      401: JSON.stringify({ detail: 'Invalid signature' }),
      403: JSON.stringify({ message: 'access denied', errinfo: {} }),
      404: BODIES.notFound({}),
      429: BODIES.tooMany,
    };
    const body = recorded[fault.status];
    return body === undefined
      ? end(fault.status, HTML, { 'content-type': 'text/html', ...headers })
      : end(fault.status, body, headers);
  }
  switch (fault) {
    case 'hang':
      return true;
    case 'hang_after_headers':
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      return true;
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      const timer = setInterval(() => response.write(' '), 5);
      response.once('close', () => clearInterval(timer));
      return true;
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'reset_midway': {
      const socket = response.socket;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"count":100,"next":null,"results":[', () => socket?.resetAndDestroy());
      return true;
    }
    case 'html':
      return end(200, HTML, { 'content-type': 'text/html' });
    case 'empty_body':
      return end(200, '');
    case 'null_body':
      return end(200, 'null');
    case 'gzip_bomb':
      bomb ??= gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
      return end(200, bomb, { 'content-encoding': 'gzip' });
    case 'long_body':
      return end(200, Buffer.alloc(11 * 1024 * 1024, ' '));
    case 'broken_gzip':
      return end(200, '{"count":0,"results":[]}', { 'content-encoding': 'gzip' });
    case 'redirect_loop':
      return end(302, '', { location: self });
    case 'redirect_nowhere':
      return end(302, '', { location: 'http://' });
    case 'paging_refused':
      return end(403, BODIES.pagingRefused);
    default:
      return false;
  }
}
