import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { answerControl } from './control.js';
import { answerWithFault, BODIES, pageText, type Fault, type PageParts } from './faults.js';
import {
  HubWorld,
  microsOf,
  type HubRepository,
  type HubTag,
  type Order,
  type PushOptions,
} from './world.js';

/**
 * A stand-in Docker Hub: a real HTTP server with repositories, pushes, pages, the inverted `ordering`, limits,
 * refusals and faults one can order. Written from facts.md, and compared with recorded answers by
 * test/stories/docker-hub-stand-in.spec.ts; where the two differ, this is wrong.
 */

export type RequestKind = 'tags' | 'tag' | 'listing' | 'repository' | 'token' | 'other';

/** One request as it came; what a test counts. */
export interface HubRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, by the hub's clock. */
  readonly at: number;
  readonly kind: RequestKind;
  /** In the user's form, `redis` or `grafana/grafana`; of a listing the namespace; else null. */
  readonly repository: string | null;
  /** 1 where the query names none. */
  readonly page: number;
  readonly authorization: 'none' | 'bearer';
  readonly userAgent: string;
}

export interface Match {
  kind?: RequestKind;
  repository?: string;
  page?: number;
}

/** Which requests a fault meets: part of one, its address, or whatever a function says. */
export type Matcher = Match | RegExp | ((request: HubRequest) => boolean);

export interface HubOptions {
  port?: number;
  host?: string;
  /** Milliseconds since 1970: `Date`, stamps of pushes and windows follow it. Default: Date.now. */
  now?: () => number;
  /** Requests a minute, as the headers say; with `enforce` the rest of the minute is answered 429. */
  rateLimit?: { anonymous: number; authenticated: number; enforce: boolean };
  /** First offset that anonymous callers are refused (facts.md, section 1.3). */
  anonymousTagOffset?: number;
  anonymousListingOffset?: number;
  /** What each answer waits, as the network would. */
  latencyMs?: number;
  /** `documented`: `-last_updated` is newest first, as Docker's document says and Docker Hub does not do. */
  orderingSign?: 'inverted' | 'documented';
  /** Whether the slash-less address of a list redirects to the one with a slash, as in 2017. */
  redirectsToSlash?: boolean;
}

interface OrderedFault {
  matches: (request: HubRequest) => boolean;
  fault: Fault;
  left: number;
}

interface Page extends PageParts {
  self: string;
}

const TOKEN_LIFETIME_MS = 10 * 60_000;
/** Docker does not say how many failed logins lock a name; few do. */
const FAILED_LOGINS_THAT_LOCK = 5;
const LOCKED_MS = 10 * 60_000;

const TAGS =
  /^\/v2\/(?:repositories\/([^/]+)\/([^/]+)|namespaces\/([^/]+)\/repositories\/([^/]+))\/tags(?:\/([^/]+))?(\/?)$/;
const LISTING = /^\/v2\/(?:repositories\/([^/]+)|namespaces\/([^/]+)\/repositories)\/?$/;
const REPOSITORY = /^\/v2\/(?:repositories\/([^/]+)\/([^/]+)|namespaces\/([^/]+)\/repositories\/([^/]+))\/?$/;

export class DockerHubStandIn {
  readonly world: HubWorld;
  /** Requests since the start or the last {@link forgetRequests}, in the order of their coming. */
  readonly requests: HubRequest[] = [];
  readonly options: Required<Omit<HubOptions, 'port' | 'host'>>;
  url = '';
  private readonly server: Server;
  private faults: OrderedFault[] = [];
  private readonly listeners = new Set<(request: HubRequest) => void | Promise<void>>();
  private readonly accounts = new Map<string, { secret: string; failures: number; lockedUntil: number }>();
  private readonly tokens = new Map<string, number>();
  private readonly windows = new Map<string, { startedAt: number; used: number }>();
  private logins = 0;

