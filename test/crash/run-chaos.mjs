/**
 * `npm run chaos -- --kills 1000 [--seed 7] [--minutes 45]`: kills the service at its named points, prints how it goes
 * and what it found, and exits with 1 where a promise was broken.
 */
import { openWorkshop } from '../support/workshop.mjs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    minutes: { type: 'string', default: '45' },
  },
});
const [kills, seed, minutes] = [values.kills, values.seed, values.minutes].map(Number);
console.log(`${kills} kills, seed ${seed}, at most ${minutes} minutes`);

const [{ runChaos, FAILPOINTS }, { startDockerHub }] = await Promise.all([
  import('./chaos.ts'),
  import('../support/docker-hub/docker-hub.ts'),
]);
const workshop = await openWorkshop({ serverSettings: { max_connections: '200' } });
const database = await workshop.createDatabase('chaos');
const hub = await startDockerHub({ rateLimit: { anonymous: 1e6, authenticated: 1e6, enforce: false } });
try {
  const report = await runChaos({
    databaseUrl: database.url,
    compiled: workshop.compiled,
    hub,
    kills,
    seed,
    verifyEvery: 40,
    deadlineMs: minutes * 60_000,
    say: (line) => console.log(line),
  });
  const { killsAt, killedElsewhere, recoveriesMs, violations, ...figures } = report;
  console.log(`\n${'killed at'.padEnd(30)} times, and elsewhere since it was not reached`);
  for (const point of FAILPOINTS) {
    console.log(`  ${point.padEnd(28)} ${killsAt[point] ?? 0} ${killedElsewhere[point] ?? ''}`);
  }
  const slowest = Math.max(...recoveriesMs);
  console.log(`\n${JSON.stringify(figures)}`);
  console.log(`slowest recovery ${slowest} ms, from the start of the process; leases were made to run out`);
  console.log(`${violations.length} violations`);
  for (const violation of violations) console.log(`  ${violation}`);
  process.exitCode = violations.length === 0 && figures.kills > 0 ? 0 : 1;
} finally {
  await hub.close();
  await workshop.close();
}
