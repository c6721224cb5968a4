import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ApiProblem } from '../../console/src/api/problem.js';
import type { BulkAnswer, Row } from '../../console/src/api/types.js';
import { eventOf } from '../../console/src/event-stream.js';
import {
  isTyped,
  previewOf,
  runBulk,
  STEP,
  type BulkEnd,
  type BulkOrder,
} from '../../console/src/inbox/bulk-run.js';
import { foldNames, itemsOf } from '../../console/src/inbox/items.js';
import { between, lineFrom, placeAfter, placeOf, stepFrom } from '../../console/src/inbox/moves.js';
import { groupKeyOf, RowsByGroup, type GroupRows } from '../../console/src/inbox/rows-by-group.js';
import { NOTHING, reduceSelection } from '../../console/src/inbox/selection.js';
import { reduceLive } from '../../console/src/live-state.js';
import { patiently } from '../../console/src/patience.js';
import { doSoon } from '../../console/src/soon.js';
import { group, row } from './rows.js';

describe('names of one content', () => {
  const alias = { digest: 'sha256:a', same_digest_count: 3 };
  const rows = new Map<string, GroupRows>([
    ['latest', [row(1, 'latest', { ...alias, line: 'latest' })]],
    ['7', [row(2, '7.5.0', alias), row(3, '7.4.9')]],
    ['major', [row(4, '7', { ...alias, line: '7-major' }), row(5, '7-rc')]],
    ['far', 'loading'],
  ]);
  const groups = [...rows.keys()].map((key) => group(key));
  const rowsOf = (one: { key: string }): GroupRows => rows.get(one.key) ?? [];

  it('stand in the line of the most exact one, and leave no line empty behind', () => {
    const items = itemsOf(groups, rowsOf, { isLine: true, isBare: false, open: new Set() });
    const entries = items.flatMap((item) => (item.kind === 'entry' ? [item.entry] : []));
    expect(entries.map((entry) => [entry.row.tag_name, entry.also.map((one) => one.tag_name)])).toEqual([
      ['7.5.0', ['7', 'latest']],
      ['7-rc', []],
    ]);
    expect(items.filter((item) => item.kind === 'group').map((item) => item.group.key)).toEqual([
      '7',
      'major',
      'far',
    ]);
  });

  it('never lose a row or show it twice', () => {
    const some = fc.array(
      fc.record({
        id: fc.integer({ min: 1, max: 40 }),
        digest: fc.integer({ min: 1, max: 4 }),
        line: fc.integer({ min: 0, max: 4 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(some, (made) => {
        const all = [...new Map(made.map((one) => [one.id, one])).values()];
        const lines = [0, 1, 2, 3, 4].map((line) => group(String(line)));
        const of = (one: { key: string }): Row[] =>
          all
            .filter((each) => String(each.line) === one.key)
            .map((each) =>
              row(each.id, `1.${each.id}`, { digest: `sha256:${each.digest}`, same_digest_count: 2 }),
            );
        const folded = foldNames(lines, of);
        const ids = lines.flatMap((line) => (folded(line) as Row[]).map((each) => each.id));
        expect(ids.sort()).toEqual(all.map((each) => each.id).sort());
        for (const line of lines) {
          const digests = new Set((folded(line) as Row[]).map((each) => each.digest));
          for (const other of lines)
            if (other !== line)
              for (const each of folded(other) as Row[]) expect(digests.has(each.digest)).toBe(false);
        }
      }),
    );
  });

  it('do not take a re-push along', () => {
    const repush = row(9, 'latest', { ...alias, bump: 'repush' });
    const folded = foldNames([group('a'), group('b')], (one) =>
      one.key === 'a' ? [repush] : [row(2, '7.5.0', alias)],
    );
    expect(folded(group('a'))).toEqual([repush]);
  });
});

describe('moving in the list', () => {
  const rows: Record<string, GroupRows> = {
    a: [row(1, '7.5.0', { bump: 'minor' }), row(2, '7.4.3'), row(3, '7.4.2')],
    b: 'loading',
    c: [row(4, '9.0.0', { bump: 'major' })],
  };
  const items = itemsOf([group('a', 3), group('b', 2), group('c')], (one) => rows[one.key] ?? [], {
    isLine: true,
    isBare: false,
    open: new Set(),
  });
  const idOf = (item: { entry: { row: Row } } | null): number | null => item?.entry.row.id ?? null;

  it('passes over headers and folds, and over nothing that is not read', () => {
    const at = (id: number): number => placeOf(items, id);
    expect(idOf(stepFrom(items, -1, 1))).toBe(1);
    expect(idOf(stepFrom(items, at(1), 1))).toBe(2);
    expect(idOf(stepFrom(items, at(2), 1))).toBeNull();
    expect(idOf(stepFrom(items, at(1), -1))).toBeNull();
    expect(idOf(lineFrom(items, at(1), 1))).toBe(4);
    expect(idOf(lineFrom(items, at(4), -1))).toBe(1);
  });

  it('goes on to the next of the line, to what the fold brings up, to the next line, and back at the end', () => {
    const after = (id: number, ...leaving: number[]): number | null =>
      placeAfter(items, placeOf(items, id), new Set([id, ...leaving]));
    expect(after(1)).toBe(2);
    expect(after(2)).toBe(3);
    expect(after(2, 3)).toBe(4);
    expect(after(4)).toBe(2);
    expect(placeAfter(items, placeOf(items, 4), new Set([1, 2, 3, 4]))).toBeNull();
  });

  it('has the rows between two, whichever is above', () => {
    expect(between(items, 4, 1).map(idOf)).toEqual([1, 2, 4]);
    expect(between(items, 1, 99)).toEqual([]);
  });
});

describe('a range', () => {
  it('gives up what it had when it is drawn back, and nothing that was selected before', () => {
    const before = reduceSelection(NOTHING, { type: 'toggle', ids: [9] });
    const out = reduceSelection(before, { type: 'range', anchor: 1, ids: [1, 2, 3] });
    const back = reduceSelection(out, { type: 'range', anchor: 1, ids: [1, 2] });
    expect([...back.ids].sort()).toEqual([1, 2, 9]);
  });

  it('is what was refused, by name, after a bulk decision of all that match', () => {
    const all = reduceSelection(NOTHING, { type: 'all-matching' });
    const after = reduceSelection(all, { type: 'name', ids: [4, 5] });
    expect([...after.ids]).toEqual([4, 5]);
    expect(after.isAllMatching).toBe(false);
    expect(reduceSelection(all, { type: 'name', ids: [] }).ids.size).toBe(0);
  });
});

describe('the rows of groups', () => {
  interface Asked {
    groups: readonly string[];
    cursor: string | null;
    answer(rows: Row[], next?: string | null): Promise<void>;
    fail(): Promise<void>;
  }
  function cacheOf(): { cache: RowsByGroup; asked: Asked[] } {
    const asked: Asked[] = [];
    const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
    const cache = new RowsByGroup(
      (groups, cursor) =>
        new Promise((resolve, reject) =>
          asked.push({
            groups,
            cursor,
            answer: (rows, next = null) => {
              resolve({ rows, next });
              return settle();
            },
            fail: () => {
              reject(new Error('no answer'));
              return settle();
            },
          }),
        ),
      'line',
    );
    return { cache, asked };
  }
  const one = row(1, '7.1.0', { line: '7' });
  const two = row(2, '8.1.0', { line: '8' });

  it('stand in one line only, though a decision moves them: where they are shown, until that is read again', async () => {
    const { cache, asked } = cacheOf();
    cache.want([group('line:1:7')]);
    await asked[0]?.answer([one, row(3, '7.2.0', { line: '7' })]);
    cache.want([group('line:1:8')]);
    const moved = row(1, '7.1.0', { line: '8' });
    await asked[1]?.answer([moved, two]);
    expect(cache.rowsOf('line:1:8')).toEqual([two]);
    expect(cache.rowsOf('line:1:7')).toHaveLength(2);

    cache.refresh();
    await asked[2]?.answer([moved, two]);
    expect(cache.rowsOf('line:1:8')).toEqual([moved, two]);
    expect(cache.rowsOf('line:1:7')).toEqual([row(3, '7.2.0', { line: '7' })]);
  });

  it('are compared with what the service lists now, without being moved', async () => {
    const { cache, asked } = cacheOf();
    cache.want([group('line:1:7'), group('line:1:8')]);
    await asked[0]?.answer([one, two]);
    const left = cache.left();
    expect(asked[1]?.groups).toEqual(['line:1:7', 'line:1:8']);
    await asked[1]?.answer([two]);
    expect(await left).toEqual([1]);
    expect(cache.rowsOf('line:1:7')).toEqual([one]);
  });

  it('are asked for together, once, page by page, and those that came into view meanwhile afterwards', async () => {
    const { cache, asked } = cacheOf();
    cache.want([group('line:1:7'), group('line:1:8')]);
    cache.want([group('line:1:8'), group('line:1:9')]);
    expect(asked.map((each) => each.groups)).toEqual([['line:1:7', 'line:1:8']]);
    await asked[0]?.answer([one], 'more');
    expect(cache.rowsOf('line:1:7')).toBe('loading');
    expect(asked[1]?.cursor).toBe('more');
    await asked[1]?.answer([two]);
    expect(cache.rowsOf('line:1:7')).toEqual([one]);
    expect(cache.rowsOf('line:1:8')).toEqual([two]);
    expect(asked[2]?.groups).toEqual(['line:1:9']);
    await asked[2]?.answer([]);
    expect(cache.rowsOf('line:1:9')).toEqual([]);
  });

  it('are not all asked for at once where there are many', () => {
    const { cache, asked } = cacheOf();
    cache.want([group('line:1:7', 480), group('line:1:8', 400)]);
    expect(asked[0]?.groups).toEqual(['line:1:7']);
  });

  it('are not asked for where they came with their groups', () => {
    const { cache, asked } = cacheOf();
    expect(cache.isEmpty).toBe(true);
    cache.fill(new Map([['line:1:7', [one]]]));
    cache.want([group('line:1:7'), group('line:1:8')]);
    expect([cache.isEmpty, cache.rowsOf('line:1:7')]).toEqual([false, [one]]);
    expect(asked.map((each) => each.groups)).toEqual([['line:1:8']]);
  });

  it('say that they could not be read, and are read when asked again', async () => {
    const { cache, asked } = cacheOf();
    cache.want([group('line:1:7')]);
    await asked[0]?.fail();
    expect(cache.rowsOf('line:1:7')).toBe('failed');
    cache.retry();
    await asked[1]?.answer([one]);
    expect(cache.rowsOf('line:1:7')).toEqual([one]);
  });

  it('stay on the screen while they are read again, whatever an older answer says', async () => {
    const { cache, asked } = cacheOf();
    cache.want([group('line:1:7')]);
    await asked[0]?.answer([one]);
    cache.refresh();
    expect(cache.rowsOf('line:1:7')).toEqual([one]);
    cache.refresh();
    await asked[1]?.answer([one, two]);
    expect(cache.rowsOf('line:1:7')).toEqual([one]);
    const now = row(3, '7.2.0', { line: '7' });
    await asked[2]?.answer([now]);
    expect(cache.rowsOf('line:1:7')).toEqual([now]);
  });

  it('have the keys that the API gives', () => {
    expect(groupKeyOf(one, 'line')).toBe('line:1:7');
    expect(groupKeyOf(one, 'digest')).toBe('digest:1:sha256:1');
    expect(groupKeyOf({ ...one, image_id: null, image_name: 'a/b c', line: null }, 'line')).toBe(
      'line:0/a%2Fb%20c:',
    );
    expect(groupKeyOf(one, 'image')).toBe('image:1');
  });
});

describe('a bulk decision', () => {
  it('takes its number as it is shown, and no other', () => {
    for (const typed of ['1204', '1,204', ' 1 204 ']) expect(isTyped(typed, 1_204)).toBe(true);
    for (const typed of ['', '120', '1205', '1204x', '-1204']) expect(isTyped(typed, 1_204)).toBe(false);
  });

  const answer = (more: Partial<BulkAnswer>): BulkAnswer => ({
    total: 0,
    counts: {},
    remaining: 0,
    results: [],
    ...more,
  });
  const result = (id: number, outcome = 'approved') => ({ id, outcome, code: null, detail: null });
  const byFilter: BulkOrder = { action: 'approve', target: { filter: { q: 'redis' }, count: 3 } };
  /** Runs an order against answers in turn; what was sent comes back. */
  async function run(
    order: BulkOrder,
    answers: (BulkAnswer | Error)[],
    isStopped = (): boolean => false,
  ): Promise<{ end: BulkEnd; sent: Record<string, unknown>[] }> {
    const sent: Record<string, unknown>[] = [];
    const send = (body: Record<string, unknown>): Promise<BulkAnswer> => {
      sent.push(body);
      const next = answers.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? answer({}));
    };
    const preview = await previewOf(order, send);
    return { end: await runBulk(order, preview, send, { isStopped, onStep: () => undefined }), sent };
  }

  it('goes on until nothing remains, each step with the token of the one before, and knows its batches', async () => {
    const { end, sent } = await run(byFilter, [
      answer({ counts: { approved: 3 }, preview_token: 'p' }),
      answer({ results: [result(1), result(2)], remaining: 1, batch_id: 'one', preview_token: 'q' }),
      answer({ results: [result(3)], batch_id: 'two' }),
    ]);
    expect(sent.map((body) => [body['dry_run'], body['preview_token']])).toEqual([
      [true, undefined],
      [undefined, 'p'],
      [undefined, 'q'],
    ]);
    expect(end).toMatchObject({ how: 'done', decided: [1, 2, 3], left: 0, batchIds: ['one', 'two'] });
  });

  it('previews and sends more ids than one call takes in several, and leaves out none', async () => {
    const ids = Array.from({ length: STEP + 2 }, (_, i) => ({ id: i + 1 }));
    const { end, sent } = await run({ action: 'approve', target: { ids } }, [
      answer({ counts: { approved: STEP }, preview_token: 'a' }),
      answer({ counts: { approved: 1, refused: 1 }, preview_token: 'b' }),
      answer({ results: ids.slice(0, STEP).map(({ id }) => result(id)), batch_id: 'one' }),
      answer({ results: [result(STEP + 1), result(STEP + 2, 'refused')], batch_id: 'two' }),
    ]);
    expect(sent.map((body) => (body['ids'] as unknown[]).length)).toEqual([STEP, 2, STEP, 2]);
    expect(sent.map((body) => body['preview_token'])).toEqual([undefined, undefined, 'a', 'b']);
    expect(end).toMatchObject({ how: 'done', refused: [STEP + 2], batchIds: ['one', 'two'] });
    expect(end.decided).toHaveLength(STEP + 1);
  });

  it('stops between two steps when it is told to, and says what is left', async () => {
    const { end, sent } = await run(
      byFilter,
      [
        answer({ counts: { approved: 3 } }),
        answer({ results: [result(1)], remaining: 2, batch_id: 'one', preview_token: 'q' }),
      ],
      () => true,
    );
    expect(sent).toHaveLength(2);
    expect(end).toMatchObject({ how: 'stopped', decided: [1], left: 2, batchIds: ['one'] });
  });

  it('does not go round for ever where the rest is refused', async () => {
    const { end } = await run(byFilter, [
      answer({ counts: { approved: 1 } }),
      answer({ results: [result(1, 'refused')], remaining: 5 }),
    ]);
    expect(end).toMatchObject({ how: 'done', decided: [], refused: [1] });
  });

  it('is stopped, not failed, where it is told to stop while the service asks to wait', async () => {
    const first = answer({ results: [result(1)], remaining: 2, batch_id: 'one', preview_token: 'q' });
    let calls = 0;
    const { end } = await run(
      byFilter,
      [answer({ counts: { approved: 3 } }), first, new ApiProblem(429, 'too_many_requests', '')],
      () => ++calls > 1,
    );
    expect(end).toMatchObject({ how: 'stopped', decided: [1], left: 2, batchIds: ['one'] });
  });
});

describe('what the service asks to wait for', () => {
  const tooMany = (seconds: number | null): ApiProblem =>
    new ApiProblem(429, 'too_many_requests', '', {}, seconds);
  /** Each answer in turn; what was heard of the wait, and when each was sent. */
  async function wait(answers: (string | Error)[], isStopped?: () => boolean) {
    const heard: number[] = [];
    const sentAt: number[] = [];
    const start = Date.now();
    const end = patiently(
      () => {
        sentAt.push((Date.now() - start) / 1_000);
        const next = answers.shift();
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
      (seconds) => heard.push(seconds),
      isStopped,
    ).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(600_000);
    return { end: await end, heard, sentAt };
  }
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is sent again after the seconds that it named, which are counted down', async () => {
    expect(await wait([tooMany(3), 'done'])).toEqual({ end: 'done', heard: [3, 2, 1, 0], sentAt: [0, 3] });
    expect((await wait([tooMany(null), 'done'])).sentAt).toEqual([0, 5]);
    expect((await wait([tooMany(9_999), 'done'])).sentAt).toEqual([0, 120]);
  });

  it('is given up after some tries, at once for what is no request to wait, and when one is stopped', async () => {
    const refusals = Array.from({ length: 9 }, () => tooMany(1));
    expect(await wait(refusals)).toMatchObject({ end: refusals[0], sentAt: [0, 1, 2, 3] });
    const refused = new ApiProblem(409, 'already_decided', '');
    expect(await wait([refused])).toEqual({ end: refused, heard: [], sentAt: [0] });
    let seconds = 0;
    const stopped = await wait([tooMany(60), 'done'], () => ++seconds > 2);
    expect(stopped).toMatchObject({ heard: [60, 59, 0], sentAt: [0] });
  });
});

describe('the stream of events', () => {
  it('is read block by block, and comments are none', () => {
    expect(eventOf('id: 7\nevent: approval_request.opened\ndata: {"ids":[1]}')).toEqual({
      id: '7',
      name: 'approval_request.opened',
      data: { ids: [1] },
    });
    expect(eventOf(': ping')).toBeNull();
    expect(eventOf('data: {broken')).toBeNull();
  });

  it('draws the page once a second at most, however much is heard', () => {
    const at = 1_000_000;
    const state = { state: 'live' as const, newCount: 0, lastAt: at, hasNewBuild: false };
    expect(reduceLive(state, { type: 'heard', at: at + 999 })).toBe(state);
    expect(reduceLive(state, { type: 'heard', at: at + 1_000 }).lastAt).toBe(at + 1_000);
    expect(reduceLive(state, { type: 'opened', count: 3 }).newCount).toBe(3);
    expect(reduceLive(state, { type: 'merged' })).toBe(state);
  });
});

describe('what is read again', () => {
  beforeAll(() => void jest.useFakeTimers());
  afterAll(() => void jest.useRealTimers());

  it('is one read a second at most, also where one names what is to be read after it', () => {
    const readAt: number[] = [];
    const read = (name: string, after: readonly string[]): void =>
      doSoon(name, () => {
        readAt.push(Date.now());
        after.forEach((one) => read(one, []));
        return true;
      });
    for (let second = 0; second < 60; second++) {
      read('a', ['b', 'c']);
      read('d', ['e']);
      jest.advanceTimersByTime(1_000);
    }
    expect(readAt.length).toBeGreaterThan(40);
    const gaps = readAt.slice(1).map((at, i) => at - (readAt[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    jest.advanceTimersByTime(10_000);
  });

  it('is a row every other time, and what was named first among its like', () => {
    const order: string[] = [];
    const read = (name: string, kind: 'row' | 'rest'): void => doSoon(name, () => order.push(name) > 0, kind);
    read('before', 'rest');
    jest.advanceTimersByTime(10_000);
    for (const name of ['a', 'b', 'c']) read(name, 'rest');
    for (const name of ['row 1', 'row 2']) read(name, 'row');
    jest.advanceTimersByTime(10_000);
    expect(order).toEqual(['before', 'row 1', 'a', 'row 2', 'b', 'c']);
  });
});
