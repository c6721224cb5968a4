import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('quotes every cell and ends as RFC 4180 has it', () => {
    expect(csvLine(['a', 1, null, 'say "hi",\nall'])).toBe('"a","1","","say ""hi"",\nall"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '|cmd'])(
    'never hands %j to a spreadsheet as a formula',
    (text) => {
      expect(csvLine([text])).toBe(`"'${text}"\r\n`);
    },
  );
});
