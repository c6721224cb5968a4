/**
 * `npm run chaos -- --kills 1000 [--seed 7] [--minutes 65] [--restarts 5]`: restarts the database under the service,
 * then kills the service at its named points; prints how it goes and what it found, and exits with 1 where a promise
 * was broken.
 */
import { openWorkshop } from '../support/workshop.mjs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    minutes: { type: 'string', default: '65' },
    restarts: { type: 'string', default: '5' },
  },
});
const { kills, seed, minutes, restarts } = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Number(value)]),
);
console.log(`${kills} kills, seed ${seed}, at most ${minutes} minutes`);

const [{ runChaos }, { FAILPOINTS }, { startDockerHub }, { restartDatabase }, { RETURN_MS }] =
  await Promise.all([
    import('./chaos.ts'),
    import('./failpoints.ts'),
    import('../support/docker-hub/docker-hub.ts'),
    import('./restart-database.ts'),
    import('./server-return.ts'),
  ]);
const workshop = await openWorkshop({ serverSettings: { max_connections: '200' } });
const hub = await startDockerHub({ rateLimit: { anonymous: 1e6, authenticated: 1e6, enforce: false } });
try {
  const isInTime = await runRestarts();
  const isKept = kills === 0 || (await runKills());
  process.exitCode = isInTime && isKept ? 0 : 1;
} finally {
  await hub.close();
  await workshop.close();
}

async function runRestarts() {
  const returns = await restartDatabase(workshop, restarts);
  for (const { readMs, claimedMs, checkedMs } of returns) {
    const isLate = Math.max(readMs, checkedMs) >= RETURN_MS;
    console.log(
      `The database restarted: read after ${readMs} ms, claimed after ${claimedMs} ms, checked after ${checkedMs} ms` +
        (isLate ? `: LONGER than ${RETURN_MS} ms` : ''),
    );
  }
  return returns.every(({ readMs, checkedMs }) => Math.max(readMs, checkedMs) < RETURN_MS);
}

async function runKills() {
  const database = await workshop.createDatabase('chaos');
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
  console.log(`\n${JSON.stringify(figures)}`);
  console.log(
    `slowest recovery ${Math.max(...recoveriesMs)} ms, from the start of the process; leases were made to run out`,
  );
  console.log(`${violations.length} violations`);
  for (const violation of violations) console.log(`  ${violation}`);
  return violations.length === 0 && figures.kills > 0;
}
