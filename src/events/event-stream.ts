import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Optional, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { BUILD } from '../config/version.js';
import { Refusal } from '../domain/refusals.js';
import { AUTHENTICATE, type AccessRequest, type Authenticate } from '../http/access.guard.js';
import type { Actor } from '../http/actor.js';
import { DomainEvents } from './domain-events.service.js';
import type { Signal } from './domain-events.js';
import type { LogRow } from './event-log.sql.js';
import { EventLog } from './event-log.js';
import { sse, textOfRows, textOfSignals } from './stream-text.js';

/** Changes that come together are told together; a bulk decision and a busy minute are a line or two. */
const MERGE_MS = 250;
/** Below the shortest idle time-out of usual proxies (30 s), with one to spare. */
const PING_MS = 15_000;
/** How long a stream outlives its session. */
const SESSION_CHECK_MS = 60_000;
/** Told to the browser: how long it waits before it comes back. */
const RETRY_MS = 2_000;
/** A reader who does not read is let go, and resumes where he was. */
const MAX_UNREAD_BYTES = 1_000_000;
const MAX_LISTENERS = 1_000;

/** Who asks for the stream, and how far he was. */
export interface ListenOrder {
  readonly request: AccessRequest & object;
  readonly response: ServerResponse;
  readonly actor: Actor;
  /** As the header came; undefined: a new reader. */
  readonly lastEventId: string | undefined;
}

interface Listener {
  readonly request: AccessRequest & object;
  readonly response: ServerResponse;
  readonly actor: Actor;
  /** All rows up to this one were sent to him, or are none of his. */
  sentTo: number;
}

/**
 * The live view: tells any number of browsers which ids changed, from one reading of the log. What a listener costs
 * is memory and a socket; no timer, no query and no connection of the database is his alone.
 */
