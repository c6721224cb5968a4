/**
 * `npm run bench [-- --quick] [-- --only name,name]`: measures the figures of the specification on the embedded database
 * against a stand-in for Docker Hub, prints a table, and writes bench/results.md (a whole run only). Below 15 minutes.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openWorkshop } from '../test/support/workshop.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const [checks, scale, rest, report] = await Promise.all(
  ['./checks.ts', './scale.ts', './rest.ts', './report.ts'].map((path) => import(path)),
);
const PARTS = {
  requests: checks.measureRequests,
  cpu: checks.measureCpu,
  'round-trips': checks.measureRoundTrips,
  million: scale.measureMillion,
  memory: scale.measureMemory,
  budget: scale.measureBudget,
  reads: rest.measureReads,
  mixed: rest.measureMixed,
  bulk: rest.measureBulk,
  start: rest.measureStart,
};
const chosen = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const startedAt = new Date();
const workshop = await openWorkshop();
const rows = [];
try {
  for (const name of chosen) {
    const say = (line) => console.log(`[${Math.round((Date.now() - startedAt) / 1000)} s] ${name}: ${line}`);
    say('begins');
    try {
      rows.push(...(await PARTS[name]({ isQuick: values.quick, workshop, say })));
    } catch (error) {
      console.error(error);
      rows.push({
        what: name,
        measured: 'failed',
        toReach: '',
        isReached: false,
        note: String(error).split('\n')[0],
      });
    }
  }
} finally {
  await workshop.close();
}
rows.push({
  what: "a webhook's verdict, 50 a second",
  measured: 'not measured',
  toReach: 'p99 under 100 ms',
  isReached: null,
  note: 'the gate is not built yet',
});
const tookS = (Date.now() - startedAt) / 1000;
const text = report.toMarkdown(rows, { isQuick: values.quick, tookS, startedAt });
console.log(`\n${text}`);
if (values.only === undefined && !values.quick) {
  await writeFile(new URL('results.md', import.meta.url), text);
  console.log('Written to bench/results.md');
}
process.exit(rows.some((row) => row.measured === 'failed') ? 1 : 0);
