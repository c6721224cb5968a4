import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { revokeToken } from '../../src/auth/tokens.sql.js';
import { createDataSource } from '../../src/database/data-source.js';
import { inTransaction } from '../../src/database/in-transaction.js';
import type { NewDomainEvent } from '../../src/events/domain-events.js';
import { DomainEvents } from '../../src/events/domain-events.service.js';
import { EventStream } from '../../src/events/event-stream.js';
import { eventually, startApp, type TestApp, type TestAppOptions } from '../support/app.js';
import { bearerOf } from '../support/tokens.js';

const apps: TestApp[] = [];
const readers: Reader[] = [];

async function start(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startApp(options);
  apps.push(app);
  return app;
}

afterEach(async () => {
  jest.restoreAllMocks();
  for (const reader of readers.splice(0)) reader.leave();
  for (const app of apps.splice(0).reverse()) await app.close();
});

/** One server-sent event as it came. */
interface Message {
  id: string;
  event: string;
  data: {
    ids?: number[];
    many?: boolean;
    count?: number;
    event_id?: string;
    build?: string;
    server_time?: string;
  };
}

interface Reader {
  status: number;
  messages: Message[];
  /** Everything as it came. */
  text: string;
  hasEnded: boolean;
  leave(): void;
}

async function read(
  app: TestApp,
  lastEventId?: string,
  credentials: Record<string, string> = {},
): Promise<Reader> {
  const leaving = new AbortController();
  const answer = await fetch(`${app.url}/api/v1/events`, {
    headers: { ...credentials, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: leaving.signal,
  });
  const reader: Reader = {
    status: answer.status,
    messages: [],
    text: '',
    hasEnded: false,
    leave: () => leaving.abort(),
  };
  readers.push(reader);
  void (async () => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const text = decoder.decode(chunk, { stream: true });
      reader.text += text;
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      reader.messages.push(...blocks.flatMap(parse));
    }
    reader.hasEnded = true;
  })().catch(() => undefined);
  await eventually('the hello', () => Promise.resolve(reader.messages[0]));
  return reader;
}

function parse(block: string): Message[] {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
  return id && event && data ? [{ id, event, data: JSON.parse(data) }] : [];
}

const changed = (imageId: number): NewDomainEvent => ({
  name: 'tag.revoked',
  data: { image_id: imageId, image_name: 'redis', tag: '7.4', digest: null, revoked_by: 'ana' },
});

async function publish(app: TestApp, ...events: NewDomainEvent[]): Promise<void> {
  const service = app.app.get(DomainEvents);
  service.announce(await inTransaction(app.dataSource, (tx) => service.publish(tx, events)));
}

function idsOf(reader: Reader, event = 'tag.revoked'): number[] {
  return reader.messages.filter((one) => one.event === event).flatMap((one) => one.data.ids ?? []);
}

