import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { compiled } from '../support/processes.js';
import { FAILPOINTS, runChaos } from './chaos.js';

/** The quick share; `npm run chaos -- --kills 1000` is the long run. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

let hub: DockerHubStandIn;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  hub = await startDockerHub({
    rateLimit: { anonymous: 1_000_000, authenticated: 1_000_000, enforce: false },
  });
});
afterAll(async () => {
  await hub.close();
  await database.drop();
});

describe(`killed at each named point (SEED=${SEED})`, () => {
  it('the service loses no tag, asks about none twice, and decides nothing without an audit', async () => {
    const report = await runChaos({
      databaseUrl: database.url,
      compiled: compiled(''),
      hub,
      kills: FAILPOINTS.length,
      seed: SEED,
      verifyEvery: FAILPOINTS.length,
      deadlineMs: 40_000,
    });

    expect(report.violations).toEqual([]);
    expect(report.kills).toBeGreaterThan(10);
    expect(report.tagsPushed).toBeGreaterThan(10);
  }, 150_000);

  it('the list of points is the whole of it', () => {
    const source = readFileSync(new URL('../../src/config/failpoint.ts', import.meta.url), 'utf8');
    const names = [...source.matchAll(/`(\w+)\.\$\{([^}]*)\}`/g)].flatMap(([, room, points = '']) =>
      [...points.matchAll(/'(\w+)'/g)].map(([, point]) => `${room}.${point}`),
    );
    expect([...FAILPOINTS].sort()).toEqual(names.sort());
    expect(names.length).toBeGreaterThanOrEqual(25);
  });
});
