import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { addAbortSignal, type Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { HttpService } from '@nestjs/axios';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AxiosResponse } from 'axios';
import { quoted } from '../domain/quoted.js';
import { DockerHubError, redactUrl } from './errors.js';
import { readDateMs, type HeaderOf } from './rate-limit.js';

/**
 * Called right before each HTTP request leaves, so that nothing is sent unpaid (redirects, renewed tokens and
 * retried 401s included). What it throws is passed on as it is, and nothing is sent.
 */
export type Pay = () => Promise<void>;

/** An answer of any status but a redirect, read to its end. */
export interface HubAnswer {
  readonly status: number;
  readonly header: HeaderOf;
  readonly text: string;
  /** Docker Hub's `Date`, else our clock; milliseconds since 1970. */
  readonly answeredAtMs: number;
  /** The address asked at first, before redirects. */
  readonly url: string;
}

/** A body is at most this long after decompression (SPEC 5.7); a page of 100 tags is about 250 kB. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Docker Hub redirected once, between addresses with and without a last slash (facts.md, section 1.4). */
export const MAX_REDIRECTS = 5;
/**
 * zlib keeps a buffer of this size for each answer until the old generation is collected, which is seldom: with its
 * default of 16 kB they were 60 MB. Pages unfold as fast in small steps.
 */
const KEPT_BY_ZLIB = 4096;
/** Twice the checks that are in flight by default; what exceeds it waits for a connection, within its deadline. */
const MAX_SOCKETS = 16;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The time that one question may take on the network, its redirects included. Waiting for budget between two
 * requests does not count. axios' own `timeout` is not used: it does not stop a body that drips (TRAPS).
 */
export class Deadline {
  readonly totalMs: number;
  private leftMs: number;

  constructor(totalMs: number) {
    this.totalMs = totalMs;
    this.leftMs = totalMs;
  }

  /** Runs one exchange; its signal aborts when the time left is over. */
  async spend<T>(exchange: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const started = performance.now();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), Math.max(0, this.leftMs));
    try {
      return await exchange(abort.signal);
    } finally {
      clearTimeout(timer);
      this.leftMs -= performance.now() - started;
    }
  }
}

/**
 * One HTTP exchange with all its limits: paid, in time, in size, within the origin. It knows nothing of tags or
 * tokens, and repeats nothing: the wait before a second try lies in the database (SPEC 5.7).
 */
@Injectable()
export class Transport implements OnApplicationShutdown {
  private readonly httpAgent = new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  private readonly httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  private readonly userAgent = `image-monitoring-service/${ownVersion()}`;

  constructor(private readonly http: HttpService) {}

  onApplicationShutdown(): void {
    this.httpAgent.destroy();
    this.httpsAgent.destroy();
  }

  /** Asks for an address and follows its redirects within the origin, each of them paid. */
  async get(url: string, o: { token: string | null; pay: Pay; deadline: Deadline }): Promise<HubAnswer> {
    let target = url;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.exchange({ method: 'GET', url: target, ...o });
      const location = REDIRECTS.has(answer.status) ? answer.header('location') : null;
      if (location === null) return { ...answer, url };
      if (redirects === MAX_REDIRECTS) {
        throw refused(url, answer.status, `Docker Hub redirects more than ${MAX_REDIRECTS} times`);
      }
      target = redirectTarget(location, target, answer.status);
    }
  }

  /** Posts JSON. A redirect is not followed: the body holds a secret. */
  async post(url: string, body: object, o: { pay: Pay; deadline: Deadline }): Promise<HubAnswer> {
    const answer = await this.exchange({ method: 'POST', url, body, token: null, ...o });
    if (REDIRECTS.has(answer.status)) throw refused(url, answer.status, 'Docker Hub redirects the login');
    return answer;
  }

  private async exchange(o: {
    method: 'GET' | 'POST';
    url: string;
    body?: object;
    token: string | null;
    pay: Pay;
    deadline: Deadline;
  }): Promise<HubAnswer> {
    await o.pay();
    return o.deadline.spend(async (signal) => {
      try {
        const response = await this.http.axiosRef.request<Readable>({
          method: o.method,
          url: o.url,
          data: o.body,
          headers: {
            Accept: 'application/json',
            'Accept-Encoding': 'gzip',
            'User-Agent': this.userAgent,
            ...(o.token === null ? {} : { Authorization: `Bearer ${o.token}` }),
          },
          responseType: 'stream',
          decompress: false,
          maxRedirects: 0,
          validateStatus: null,
          httpAgent: this.httpAgent,
          httpsAgent: this.httpsAgent,
          signal,
        });
        return await readAnswer(response, o.url, signal);
      } catch (error) {
        throw signal.aborted ? tooSlow(o.url, o.deadline.totalMs) : networkError(o.url, error);
      }
    });
  }
}