describe('a stream', () => {
  const MINUTE_MS = 60_000;

  /** The look at all sessions that comes once a minute, to be had at once; opened before the first reader comes. */
  function sessionChecks(): () => void {
    const timers = jest.spyOn(globalThis, 'setInterval');
    return () => {
      for (const [work, ms] of timers.mock.calls) if (ms === MINUTE_MS) work();
    };
  }

  async function ends(reader: Reader, checkSessions: () => void): Promise<void> {
    await eventually('its end', () => {
      checkSessions();
      return Promise.resolve(reader.hasEnded);
    });
  }

  it('ends with its token, and not with that of another', async () => {
    const app = await start();
    const [ann, ben] = [
      await bearerOf(app.dataSource, 'ann', 'viewer'),
      await bearerOf(app.dataSource, 'ben', 'viewer'),
    ];
    const checkSessions = sessionChecks();
    const [hers, his] = [
      await read(app, undefined, { authorization: ann.authorization }),
      await read(app, undefined, { authorization: ben.authorization }),
    ];

    await revokeToken(app.dataSource, { name: 'ann' });

    await ends(hers, checkSessions);
    await publish(app, changed(1));
    await eventually('his next event', () => Promise.resolve(idsOf(his).length === 1));
    expect(idsOf(hers)).toEqual([]);
  });

  it('ends with its session, whatever else its token has open', async () => {
    const app = await start();
    const { token, authorization } = await bearerOf(app.dataSource, 'ann', 'viewer');
    const cookies = await Promise.all(
      ['one browser', 'another'].map(async () => {
        const { headers } = await app.api('POST', '/session', { token });
        return (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      }),
    );
    const checkSessions = sessionChecks();
    const script = await read(app, undefined, { authorization });
    const [signedOut, stays] = [
      await read(app, undefined, { cookie: cookies[0] ?? '' }),
      await read(app, undefined, { cookie: cookies[1] ?? '' }),
    ];

    await app.api('DELETE', '/session', undefined, {
      cookie: cookies[0] ?? '',
      'sec-fetch-site': 'same-origin',
    });

    await ends(signedOut, checkSessions);
    await publish(app, changed(1));
    await eventually('the next event of the others', () =>
      Promise.resolve([script, stays].every((reader) => idsOf(reader).length === 1)),
    );
  });

  it('that was open to anybody here ends when the first token is made', async () => {
    const app = await start();
    const checkSessions = sessionChecks();
    const reader = await read(app);
    checkSessions();

    await bearerOf(app.dataSource, 'first', 'viewer');

    await ends(reader, checkSessions);
  });

  it('is told to read everything anew after the database was away for long', async () => {
    const app = await start();
    const reader = await read(app);
    await publish(app, changed(1));
    await eventually('the first', () => Promise.resolve(idsOf(reader).length === 1));
    // As if nobody had answered for longer than the log keeps what was not read.
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + 5 * MINUTE_MS);

    await publish(app, changed(2));

    await eventually('resync', () =>
      Promise.resolve(reader.messages.some(({ event }) => event === 'resync')),
    );
    await publish(app, changed(3));
    await eventually('what comes after it', () => Promise.resolve(idsOf(reader).includes(3)));
    const resync = reader.messages.find(({ event }) => event === 'resync');
    const after = reader.messages.filter(({ id }) => Number(id) > Number(resync?.id));
    expect(after.flatMap(({ data }) => data.ids)).toEqual([3]);
  });
});

