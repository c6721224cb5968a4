import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { invalidField } from '../domain/refusals.js';
import { parseStamp } from '../domain/stamp.js';
import { IfGiven } from './schema.pipe.js';

/** Raised when what a cursor holds changes its meaning: old ones are then refused, and the client starts again. */
const CURSOR_VERSION = 1;
const MAX_CURSOR_CHARS = 2_000;

/** Rows are counted up to here; beyond it a count would cost more than the page it stands on. */
export const MAX_EXACT_TOTAL = 10_000;

/** What every list takes; a list's own query class extends it. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 500, default: 50 })
  @IfGiven()
  @IsInt({ message: 'takes a whole number from 1 to 500' })
  @Min(1, { message: 'takes a whole number from 1 to 500' })
  @Max(500, { message: 'takes a whole number from 1 to 500' })
  limit: number = 50;

  @ApiPropertyOptional({ description: 'next_cursor of the page before; opaque.' })
  @IfGiven()
  @IsString()
  @MaxLength(MAX_CURSOR_CHARS)
  cursor?: string;
}

/** One sort key in a cursor. `time` is an ISO 8601 text in UTC, so that PostgreSQL's microseconds survive. */
export type CursorPart = 'integer' | 'text' | 'time' | 'integer_or_null' | 'text_or_null' | 'time_or_null';

type ValueOf<P extends CursorPart> = P extends 'integer'
  ? number
  : P extends 'integer_or_null'
    ? number | null
    : P extends 'text' | 'time'
      ? string
      : string | null;

/** The values of a position's parts, in their order. */
export type Position<Parts extends readonly CursorPart[]> = {
  -readonly [I in keyof Parts]: ValueOf<Parts[I]>;
};

/**
 * The kind of cursor one list has: what it is sorted by, and the keys of the row a page ended with.
 *
 * Cursors are opaque to clients and hold keys instead of offsets, so that any page is served by the index and rows
 * that come and go do not shift it. `order` names list and sorting (`requests:newest`): a cursor of another one is
 * refused instead of read as something it is not.
 *
 * @example
 * const cursors = new CursorKind('requests:newest', ['time', 'integer'] as const);
 * const [requestedAt, id] = cursors.read(query.cursor) ?? [null, null];
 */
export class CursorKind<const Parts extends readonly CursorPart[]> {
  constructor(
    private readonly order: string,
    private readonly parts: Parts,
  ) {}

  write(position: Position<Parts>): string {
    return Buffer.from(JSON.stringify([CURSOR_VERSION, this.order, ...position])).toString('base64url');
  }

  /** Null without a cursor: the first page. Throws a Refusal of the field `cursor` for one that was not written here. */
  read(cursor: string | undefined): Position<Parts> | null {
    if (cursor === undefined) return null;
    if (cursor.length > MAX_CURSOR_CHARS || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw notACursor();
    const [version, order, ...position] = parsed(cursor);
    if (version !== CURSOR_VERSION || typeof order !== 'string') throw notACursor();
    if (order !== this.order)
      throw invalidField('cursor', 'belongs to another list or another sorting of it');
    if (position.length !== this.parts.length) throw notACursor();
    if (!this.parts.every((part, index) => isOfPart(part, position[index]))) throw notACursor();
    return position as Position<Parts>;
  }

  /**
   * Cuts a page out of rows of which one more than `limit` was read: the row too many says that there is a next page.
   */
  page<Row>(
    rows: readonly Row[],
    limit: number,
    positionOf: (row: Row) => Position<Parts>,
  ): { rows: Row[]; nextCursor: string | null } {
    const page = rows.slice(0, limit);
    const last = page[page.length - 1];
    return {
      rows: page,
      nextCursor: rows.length > limit && last !== undefined ? this.write(positionOf(last)) : null,
    };
  }
}

/** `total` as a list tells it, from a count that stopped at {@link MAX_EXACT_TOTAL} + 1 rows (SPEC 7). */
export function totalOf(counted: number): { total: number; total_is_exact?: false } {
  return counted > MAX_EXACT_TOTAL ? { total: MAX_EXACT_TOTAL, total_is_exact: false } : { total: counted };
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}

function isOfPart(part: CursorPart, value: unknown): boolean {
  switch (part) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'text':
      return typeof value === 'string' && !value.includes('\u0000');
    case 'time':
      return typeof value === 'string' && parseStamp(value) !== null;
    case 'integer_or_null':
      return value === null || isOfPart('integer', value);
    case 'text_or_null':
      return value === null || isOfPart('text', value);
    case 'time_or_null':
      return value === null || isOfPart('time', value);
  }
}

function notACursor(): Error {
  return invalidField('cursor', 'takes the next_cursor of a page before; start again without one');
}