  constructor(options: HubOptions) {
    this.options = {
      now: options.now ?? Date.now,
      rateLimit: options.rateLimit ?? { anonymous: 180, authenticated: 600, enforce: false },
      anonymousTagOffset: options.anonymousTagOffset ?? 1_000,
      anonymousListingOffset: options.anonymousListingOffset ?? 100,
      latencyMs: options.latencyMs ?? 0,
      orderingSign: options.orderingSign ?? 'inverted',
      redirectsToSlash: options.redirectsToSlash ?? false,
    };
    this.world = new HubWorld(() => this.options.now());
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        // A mistake of the stand-in's own must not look like one of Docker Hub's faults.
        if (!response.headersSent) response.writeHead(501);
        response.end(`The stand-in failed: ${String(error)}`);
      });
    });
    this.server.keepAliveTimeout = 60_000;
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, resolve);
    });
    this.url = `http://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Stops at once: what hangs or drips is cut. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** A push or re-push, by the hub's clock if `at` says nothing else. `redis` stands for `library/redis`. */
  push(image: string, tag: string, options?: PushOptions): HubTag {
    return this.world.push(image, tag, options);
  }

  /** Pushes a known tag again with the content it has: its stamp moves, its digest does not. */
  pushAgain(image: string, tag: string, at?: PushOptions['at']): HubTag {
    return this.world.push(image, tag, { aliasOf: tag, at });
  }

  deleteTag(image: string, tag: string): boolean {
    return this.world.deleteTag(image, tag);
  }

  removeRepository(image: string): boolean {
    return this.world.removeRepository(image);
  }

  /** From now on the repository answers 404 to whoever has no account. */
  setPrivate(image: string, isPrivate = true): void {
    this.world.repository(image).isPrivate = isPrivate;
  }

  /** The digest a tag has now. */
  digest(image: string, tag: string): string | null {
    const found = this.world.find(image)?.tags.get(tag);
    if (!found) throw new Error(`The stand-in has no ${image}:${tag}.`);
    return found.digest;
  }

  /** Many tags of one repository, `1.0.0`, `1.1.0` …, one a minute up to `newestAt`; returns the names, newest first. */
  seedTags(
    image: string,
    o: { tags: number; newestAt?: number; stepMs?: number; push?: PushOptions },
  ): string[] {
    const newestAt = o.newestAt ?? this.options.now() - 60 * 60_000;
    const names: string[] = [];
    for (let i = 0; i < o.tags; i++) {
      const name = `1.${i}.0`;
      this.push(image, name, { ...o.push, at: newestAt - (o.tags - 1 - i) * (o.stepMs ?? 60_000) });
      names.unshift(name);
    }
    return names;
  }

  /** Many repositories, spread over namespaces (`library` alone by default); returns their names in the user's form. */
  seedRepositories(o: {
    repositories: number;
    tags: number;
    namespaces?: string[];
    prefix?: string;
  }): string[] {
    const namespaces = o.namespaces ?? ['library'];
    return Array.from({ length: o.repositories }, (_, i) => {
      const namespace = namespaces[i % namespaces.length] ?? 'library';
      const name = `${o.prefix ?? 'image'}-${String(i).padStart(4, '0')}`;
      const image = namespace === 'library' ? name : `${namespace}/${name}`;
      this.seedTags(image, { tags: o.tags, newestAt: this.options.now() - 60 * 60_000 - i * 1_000 });
      return image;
    });
  }

  /** The next request of any kind, or the next `times`, meets this fault. */
  failNext(fault: Fault, times = 1): void {
    this.fail({ fault, times });
  }

  /** Requests that match meet the fault, for ever when `times` is not given; of several faults the oldest goes first. */
  fail(o: { match?: Matcher; times?: number; fault: Fault }): { cancel: () => void } {
    const ordered = { matches: toPredicate(o.match), fault: o.fault, left: o.times ?? Infinity };
    this.faults.push(ordered);
    return {
      cancel: () => {
        this.faults = this.faults.filter((f) => f !== ordered);
      },
    };
  }

  /** Takes back every fault. */
  heal(): void {
    this.faults = [];
  }

  /** Called before each request is answered, and waited for: a push in it falls between two pages. Returns how to end it. */
  onRequest(listener: (request: HubRequest) => void | Promise<void>): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** How many requests came that match. */
  count(match?: Matcher): number {
    const matches = toPredicate(match);
    return this.requests.filter((request) => matches(request)).length;
  }

  forgetRequests(): void {
    this.requests.length = 0;
  }

  addAccount(identifier: string, secret: string): void {
    this.accounts.set(identifier, { secret, failures: 0, lockedUntil: 0 });
  }

  /** Every token given out so far is answered 401 from now on. */
  revokeTokens(): void {
    this.tokens.clear();
  }

  private async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const base = `http://${message.headers.host ?? new URL(this.url).host}`;
    const url = new URL(message.url ?? '/', base);
    if (url.pathname.startsWith('/_control/')) return answerControl(this, message, response, url);

    const request = this.requestOf(message, url);
    this.requests.push(request);
    const body = request.method === 'POST' ? await textOf(message) : '';
    for (const listener of this.listeners) await listener(request);
    if (this.options.latencyMs > 0)
      await new Promise((resolve) => setTimeout(resolve, this.options.latencyMs));

    const now = this.options.now();
    response.sendDate = false;
    response.setHeader('date', new Date(now).toUTCString());
    response.setHeader('x-frame-options', 'deny');
    response.setHeader('x-content-type-options', 'nosniff');

    const token = /^Bearer (.+)$/.exec(message.headers.authorization ?? '')?.[1] ?? null;
    const isKnown = token !== null && (this.tokens.get(token) ?? 0) > now;
    const fault = this.takeFault(request);
    if (fault !== null && answerWithFault(response, fault, url.href)) return;
    if (!this.countAgainstLimit(response, message, isKnown, now)) return send(response, 429, BODIES.tooMany);
    if (request.kind === 'token') return this.answerLogin(response, body, now);
    if (token !== null && !isKnown)
      return send(response, 401, JSON.stringify({ detail: 'Invalid signature' }));
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, '{}');
    this.answerQuestion(message, response, url, { isKnown, fault });
  }

  private answerQuestion(
    message: IncomingMessage,
    response: ServerResponse,
    url: URL,
    o: { isKnown: boolean; fault: Fault | null },
  ): void {
    const tags = TAGS.exec(url.pathname);
    if (tags) {
      const [namespace, name] = [tags[1] ?? tags[3] ?? '', tags[2] ?? tags[4] ?? ''].map(decodeURIComponent);
      const repository = this.world.find(`${namespace}/${name}`);
      if (!repository || (repository.isPrivate && !o.isKnown)) {
        return send(response, 404, BODIES.notFound({ namespace, repository: name }));
      }
      if (tags[5] !== undefined)
        return this.answerTag(response, repository, decodeURIComponent(tags[5]), o.fault);
      if (this.options.redirectsToSlash && tags[6] === '') {
        response.setHeader('location', `${url.origin}${url.pathname}/${url.search}`);
        return send(response, 301, '');
      }
      return this.answerTags(message, response, url, repository, o);
    }
    const listing = LISTING.exec(url.pathname);
    if (listing)
      return this.answerListing(response, url, decodeURIComponent(listing[1] ?? listing[2] ?? ''), o);
    const one = REPOSITORY.exec(url.pathname);
    const found = one && this.world.find(`${one[1] ?? one[3] ?? ''}/${one[2] ?? one[4] ?? ''}`);
    if (!found || (found.isPrivate && !o.isKnown)) return send(response, 404, BODIES.notFound({}));
    send(
      response,
      200,
      JSON.stringify({ user: found.namespace, ...found.listingRow(), hub_user: found.namespace }),
    );
  }

  private answerTag(
    response: ServerResponse,
    repository: HubRepository,
    name: string,
    fault: Fault | null,
  ): void {
    const tag = repository.tags.get(name);
    if (!tag) {
      return send(
        response,
        404,
        BODIES.notFound({ namespace: repository.namespace, repository: repository.name, tag: name }),
      );
    }
    const row = repository.row(tag);
    if (fault === 'half_json') return send(response, 200, row.slice(0, row.length / 2));
    if (fault === 'wrong_types' || fault === 'wrong_tag_types') return send(response, 200, '{"name":7}');
    send(response, 200, row);
  }

  private answerTags(
    message: IncomingMessage,
    response: ServerResponse,
    url: URL,
    repository: HubRepository,
    o: { isKnown: boolean; fault: Fault | null },
  ): void {
    const gzip = /\bgzip\b/.test(String(message.headers['accept-encoding'] ?? ''));
    const key = `${this.options.orderingSign} ${url.href}`;
    const cached = o.fault === null ? repository.pages.get(key) : undefined;
    const window = this.windowOf(url, repository.tags.size, this.options.anonymousTagOffset, o.isKnown);
    if (typeof window === 'number') return refusePage(response, window);
    if (cached) return sendPage(response, cached, gzip);

    const order = o.fault === 'oldest_first' || o.fault === 'by_name' ? o.fault : this.orderOf(url);
    if (order === null) return send(response, 400, BODIES.badOrdering);
    const rows = repository
      .inOrder(order === 'by_name' ? 'a_to_z' : order)
      .slice(window.offset, window.offset + window.size)
      .map((tag) => repository.row(tag));
    const page = { plain: Buffer.from(textOfPage({ ...window, rows }, o.fault)), gzip: null };
    if (o.fault === null) repository.pages.set(key, page);
    sendPage(response, page, gzip);
  }

  private answerListing(
    response: ServerResponse,
    url: URL,
    namespace: string,
    o: { isKnown: boolean; fault: Fault | null },
  ): void {
    const all = [...this.world.repositories.values()].filter(
      (repository) => repository.namespace === namespace && (o.isKnown || !repository.isPrivate),
    );
    if (all.length === 0) return send(response, 404, BODIES.notFound({}));
    const window = this.windowOf(url, all.length, this.options.anonymousListingOffset, o.isKnown);
    if (typeof window === 'number') return refusePage(response, window);
    const sorted = sortListing(all, url.searchParams.get('ordering'), this.options.orderingSign, o.fault);
    if (sorted === null) return send(response, 400, BODIES.badOrdering);
    const rows = sorted
      .slice(window.offset, window.offset + window.size)
      .map((repository) => JSON.stringify(repository.listingRow()));
    send(response, 200, textOfPage({ ...window, rows }, o.fault));
  }

  /** Where the page asked for lies, or the status that refuses it. */
  private windowOf(
    url: URL,
    count: number,
    anonymousOffset: number,
    isKnown: boolean,
  ): (Omit<Page, 'rows'> & { offset: number; size: number }) | number {
    const page = Number(url.searchParams.get('page') ?? 1);
    const asked = Number(url.searchParams.get('page_size') ?? 10);
    if (!Number.isInteger(page) || page < 1) return 404;
    // Larger sizes are clamped without a word (facts.md, section 1.2).
    const size = Number.isInteger(asked) && asked > 0 ? Math.min(asked, 100) : 10;
    const offset = (page - 1) * size;
    if (!isKnown && offset >= anonymousOffset) return 403;
    if (offset >= count && page > 1) return 404;
    const link = (to: number): string => {
      const query = new URLSearchParams(url.searchParams);
      query.set('page', String(to));
      query.sort();
      return `${url.origin}${url.pathname}?${query.toString()}`;
    };
    return {
      self: url.href,
      count,
      next: offset + size < count ? link(page + 1) : null,
      previous: page > 1 ? link(page - 1) : null,
      offset,
      size,
    };
  }

  /** The sign is inverted: `last_updated` is newest first, `-name` is A to Z (facts.md, section 1.2). */
  private orderOf(url: URL): Order | null {
    const inverted = this.options.orderingSign === 'inverted';
    switch (url.searchParams.get('ordering') ?? 'default') {
      case 'default':
        return 'newest_first';
      case 'last_updated':
        return inverted ? 'newest_first' : 'oldest_first';
      case '-last_updated':
        return inverted ? 'oldest_first' : 'newest_first';
      case 'name':
        return inverted ? 'z_to_a' : 'a_to_z';
      case '-name':
        return inverted ? 'a_to_z' : 'z_to_a';
      default:
        return null;
    }
  }

  private answerLogin(response: ServerResponse, text: string, now: number): void {
    const body = parseJson(text) as { identifier?: unknown; secret?: unknown } | null;
    const account = this.accounts.get(String(body?.identifier));
    if (account && account.lockedUntil > now) return send(response, 429, BODIES.tooMany);
    if (!account || account.secret !== body?.secret) {
      if (account && ++account.failures >= FAILED_LOGINS_THAT_LOCK) account.lockedUntil = now + LOCKED_MS;
      return send(response, 401, BODIES.badLogin);
    }
    account.failures = 0;
    const token = `stand-in-token-${++this.logins}`;
    this.tokens.set(token, now + TOKEN_LIFETIME_MS);
    send(response, 200, JSON.stringify({ access_token: token }));
  }

  /** The headers of facts.md, section 4; false when the minute's requests are used up. */
  private countAgainstLimit(
    response: ServerResponse,
    message: IncomingMessage,
    isKnown: boolean,
    now: number,
  ): boolean {
    const { anonymous, authenticated, enforce } = this.options.rateLimit;
    const limit = isKnown ? authenticated : anonymous;
    const key = isKnown ? String(message.headers.authorization) : 'anonymous';
    let window = this.windows.get(key);
    if (!window || now >= window.startedAt + 60_000) {
      window = { startedAt: now, used: 0 };
      this.windows.set(key, window);
    }
    window.used++;
    const reset = Math.ceil((window.startedAt + 60_000) / 1000);
    response.setHeader('x-ratelimit-limit', String(limit));
    response.setHeader('x-ratelimit-remaining', String(Math.max(0, limit - window.used)));
    response.setHeader('x-ratelimit-reset', String(reset));
    if (!enforce || window.used <= limit) return true;
    // Unix seconds, as recorded in May 2025 (captures/headers-429-hub-api-2025-05-01.json).
    response.setHeader('retry-after', String(reset));
    return false;
  }

  private takeFault(request: HubRequest): Fault | null {
    const ordered = this.faults.find((fault) => fault.matches(request));
    if (!ordered) return null;
    if (--ordered.left <= 0) this.faults = this.faults.filter((fault) => fault !== ordered);
    return ordered.fault;
  }

  private requestOf(message: IncomingMessage, url: URL): HubRequest {
    const tags = TAGS.exec(url.pathname);
    const listing = LISTING.exec(url.pathname);
    const one = REPOSITORY.exec(url.pathname);
    let kind: RequestKind = 'other';
    let repository: string | null = null;
    const parts = tags ?? one;
    if (url.pathname === '/v2/auth/token') kind = 'token';
    else if (listing) {
      kind = 'listing';
      repository = listing[1] ?? listing[2] ?? null;
    } else if (parts) {
      kind = !tags ? 'repository' : tags[5] === undefined ? 'tags' : 'tag';
      const [namespace = '', name = ''] = [parts[1] ?? parts[3], parts[2] ?? parts[4]];
      repository = namespace === 'library' ? name : `${namespace}/${name}`;
    }
    return {
      method: message.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      at: this.options.now(),
      kind,
      repository,
      page: Number(url.searchParams.get('page') ?? 1),
      authorization: message.headers.authorization === undefined ? 'none' : 'bearer',
      userAgent: message.headers['user-agent'] ?? '',
    };
  }
}