@Injectable()
export class EventStream implements BeforeApplicationShutdown {
  private readonly listeners = new Set<Listener>();
  private readonly subscriptions: Subscription[];
  private isClosing = false;
  private pendingRows: LogRow[] = [];
  private pendingSignals: Signal[] = [];
  /** What lies before the rows that wait to be told. */
  private toldTo = 0;
  private merging: NodeJS.Timeout | undefined;
  private pinging: NodeJS.Timeout | undefined;
  private checking: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: EventLog,
    events: DomainEvents,
    @Optional() @Inject(AUTHENTICATE) private readonly authenticate?: Authenticate,
  ) {
    this.subscriptions = [
      log.read.subscribe((rows) => this.await(() => this.pendingRows.push(...rows))),
      log.broken.subscribe(() => this.resyncAll()),
      events.signalled.subscribe((signal) => this.await(() => this.pendingSignals.push(signal))),
    ];
  }

  /** Listeners of this process. */
  get size(): number {
    return this.listeners.size;
  }

  /** Begins a stream; it ends when the reader goes, his session does, or the service stops. */
  async listen(order: ListenOrder): Promise<void> {
    const { request, response, actor, lastEventId } = order;
    this.refuseIfFull();
    // Also the rows that another replica has told this reader of, before he came here.
    await this.log.catchUp();
    this.refuseIfFull();
    if (response.destroyed) return;
    if (this.pendingRows.length === 0) this.toldTo = this.log.head;

    // A stream that ended has no next request to wait for: on Fastify the idle connection held up a shutdown for 72 s.
    response.shouldKeepAlive = false;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const given = lastEventId === undefined ? null : eventIdOf(lastEventId);
    const missed = given === null ? null : this.log.after(given);
    const listener: Listener = { request, response, actor, sentTo: this.toldTo };
    const hello = {
      event_id: String(this.log.head),
      server_time: new Date().toISOString(),
      build: BUILD,
    };
    let text = `retry: ${RETRY_MS}\n\n`;
    if (missed !== null && given !== null) {
      text += sse(given, 'hello', hello) + textOfRows(missed, given);
      listener.sentTo = this.log.head;
    } else {
      text += sse(this.toldTo, 'hello', hello);
      if (lastEventId !== undefined) text += sse(this.toldTo, 'resync', { event_id: String(this.toldTo) });
    }
    this.listeners.add(listener);
    this.begin();
    response.on('close', () => this.leave(listener));
    response.write(text);
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    clearTimeout(this.merging);
    for (const { response } of this.listeners) response.end();
    this.listeners.clear();
    this.rest();
  }

  private refuseIfFull(): void {
    if (this.isClosing) throw new Refusal('unavailable', 'stopping', 'The service is stopping.');
    if (this.listeners.size >= MAX_LISTENERS) {
      throw new Refusal('unavailable', 'too_many_listeners', `${MAX_LISTENERS} streams are open already.`);
    }
  }

  private begin(): void {
    this.log.watch();
    this.pinging ??= setInterval(() => this.tell(() => ': ping\n\n'), PING_MS);
    this.checking ??= setInterval(() => void this.endWithSessions(), SESSION_CHECK_MS);
  }

  private rest(): void {
    this.log.unwatch();
    clearInterval(this.pinging);
    clearInterval(this.checking);
    this.pinging = this.checking = undefined;
    this.pendingRows = [];
    this.pendingSignals = [];
  }

  private leave(listener: Listener): void {
    if (this.listeners.delete(listener) && this.listeners.size === 0) this.rest();
  }

  private await(add: () => void): void {
    if (this.listeners.size === 0) return;
    add();
    this.merging ??= setTimeout(() => this.flush(), MERGE_MS);
  }

  private flush(): void {
    this.merging = undefined;
    const [rows, signals, before] = [this.pendingRows, this.pendingSignals, this.toldTo];
    this.pendingRows = [];
    this.pendingSignals = [];
    const last = rows.at(-1)?.eventId ?? before;
    this.toldTo = last;
    const ofSignals = textOfSignals(signals, before);
    const ofRows = rows.length === 0 ? '' : textOfRows(rows, before);
    this.tell((listener) => {
      if (listener.sentTo <= before) return ofSignals + ofRows;
      // One who resumed while these rows waited has got some of them already.
      const left = rows.filter(({ eventId }) => eventId > listener.sentTo);
      return ofSignals + textOfRows(left, listener.sentTo);
    });
    for (const listener of this.listeners) listener.sentTo = Math.max(listener.sentTo, last);
  }

  private resyncAll(): void {
    this.pendingRows = [];
    this.toldTo = this.log.head;
    const text = sse(this.toldTo, 'resync', { event_id: String(this.toldTo) });
    this.tell(() => text);
    for (const listener of this.listeners) listener.sentTo = this.toldTo;
  }

  private tell(textFor: (listener: Listener) => string): void {
    for (const listener of this.listeners) {
      const text = textFor(listener);
      if (text !== '') listener.response.write(text);
      if (listener.response.writableLength > MAX_UNREAD_BYTES) listener.response.destroy();
    }
  }

  /**
   * What ends a session ends its streams: a token revoked, a session signed out, a service that is no longer open to
   * anybody on the machine. One question for all streams with the same credentials; a caller may have several, of which
   * one ends and the others go on.
   */
  private async endWithSessions(): Promise<void> {
    const isValid = new Map<string, boolean>();
    for (const listener of [...this.listeners]) {
      const { actor, request, response } = listener;
      const { authorization, cookie } = request.headers;
      const key = JSON.stringify([actor.kind, actor.id, actor.name, authorization, cookie]);
      if (!isValid.has(key)) isValid.set(key, await this.isStill(actor, request));
      if (isValid.get(key) === false) response.end();
    }
  }

  private async isStill(actor: Actor, request: AccessRequest): Promise<boolean> {
    if (this.authenticate === undefined) return true;
    try {
      const now = await this.authenticate(request);
      return now !== null && now.name === actor.name;
    } catch (error) {
      // A database that is away says nothing about the session.
      return !(error instanceof Refusal) || error.kind === 'unavailable';
    }
  }
}

/** The response as Node has it; Fastify wraps it, and has to be told that it is answered elsewhere. */
export function rawResponseOf(response: object): ServerResponse {
  if (!('raw' in response)) return response as ServerResponse;
  (response as { hijack?: () => void }).hijack?.();
  return (response as { raw: ServerResponse & { req: IncomingMessage } }).raw;
}

/** Null for what was not written here. */
function eventIdOf(text: string): number | null {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
