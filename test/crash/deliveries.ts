import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';

/** What the handlers of the replicas were given of one event. */
interface Told {
  name: string;
  requestId: number | null;
  /** The event as it came first. */
  text: string;
  /** Deliveries by handler. */
  times: Record<string, number>;
}

/** The event that follows from what the audit log has of a request. */
const EVENT_OF: Readonly<Record<string, string>> = {
  'approval_request.opened': 'approval_request.opened',
  'approval_request.approved': 'approval_request.decided',
  'approval_request.rejected': 'approval_request.decided',
  'approval_request.reopened': 'approval_request.reopened',
  'approval_request.superseded': 'approval_request.superseded',
};

/**
 * The other end of the outbox: two handlers of each event in each replica tell it over HTTP what they were given, so
 * that the count stands outside the service's transactions and outlives its processes.
 */
export class Deliveries {
  url = '';
  /** The handlers fail, and with them their jobs. */
  isFailing = false;
  private readonly server: Server;
  private readonly told = new Map<string, Told>();
  private readonly changed = new Set<string>();

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('error', () => undefined);
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        if (!this.isFailing) this.take(request.url?.slice(1) ?? '', text);
        response.writeHead(this.isFailing ? 503 : 204).end();
      });
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** Events that were delivered, and deliveries beyond the first of each handler. */
  count(): { events: number; repeats: number } {
    const times = [...this.told.values()].flatMap((one) => Object.values(one.times));
    return { events: this.told.size, repeats: times.reduce((sum, n) => sum + n - 1, 0) };
  }

  /**
   * What was promised and not kept. What was committed is known twice: by the jobs, and by the audit log, which has a
   * row for each change of a request. More ids of a kind than rows: an event was repeated under another id.
   */
  async violations(db: pg.Client): Promise<string[]> {
    const found = [...this.changed].map((id) => `Event ${id} came with other contents the second time`);
    const jobs = await db.query<{ id: string; state: string }>(
      `SELECT DISTINCT data ->> 'id' AS id, state::text FROM image_monitor_jobs.job
        WHERE name = 'domain-events' OR name = 'dead-letters'`,
    );
    for (const { id, state } of jobs.rows) {
      const times = this.told.get(id)?.times ?? {};
      for (const handler of ['first', 'second']) {
        if (times[handler] === undefined)
          found.push(`Event ${id} (${state}) never reached the ${handler} handler`);
      }
    }
    const audit = await db.query<{ action: string; subject_id: string; count: number }>(
      `SELECT action, subject_id, count(*)::int FROM image_monitor.audit_log
        WHERE subject_type = 'approval_request' GROUP BY 1, 2`,
    );
    const wanted = new Map<string, number>();
    for (const { action, subject_id, count } of audit.rows) {
      const key = `${EVENT_OF[action] ?? action} of request ${subject_id}`;
      wanted.set(key, (wanted.get(key) ?? 0) + count);
    }
    const had = new Map<string, number>();
    for (const { name, requestId } of this.told.values()) {
      if (!name.startsWith('approval_request.')) continue;
      const key = `${name} of request ${requestId}`;
      had.set(key, (had.get(key) ?? 0) + 1);
    }
    for (const key of new Set([...wanted.keys(), ...had.keys()])) {
      const [committed, delivered] = [wanted.get(key) ?? 0, had.get(key) ?? 0];
      if (committed !== delivered) {
        found.push(`${committed} times ${key} was committed, and delivered under ${delivered} ids`);
      }
    }
    return found;
  }

  private take(handler: string, text: string): void {
    const event = JSON.parse(text) as { id: string; name: string; data: { approval_request_id?: number } };
    const told = this.told.get(event.id) ?? {
      name: event.name,
      requestId: event.data.approval_request_id ?? null,
      text,
      times: {},
    };
    if (told.text !== text) this.changed.add(event.id);
    told.times[handler] = (told.times[handler] ?? 0) + 1;
    this.told.set(event.id, told);
  }
}