/** Starts a stand-in on a free port of the loopback; `close()` it afterwards. */
export async function startDockerHub(options: HubOptions = {}): Promise<DockerHubStandIn> {
  const hub = new DockerHubStandIn(options);
  await hub.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return hub;
}

/** The body of a request, as text. */
export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function toPredicate(match: Matcher | undefined): (request: HubRequest) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === 'function') return match;
  if (match instanceof RegExp) {
    return (request) => match.test(`${request.path}?${new URLSearchParams(request.query).toString()}`);
  }
  return (request) =>
    (match.kind === undefined || match.kind === request.kind) &&
    (match.repository === undefined || match.repository === request.repository) &&
    (match.page === undefined || match.page === request.page);
}

function textOfPage(page: Page, fault: Fault | null): string {
  const text = pageText(page, fault, page.self);
  return fault === 'half_json' ? text.slice(0, text.length / 2) : text;
}

function refusePage(response: ServerResponse, status: number): void {
  send(response, status, status === 403 ? BODIES.pagingRefused : BODIES.notFound({}));
}

/** By default the oldest registration comes first, as in all 20,318 recorded listings (facts.md, section 3.1). */
function sortListing(
  repositories: HubRepository[],
  ordering: string | null,
  sign: 'inverted' | 'documented',
  fault: Fault | null,
): HubRepository[] | null {
  const by = (key: (r: HubRepository) => string): HubRepository[] =>
    repositories.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  const field = fault === 'by_name' ? 'name' : (ordering?.replace(/^-/, '') ?? 'default');
  if (field === 'default') return by((r) => r.dateRegistered);
  if (field === 'pull_count') return repositories.sort((a, b) => b.pullCount - a.pullCount);
  if (field === 'name') return by((r) => r.name);
  if (field !== 'last_updated') return null;
  const micros = (r: HubRepository): number => (r.lastUpdated === null ? 0 : microsOf(r.lastUpdated, 0));
  const ascending = repositories.sort((a, b) => micros(a) - micros(b));
  const newestFirst = (ordering?.startsWith('-') === true) === (sign === 'documented');
  return newestFirst && fault !== 'oldest_first' ? ascending.reverse() : ascending;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function sendPage(
  response: ServerResponse,
  page: { plain: Buffer; gzip: Buffer | null },
  gzip: boolean,
): void {
  if (!gzip) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(page.plain);
    return;
  }
  page.gzip ??= gzipSync(page.plain, { level: 1 });
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(page.gzip);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
