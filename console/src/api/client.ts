import createClient from 'openapi-fetch';
import { ApiProblem } from './problem.js';
import type { paths } from './schema.js';

/** Where the API is, as the service wrote it into the page. */
const base = document.querySelector<HTMLMetaElement>('meta[name="image-monitor-api"]')?.content ?? '/api/v1/';

/** A request that got no answer in this time is one whose outcome is unknown. */
const TIMEOUT_MS = 20_000;

export type Query = Record<string, string | number | boolean | readonly (string | number)[] | undefined>;

/** Addresses of the document are checked by openapi-fetch's types in `calls.ts`; this is the one door out. */
const client = createClient<paths>({
  baseUrl: base.replace(/\/$/, ''),
  querySerializer: { array: { style: 'form', explode: true } },
});
interface Loose {
  request(
    method: string,
    path: string,
    options: object,
  ): Promise<{ data?: unknown; error?: unknown; response: Response }>;
}

type Listener = (status: number, path: string) => void;
const listeners: Listener[] = [];
/** Tells of every answer, whatever it says; for who keeps an eye on the session and on the line. */
export function onAnswer(listener: Listener): void {
  listeners.push(listener);
}

export async function call<Answer>(
  method: 'get' | 'post' | 'put' | 'delete',
  path: string,
  options: {
    query?: Query;
    body?: unknown;
    signal?: AbortSignal;
    headers?: Record<string, string>;
    /** A thousand decisions take longer than one. */
    timeoutMs?: number;
    /** The answer is read as text. */
    isText?: boolean;
  } = {},
): Promise<Answer> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  // The document's paths carry the prefix of the stand-alone service; here the base does.
  const { query, body, headers } = options;
  let result;
  try {
    result = await (client as unknown as Loose).request(method, path, {
      params: { query },
      body,
      signal,
      headers,
      parseAs: options.isText ? 'text' : undefined,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiProblem(0, timeout.aborted ? 'timeout' : 'no_answer', '');
  }
  const { data, error, response } = result;
  for (const listener of listeners) listener(response.status, path);
  if (response.ok) return data as Answer;
  const problem = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const wait = Number(response.headers.get('retry-after'));
  throw new ApiProblem(
    response.status,
    typeof problem['code'] === 'string' ? problem['code'] : `status_${response.status}`,
    typeof problem['detail'] === 'string' ? problem['detail'] : '',
    problem,
    Number.isFinite(wait) && wait > 0 ? wait : null,
  );
}

/** Where the events come from. */
export const eventsAddress = new URL('events', new URL(base, document.baseURI)).href;