describe('the live view', () => {
  it('says hello, then which requests were opened and decided, by their ids', async () => {
    const app = await start();
    const reader = await read(app);
    expect(reader.messages[0]).toMatchObject({ id: '0', event: 'hello', data: { event_id: '0' } });
    expect(reader.messages[0]?.data.build).toEqual(expect.any(String));
    app.hub.push('redis', '7.4.1');
    const imageId = await app.addImage('redis');

    await app.api('POST', `/images/${imageId}/check`);
    await eventually('the opening', () =>
      Promise.resolve(idsOf(reader, 'approval_request.opened').length === 1),
    );
    await app.api('POST', '/images/approval-requests/1/approve', {});

    await eventually('the decision', () =>
      Promise.resolve(idsOf(reader, 'approval_request.decided').length === 1),
    );
    expect(idsOf(reader, 'approval_request.decided')).toEqual([1]);
    await eventually('the tag', () => Promise.resolve(idsOf(reader, 'tag.approved').length === 1));
    expect(idsOf(reader, 'check.started')).toEqual([imageId]);
    expect(idsOf(reader, 'check.finished')).toEqual([imageId]);
    expect(reader.text).not.toContain('redis');
  });

  it('merges what comes together, and of more than a hundred tells the number', async () => {
    const app = await start();
    const reader = await read(app);

    await Promise.all([publish(app, changed(1)), publish(app, changed(2)), publish(app, changed(3))]);
    await eventually('three ids', () => Promise.resolve(idsOf(reader).length === 3));
    const many = Array.from({ length: 101 }, (_, index) => changed(index + 1));
    await publish(app, ...many);

    const message = await eventually('the many', () =>
      Promise.resolve(reader.messages.find((one) => one.data.many)),
    );
    expect(message.data).toEqual({ many: true, count: 101 });
    expect(reader.messages.length).toBeLessThanOrEqual(5);
  });

  it('lets a reader resume without a gap while 200 transactions commit in another order than they began', async () => {
    const one = await start();
    const other = await start({ database: one.database, hub: one.hub });
    // Connections of their own: 200 open transactions would leave none of the service's twelve to read with.
    const writers = createDataSource({ url: one.database.url, entities: [], poolSize: 200 });
    await writers.initialize();
    // A few at a time: for 200 at once a slow machine takes longer than a pool waits.
    const runners = Array.from({ length: 200 }, () => writers.createQueryRunner());
    for (let i = 0; i < 200; i += 20) await Promise.all(runners.slice(i, i + 20).map((one) => one.connect()));
    await Promise.all(runners.map((one) => one.release()));
    const steady = await read(one);
    const cut = await read(one);
    const seenByCut = new Set<number>();
    let last = cut.messages[0]?.id ?? '';
    let current = cut;
    let isDone = false;

    // The cut reader is thrown out again and again, and resumes at either replica with the last id that it has seen.
    const resuming = (async () => {
      for (let turn = 0; !isDone; turn += 1) {
        const from = current;
        await eventually('something new', () => Promise.resolve(isDone || from.messages.length > 1));
        from.leave();
        for (const message of from.messages) for (const id of message.data.ids ?? []) seenByCut.add(id);
        last = from.messages.at(-1)?.id ?? last;
        current = await read(turn % 2 === 0 ? other : one, last);
        expect(current.messages.some(({ event }) => event === 'resync')).toBe(false);
      }
    })();
    const waits = Array.from({ length: 200 }, (_, index) => ((index * 7919) % 200) / 80);
    await Promise.all(
      waits.map(async (seconds, index) => {
        const service = (index % 2 === 0 ? one : other).app.get(DomainEvents);
        const events = await inTransaction(writers, async (tx) => {
          const stored = await service.publish(tx, [changed(index + 1)]);
          // The server waits, so that the order of commits has nothing to do with that of the rows.
          await tx.query(`SELECT pg_sleep($1)`, [seconds]);
          return stored;
        });
        service.announce(events);
      }),
    );
    await writers.destroy();
    const all = Array.from({ length: 200 }, (_, index) => index + 1);
    await eventually('all of them, without a cut', () =>
      Promise.resolve(new Set(idsOf(steady)).size === 200),
    );
    isDone = true;
    await resuming;
    const rest = current;
    await eventually('the rest', () => {
      for (const message of rest.messages) for (const id of message.data.ids ?? []) seenByCut.add(id);
      return Promise.resolve(seenByCut.size === 200);
    });

    expect([...new Set(idsOf(steady))].sort((a, b) => a - b)).toEqual(all);
    expect([...seenByCut].sort((a, b) => a - b)).toEqual(all);
    expect(idsOf(steady)).toHaveLength(200);
    const ids = steady.messages.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('tells a reader with an id that nobody knows any more to read everything anew', async () => {
    const app = await start();
    await publish(app, changed(1));
    const first = await read(app);
    const head = first.messages[0]?.id ?? '';
    await app.dataSource.query(`DELETE FROM image_monitor.event_log WHERE event_id < $1`, [head]);
    await publish(app, changed(2));

    for (const unknown of ['999999', '0', 'nonsense']) {
      const reader = await read(app, unknown);
      await eventually('resync', () =>
        Promise.resolve(reader.messages.some(({ event }) => event === 'resync')),
      );
    }
    const resumed = await read(app, head);
    await eventually('what was missed', () => Promise.resolve(idsOf(resumed).includes(2)));
    expect(resumed.messages.map(({ event }) => event)).toEqual(['hello', 'tag.revoked']);
  });

  it('is resumed after a restart of the service, too', async () => {
    const app = await start();
    const reader = await read(app);
    await publish(app, changed(1));
    await eventually('the first', () => Promise.resolve(idsOf(reader).length === 1));
    const last = reader.messages.at(-1)?.id ?? '';
    await publish(app, changed(2));
    const again = await start({ database: app.database, hub: app.hub });

    const resumed = await read(again, last);

    await eventually('what was missed', () => Promise.resolve(idsOf(resumed).includes(2)));
    expect(idsOf(resumed)).toEqual([2]);
  });

  it('costs no connection and no query for each of 200 idle listeners, and ends with the service', async () => {
    const app = await start();
    const idle = await Promise.all(Array.from({ length: 200 }, () => read(app)));
    const connections = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()`,
    );
    expect(connections[0]?.count).toBeLessThanOrEqual(12);

    const statements = await app.statementsOf(async () => {
      await publish(app, changed(1));
      await eventually('all of them to know', () =>
        Promise.resolve(idle.every((reader) => idsOf(reader).length === 1)),
      );
    });
    // The transaction's three, and a few looks at the log for all of them.
    expect(statements.length).toBeLessThan(20);

    const closing = app.close();
    apps.splice(apps.indexOf(app), 1);
    await eventually('the end of all streams', () => Promise.resolve(idle.every(({ hasEnded }) => hasEnded)));
    await closing;
  });

  it('lets go of readers that leave', async () => {
    const app = await start();
    const reader = await read(app);
    expect(app.app.get(EventStream).size).toBe(1);

    reader.leave();

    await eventually('nobody', () => Promise.resolve(app.app.get(EventStream).size === 0));
  });
});