async function readAnswer(
  response: AxiosResponse<Readable>,
  url: string,
  signal: AbortSignal,
): Promise<HubAnswer> {
  const header: HeaderOf = (name) => {
    const value: unknown = response.headers[name];
    return typeof value === 'string' ? value : null;
  };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of addAbortSignal(signal, response.data) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw tooLong(url, response.status);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks, bytes);
  const text = (
    header('content-encoding')?.toLowerCase() === 'gzip' ? unpacked(body, url, response.status) : body
  ).toString('utf8');
  return { status: response.status, header, text, answeredAtMs: readDateMs(header) ?? Date.now(), url };
}

/**
 * In one go, which a page takes a millisecond for: with axios' stream for each answer the service held 30 MB more. A
 * gzip bomb is unfolded as far as a body may be long.
 */
function unpacked(body: Buffer, url: string, status: number): Buffer {
  // An answer without a body is empty whatever its headers say.
  if (body.length === 0) return body;
  try {
    return gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES, chunkSize: KEPT_BY_ZLIB });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(url, status);
    const message = `Docker Hub's answer cannot be decompressed (${code})`;
    throw new DockerHubError({ kind: 'malformed', message, url });
  }
}

function tooLong(url: string, status: number): DockerHubError {
  return refused(url, status, `Docker Hub's answer is longer than ${MAX_BODY_BYTES} bytes`);
}

/** The address a redirect leads to. Another origin is never asked, least of all with the token. */
function redirectTarget(location: string, from: string, status: number): string {
  if (!URL.canParse(location, from))
    throw refused(from, status, 'Docker Hub redirects to something that is no address');
  const target = new URL(location, from);
  if (target.origin !== new URL(from).origin || target.username || target.password) {
    throw refused(from, status, `Docker Hub redirects to another origin, ${quoted(redactUrl(target.href))}`);
  }
  target.hash = '';
  return target.href;
}

/**
 * Only the code of an axios error is kept: the error itself carries the request, and with it the token and the
 * secret of a login, into whatever prints it.
 */
function networkError(url: string, error: unknown): DockerHubError {
  if (error instanceof DockerHubError) return error;
  const code = codeOf(error);
  if (code !== null && /^HPE_/.test(code)) {
    return new DockerHubError({
      kind: 'malformed',
      message: `Docker Hub's answer is not HTTP (${code})`,
      url,
    });
  }
  return new DockerHubError({
    kind: 'unavailable',
    message: `Docker Hub cannot be reached (${code ?? 'no code'})`,
    url,
  });
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^\w{1,60}$/.test(error.code) ? error.code : null;
}

function tooSlow(url: string, totalMs: number): DockerHubError {
  return new DockerHubError({
    kind: 'unavailable',
    message: `Docker Hub did not answer within ${totalMs} ms`,
    url,
  });
}

function refused(url: string, status: number, message: string): DockerHubError {
  return new DockerHubError({ kind: 'refused', message, url, status });
}

/** The version in the nearest package.json above this file, which is at another depth in `src/` than in `dist/`. */
function ownVersion(): string {
  for (const up of ['../../', '../../../']) {
    try {
      const text = readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8');
      const { version } = JSON.parse(text) as { version?: unknown };
      if (typeof version === 'string') return version;
    } catch {
      // Not this folder.
    }
  }
  return 'unknown';
}
