import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from '../domain/refusals.js';
import { CursorKind, totalOf } from './cursor.js';

const byTime = new CursorKind('requests:newest', ['time', 'integer'] as const);
const byName = new CursorKind('images:name', ['text_or_null', 'integer'] as const);

describe('a cursor', () => {
  test('comes back as it was written, and fits into a URL', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ unit: 'grapheme', maxLength: 100 })),
        fc.maxSafeInteger(),
        (name, id) => {
          fc.pre(!name?.includes('\u0000'));
          const cursor = byName.write([name, id]);
          expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
          expect(byName.read(cursor)).toEqual([name, id]);
        },
      ),
    );
  });

  test('that is not given is the first page', () => expect(byTime.read(undefined)).toBeNull());

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    ['nonsense', 'nonsense'],
    ['empty', ''],
    ['not base64url', 'a+b/c='],
    ['not a list', encoded({ v: 1 })],
    ['of another version', encoded([2, 'requests:newest', '2026-01-01T00:00:00Z', 1])],
    ['of another list', byName.write(['a', 1])],
    ['too short', encoded([1, 'requests:newest', '2026-01-01T00:00:00Z'])],
    ['too long', encoded([1, 'requests:newest', '2026-01-01T00:00:00Z', 1, 1])],
    ['with a wrong time', encoded([1, 'requests:newest', 'yesterday', 1])],
    ['with a fraction', encoded([1, 'requests:newest', '2026-01-01T00:00:00Z', 1.5])],
    ['with null', encoded([1, 'requests:newest', null, 1])],
    ['with an object', encoded([1, 'requests:newest', '2026-01-01T00:00:00Z', { id: 1 }])],
  ])('that is %s is refused by name', (_, cursor) => {
    expect(() => byTime.read(cursor)).toThrow(/^cursor: /);
  });

  test('never throws anything but a refusal', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (text) => {
          try {
            byTime.read(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        },
      ),
    );
  });
});

test('one row more than the limit says that there is a next page, which begins after the last row shown', () => {
  const rows = [{ id: 3 }, { id: 2 }, { id: 1 }];
  const kind = new CursorKind('x', ['integer'] as const);
  const first = kind.page(rows, 2, (row) => [row.id]);
  expect(first.rows).toEqual([{ id: 3 }, { id: 2 }]);
  expect(kind.read(first.nextCursor ?? undefined)).toEqual([2]);
  expect(kind.page(rows, 3, (row) => [row.id])).toEqual({ rows, nextCursor: null });
  expect(kind.page([], 3, () => [1])).toEqual({ rows: [], nextCursor: null });
});

test('a total is exact up to 10,000', () => {
  expect(totalOf(10_000)).toEqual({ total: 10_000 });
  expect(totalOf(10_001)).toEqual({ total: 10_000, total_is_exact: false });
});
