/**
 * `npm run bench:console [-- --quick] [-- --only name,name]`: measures the figures of the web console in headless
 * Chromium against the service with 10,000 pending requests, prints a table, and writes its part of
 * bench/results.md, or with --only the rows of those parts.
 */
import { parseArgs } from 'node:util';
import { openWorkshop } from '../test/support/workshop.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const [{ PARTS, measureConsole }, report] = await Promise.all(
  ['./console-figures.ts', './report.ts'].map((path) => import(path)),
);
const chosen = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const startedAt = new Date();
const workshop = await openWorkshop();
let rows;
try {
  const say = (line) => console.log(`[${Math.round((Date.now() - startedAt) / 1000)} s] ${line}`);
  rows = await measureConsole({ isQuick: values.quick, workshop, say }, chosen);
} finally {
  await workshop.close();
}
const run = { isQuick: values.quick, tookS: (Date.now() - startedAt) / 1000, startedAt };
const text = report.toConsoleMarkdown(rows, run);
console.log(`\n${text}`);
if (!values.quick) {
  if (values.only === undefined) await report.writePart(text);
  else
    await report.writeRows(
      report.CONSOLE,
      rows.filter((row) => row.measured !== 'failed'),
      startedAt,
    );
}
process.exit(rows.some((row) => row.measured === 'failed') ? 1 : 0);
