/**
 * `npm run bench [-- --quick] [-- --only name,name]`: measures the figures of the specification on the embedded database
 * against a stand-in for Docker Hub, prints a table, and writes bench/results.md: a whole run its part, below 15 minutes on
 * a quiet machine, one of some parts their rows.
 */
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
  memory: scale.measureMemory,
  budget: scale.measureBudget,
  'budget-hour': scale.measureBudgetHour,
  reads: rest.measureReads,
  mixed: rest.measureMixed,
  bulk: rest.measureBulk,
  gate: rest.measureGate,
  start: rest.measureStart,
  million: scale.measureMillion,
};
const chosen = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const isMeasured = (name) => (row) => row.part === name && row.measured !== 'failed';

const startedAt = new Date();
const workshop = await openWorkshop();
const rows = [];
const text = () =>
  report.toMarkdown(rows, { isQuick: values.quick, tookS: (Date.now() - startedAt) / 1000, startedAt });
try {
  for (const name of chosen) {
    const say = (line) => console.log(`[${Math.round((Date.now() - startedAt) / 1000)} s] ${name}: ${line}`);
    say('begins');
    try {
      const measured = await PARTS[name]({ isQuick: values.quick, workshop, say });
      rows.push(...measured.map((row) => ({ part: name, ...row })));
    } catch (error) {
      console.error(error);
      const note = String(error).split('\n')[0];
      rows.push({ part: name, what: name, measured: 'failed', toReach: '', isReached: false, note });
    }
    if (values.quick) continue;
    // After each part, so that a run that is broken off leaves what it has.
    if (values.only === undefined) await report.writePart(text());
    else await report.writeRows(report.SERVICE, rows.filter(isMeasured(name)), startedAt);
  }
} finally {
  await workshop.close();
}
console.log(`\n${text()}`);
process.exit(rows.some((row) => row.measured === 'failed') ? 1 : 0);
