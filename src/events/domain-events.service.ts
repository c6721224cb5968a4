import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { JobQueue } from '../queue/job-queue.js';
import type { DomainEvent, NewDomainEvent, Signal } from './domain-events.js';
import { logChanges, MAX_IDS, type LoggedChange } from './event-log.sql.js';

/**
 * The way of a change to everybody who has to know. `publish` stores its events inside the transaction of the change;
 * `announce` tells this process, right after the commit, that there is something to deliver. A process that dies in
 * between loses nothing: the events are found by the next look at the queue.
 *
 * @example
 * const events = await inTransaction(db, async (tx) => { …; return this.events.publish(tx, [{ name, data }]); });
 * this.events.announce(events);
 */
@Injectable()
export class DomainEvents {
  private readonly published = new Subject<readonly DomainEvent[]>();
  private readonly signals = new Subject<Signal>();

  constructor(private readonly queue: JobQueue) {}

  /** Events that this process has just committed. For counting and waking; handlers get them from the queue. */
  get announced(): Observable<readonly DomainEvent[]> {
    return this.published;
  }

  /** What happens in this process and is stored nowhere. */
  get signalled(): Observable<Signal> {
    return this.signals;
  }

  /**
   * Stores events in the caller's transaction: a job for each, whose id is the event's, and their rows for the live
   * view; one round trip for any number. Answers them as they will be delivered, for {@link announce}.
   *
   * @throws Refusal `queue_not_ready`, which must roll the change back: it would happen untold.
   */
  async publish(tx: EntityManager, events: readonly NewDomainEvent[]): Promise<DomainEvent[]> {
    if (events.length === 0) return [];
    const occurredAt = new Date().toISOString();
    const stored = events.map(
      ({ name, data }) =>
        ({ id: randomUUID(), name, version: 1, occurred_at: occurredAt, data }) as DomainEvent,
    );
    await this.queue.send(
      tx,
      'domain-events',
      stored.map((event) => ({ id: event.id, data: event })),
      logChanges(changesOf(stored)),
    );
    return stored;
  }

  /** Tells this process of events whose transaction is committed. In memory, never throws. */
  announce(events: readonly DomainEvent[]): void {
    if (events.length === 0) return;
    this.queue.wake('domain-events');
    this.published.next(events);
  }

  /** Tells this process of something that is stored nowhere. */
  signal(signal: Signal): void {
    this.signals.next(signal);
  }
}

/** What the live view says of an event: the request it is about, else the image. */
export function subjectIdOf(event: DomainEvent): number {
  return 'approval_request_id' in event.data && event.name.startsWith('approval_request.')
    ? (event.data.approval_request_id as number)
    : (event.data.image_id as number);
}

/** One change for each name, as the log has them. */
function changesOf(events: readonly DomainEvent[]): LoggedChange[] {
  const idsOf = new Map<string, Set<number>>();
  for (const event of events) {
    const ids = idsOf.get(event.name) ?? new Set<number>();
    idsOf.set(event.name, ids.add(subjectIdOf(event)));
  }
  return [...idsOf].map(([name, ids]) => ({
    name,
    ids: ids.size > MAX_IDS ? [] : [...ids],
    total: ids.size,
  }));
}
