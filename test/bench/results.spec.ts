import { expect, it } from '@jest/globals';
import { withPart } from '../../bench/report.js';

it('each bench writes its own part of the results and leaves the other one', () => {
  const service = '# What it costs\n\n| a | 1 |\n';
  const console = '# What the console costs\n\n| b | 2 |\n';
  const both = withPart(withPart('', service), console);
  expect(both).toBe(`${service}\n${console}`);
  expect(withPart(both, service.replace('1', '3'))).toBe(both.replace('1', '3'));
  expect(withPart(both, console.replace('2', '4'))).toBe(both.replace('2', '4'));
});
