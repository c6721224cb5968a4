import { describe, expect, it } from '@jest/globals';
import { PreparedStatements } from './prepared-statements.js';

const asked = (statements: PreparedStatements, text: string, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => statements.nameOf(text));

describe('PreparedStatements', () => {
  it('names what is asked for the sixth time, and keeps to the name', () => {
    const statements = new PreparedStatements();
    expect(asked(statements, 'SELECT $1', 8)).toEqual([...Array<undefined>(5), 'ims_1', 'ims_1', 'ims_1']);
    expect(asked(statements, 'SELECT $2', 6).at(-1)).toBe('ims_2');
    expect(statements.nameOf('SELECT $1')).toBe('ims_1');
  });

  it('ends naming when a caller makes ever new texts, and goes on with the names it has', () => {
    const statements = new PreparedStatements();
    const first = asked(statements, 'first', 6).at(-1);
    const named = Array.from({ length: 400 }, (_, i) => asked(statements, `LIMIT ${i}`, 6).at(-1));
    expect(new Set(named).size).toBe(150); // 149 names and undefined
    expect(named.at(-1)).toBeUndefined();
    expect(statements.nameOf('first')).toBe(first);
  });

  it('counts anew after thousands of texts that came once', () => {
    const statements = new PreparedStatements();
    asked(statements, 'often', 4);
    for (let i = 0; i < 5_000; i++) statements.nameOf(`once ${i}`);
    expect(asked(statements, 'often', 6)).toEqual([...Array<undefined>(5), 'ims_1']);
  });
});
