import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { compiled } from '../support/processes.js';
import { runChaos, type ChaosReport } from './chaos.js';
import { FAILPOINTS } from './failpoints.js';

/** The quick share; `npm run chaos -- --kills 1000` is the long run. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const IS_OF_DELIVERY = /^(delivery|replay)/;

let hub: DockerHubStandIn;
let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  hub = await startDockerHub({
    rateLimit: { anonymous: 1_000_000, authenticated: 1_000_000, enforce: false },
  });
});
afterEach(async () => {
  await hub.close();
  await database.drop();
});

/** Kills at some of the points, as the seed says; each of them once at most. */
async function killAt(points: readonly string[], kills: number): Promise<ChaosReport> {
  return runChaos({
    databaseUrl: database.url,
    compiled: compiled(''),
    hub,
    points,
    kills,
    seed: SEED,
    verifyEvery: kills,
    // A kill takes a second or two; a machine with much else to do gets what it needs.
    deadlineMs: 200_000,
  });
}

describe(`killed at each named point (SEED=${SEED})`, () => {
  it('the service loses no tag, asks about none twice, and decides nothing without an audit', async () => {
    const report = await killAt(
      FAILPOINTS.filter((point) => !IS_OF_DELIVERY.test(point)),
      24,
    );

    expect(report.violations).toEqual([]);
    expect(report.kills).toBeGreaterThan(10);
    expect(report.tagsPushed).toBeGreaterThan(10);
  }, 300_000);

  it('the service delivers each stored event, and again only with the same id', async () => {
    const points = FAILPOINTS.filter((point) => IS_OF_DELIVERY.test(point));
    const report = await killAt(points, points.length);

    expect(report.violations).toEqual([]);
    expect(report.kills).toBe(points.length);
    expect(report.eventsDelivered).toBeGreaterThan(10);
    expect(report.deadLettersReplayed).toBeGreaterThan(0);
  }, 300_000);

  it('the list of points is the whole of it', () => {
    const source = readFileSync(new URL('../../src/config/failpoint.ts', import.meta.url), 'utf8');
    const names = [...source.matchAll(/`(\w+)\.\$\{([^}]*)\}`/g)].flatMap(([, room, points = '']) =>
      [...points.matchAll(/'(\w+)'/g)].map(([, point]) => `${room}.${point}`),
    );
    expect([...FAILPOINTS].sort()).toEqual(names.sort());
    expect(names.length).toBeGreaterThanOrEqual(25);
  });
});
