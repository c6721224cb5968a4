import { expect, it } from '@jest/globals';
import { CONSOLE, SERVICE, withPart, withRows } from '../../bench/report.js';

it('each bench writes its own part of the results and leaves the other one', () => {
  const service = '# What it costs\n\n| a | 1 |\n';
  const console = '# What the console costs\n\n| b | 2 |\n';
  const both = withPart(withPart('', service), console);
  expect(both).toBe(`${service}\n${console}`);
  expect(withPart(both, service.replace('1', '3'))).toBe(both.replace('1', '3'));
  expect(withPart(both, console.replace('2', '4'))).toBe(both.replace('2', '4'));
});

it('a part that is measured by itself takes the place of its earlier rows, in its own table', () => {
  const table = '| part | what | measured |\n|---|---|---|\n';
  const peers = '\n| for 1,000 images | requests |\n|---|---|\n| memory | 5 |\n';
  const file = `${SERVICE}\n\n${table}| memory | peak | 9 |\n| memory | growth | 8 |\n| start | start | 7 |\n${peers}
${CONSOLE}\n\n${table}| memory | heap | 6 |\n`;
  const row = (part: string, what: string) => ({ part, what, measured: '1', toReach: '', isReached: true });
  expect(withRows(file, SERVICE, [row('memory', 'peak'), row('memory', 'growth')])).toBe(
    `${SERVICE}\n\n${table}| memory | peak | 1 |  | yes |  |\n| memory | growth | 1 |  | yes |  |\n| start | start | 7 |\n${peers}
${CONSOLE}\n\n${table}| memory | heap | 6 |\n`,
  );
  expect(withRows(file, CONSOLE, [row('load', 'LCP')])).toContain(
    '| memory | heap | 6 |\n| load | LCP | 1 |',
  );
});
