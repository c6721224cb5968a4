import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type * as ClaimSql from '../src/monitor/claim.sql.js';
import type * as MonitorSql from '../src/monitor/monitor.sql.js';
import type * as BudgetSql from '../src/docker-hub/budget.sql.js';
import { generateLargeData, makeDue } from '../test/support/large-data.js';
import { generator } from '../test/support/random.js';
import { mostIn, spendFor } from '../test/support/simulated-budget.js';
import { growing, readHeap, sizeOf, type Heap } from './heap.js';
import { median, type Bench, type Row } from './report.js';
import { startService } from './service.js';
import { startStandIn } from './stand-in.js';

const KEY = { registry: 'docker.io', credential: 'anonymous' };

/** The statements of the beat and of a check at 1,000 and at 1,000,000 images, taken in turn. */
export async function measureMillion(bench: Bench): Promise<Row[]> {
  const claim = (await bench.workshop.load('monitor/claim.sql.js')) as typeof ClaimSql;
  const monitor = (await bench.workshop.load('monitor/monitor.sql.js')) as typeof MonitorSql;
  const budget = (await bench.workshop.load('docker-hub/budget.sql.js')) as typeof BudgetSql;
  const large = bench.isQuick ? 100_000 : 1_000_000;
  const places: { db: DataSource; database: { drop(): Promise<void> } }[] = [];
  for (const images of [1_000, large]) {
    const database = await bench.workshop.createDatabase(`images_${images}`);
    const startedAt = Date.now();
    bench.say(`generating ${images} images and ${images * 10} observed tags`);
    await generateLargeData(database.url, { images, observedTags: images * 10, requests: images / 10 });
    bench.say(`took ${Math.round((Date.now() - startedAt) / 1000)} s`);
    const db = await database.connect();
    await budget.ensureBudget(db, KEY, 1_000_000);
    places.push({ db, database });
  }
  const names = Array.from({ length: 100 }, (_, i) => `1.${i}.0`);
  const inTurn = async (
    repetitions: number,
    work: (db: DataSource) => Promise<unknown>,
    prepare?: (db: DataSource) => Promise<unknown>,
  ): Promise<[number, number]> => {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < repetitions; i++) {
      for (const [k, { db }] of places.entries()) {
        await prepare?.(db);
        const startedAt = performance.now();
        await work(db);
        times[k as 0 | 1].push(performance.now() - startedAt);
      }
    }
    return [median(times[0]), median(times[1])];
  };
  const row = (what: string, [small, great]: [number, number]): Row => {
    bench.say(`${what}: ${small.toFixed(2)} ms, ${great.toFixed(2)} ms`);
    return {
      what: `${what}, at ${large.toLocaleString('en')} images against 1,000`,
      measured: `${(great / small).toFixed(2)} × (${small.toFixed(2)} ms, ${great.toFixed(2)} ms)`,
      toReach: 'at most 1.5 ×',
      isReached: great / small <= 1.5,
    };
  };
  const refill = async (db: DataSource): Promise<void> => {
    await db.query(`UPDATE image_monitor.namespaces SET lease_token = NULL, lease_expires_at = NULL`);
    await db.query(
      `UPDATE image_monitor.request_budgets SET tokens = 80000, refilled_at = clock_timestamp()`,
    );
    await makeDue(db, 50);
  };
  try {
    const rows = [
      row('an idle beat', await inTurn(300, (db) => monitor.isAnythingDue(db))),
      row(
        'the claim of 8 with probing',
        await inTurn(80, (db) => claim.claimDue(db, KEY, { slots: 8, isProbing: true }), refill),
      ),
      row(
        'the claim of 8 without',
        await inTurn(80, (db) => claim.claimDue(db, KEY, { slots: 8, isProbing: false }), refill),
      ),
      row(
        "an unchanged check's statements",
        await inTurn(
          200,
          async (db) => {
            const id = 1 + Math.floor(Math.random() * 900);
            await monitor.readKnownTags(db, id, names);
            await monitor.closeCheck(db, imageOf(id), UNCHANGED);
          },
          async (db) =>
            db.query(
              `UPDATE images SET lease_token = $1 WHERE id <= 900 AND lease_token IS DISTINCT FROM $1`,
              [TOKEN],
            ),
        ),
      ),
      row('the counts of the status', await inTurn(50, (db) => monitor.countImages(db))),
    ];
    const [, counting] = await inTurn(3, (db) => monitor.countWatched(db, 60));
    rows.push({
      what: `counting ${large.toLocaleString('en')} watched images, for the status and the cycle's line`,
      measured: `${counting.toFixed(0)} ms`,
      toReach: '',
      isReached: null,
      note: 'kept for a hundred times as long as it took',
    });
    return rows;
  } finally {
    for (const { db, database } of places) {
      await db.destroy();
      await database.drop();
    }
  }
}

const TOKEN = '00000000-0000-4000-8000-000000000000';

function imageOf(id: number): ClaimSql.ClaimedImage {
  return {
    id,
    leaseToken: TOKEN,
    checkId: String(nextCheckId++),
    reason: 'due',
    probeStamp: null,
  } as ClaimSql.ClaimedImage;
}
let nextCheckId = 1_000_000_000;

const UNCHANGED: MonitorSql.CheckResult = {
  outcome: 'unchanged',
  startedMsAgo: 1,
  nextCheckInMs: 3_600_000,
  readTo: null,
  inventoryTo: null,
  inventoryState: null,
  consecutiveFailures: 0,
  errorKind: null,
  error: null,
  isRetried: false,
  pagesRead: 1,
  tagsSeen: 100,
  newTags: 0,
  repushedTags: 0,
  isTruncated: false,
};

/** How often the heap is looked at for what grows. */
const LOOKS = 5;

/** Resident memory while 10,000 images are checked, and what grows from cycle to cycle. */
export async function measureMemory(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  const namespaces = Array.from({ length: 300 }, (_, i) => `ns${i}`);
  const images = (await hub.control('seed', { repositories: 10_000, tags: 5, namespaces })) as string[];
  const service = await startService(bench, hub, { images });
  const folder = await mkdtemp(join(tmpdir(), 'image-monitoring-heap-'));
  // What a snapshot takes by itself is not the service's: its peak is watched before the first.
  let peak = 0;
  const watch = setInterval(() => {
    void service.replica.measure().then(({ rss }) => {
      peak = Math.max(peak, rss);
    });
  }, 500);
  try {
    const cycle = async (): Promise<void> => {
      await service.cycle();
      await hub.takeCount();
    };
    await service.settled();
    bench.say(`first cycle done, ${Math.round(peak / 2 ** 20)} MB at most so far`);
    for (let i = 0; i < (bench.isQuick ? 2 : 20); i++) await cycle();
    clearInterval(watch);
    const looks: Heap[] = [];
    const cyclesBetween = bench.isQuick ? 2 : 20;
    while (looks.length < LOOKS) {
      for (let i = 0; looks.length > 0 && i < cyclesBetween; i++) await cycle();
      const path = await service.replica.writeHeap(join(folder, `${looks.length}.heapsnapshot`));
      if (path === null) throw new Error(service.replica.output());
      looks.push(await readHeap(path));
      bench.say(`look ${looks.length} of ${LOOKS}: ${MiB(sizeOf(looks.at(-1) as Heap))} MiB alive`);
    }
    const cycles = cyclesBetween * (LOOKS - 1);
    const grown = growing(looks);
    const perThousand = (grown.reduce((sum, { bytes }) => sum + bytes, 0) / cycles) * 1_000;
    for (const { what, bytes } of grown) bench.say(`grew at every look: ${what}, by ${bytes} bytes`);
    const [first, last] = [looks[0], looks.at(-1)].map((heap) => MiB(sizeOf(heap as Heap)));
    return [
      {
        what: 'resident memory while 10,000 images are checked, at most',
        measured: `${Math.round(peak / 2 ** 20)} MB`,
        toReach: 'under 250 MB',
        isReached: peak < 250 * 2 ** 20,
      },
      {
        what: `growth over ${cycles} cycles of 10,000 images`,
        measured: `${MiB(perThousand)} MiB per 1,000 cycles (alive: ${first} MiB at the first look, ${last} MiB at the last)`,
        toReach: 'flat: 0.1 MiB per 1,000 cycles',
        isReached: perThousand <= 0.1 * 2 ** 20,
        note: `objects of which there were more at each of ${LOOKS} looks than before; without compiled code, which comes with use`,
      },
    ];
  } finally {
    clearInterval(watch);
    await service.close();
    await rm(folder, { recursive: true, force: true });
    hub.close();
  }
}

const MiB = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

/** Four replicas on one database, with more images than there is budget: no window may hold more than the ceiling. */
export async function measureBudget(bench: Bench): Promise<Row[]> {
  const perMinute = 600;
  const seconds = bench.isQuick ? 75 : 105;
  const hub = await startStandIn();
  const namespaces = Array.from({ length: 3_000 }, (_, i) => `ns${i}`);
  const images = (await hub.control('seed', { repositories: 3_000, tags: 2, namespaces })) as string[];
  const settings = { dockerHubRequestsPerMinute: perMinute };
  const service = await startService(bench, hub, { images, settings });
  const { forkReplica } = await import('../test/support/replica.js');
  const { rows } = await service.db.query<{ name: string }>(`SELECT current_database() AS name`);
  const others = await Promise.all([1, 2, 3].map(() => forkReplica(bench.workshop.compiled)));
  try {
    const url = new URL(bench.workshop.serverUrl);
    url.pathname = `/${rows[0]?.name}`;
    for (const replica of others) {
      await replica.start({ databaseUrl: url.href, dockerHubUrl: hub.url, logLevel: 'warn', ...settings });
    }
    for (let second = 0; second < seconds; second += 15) {
      await new Promise((resolve) => setTimeout(resolve, 15_000));
      bench.say(`budget: ${second + 15} of ${seconds} s`);
    }
    const times = await hub.takeTimes();
    const most = mostIn(times, 60_000);
    return [
      {
        what: `requests of 4 replicas beyond a ceiling of ${perMinute} a minute, over ${seconds} s`,
        measured: `${Math.max(0, most - perMinute)} (at most ${most} in any 60 s, ${times.length} in all)`,
        toReach: '0 in every sliding window',
        isReached: most <= perMinute && times.length > 0,
        note: 'in real time, by their requests to Docker Hub',
      },
    ];
  } finally {
    await Promise.all(others.map((replica) => replica.stop()));
    await service.close();
    hub.close();
  }
}

/** Four greedy replicas through an hour whose waits are skipped: the statements that pay, against an hour's windows. */
export async function measureBudgetHour(bench: Bench): Promise<Row[]> {
  const perMinute = 180;
  const minutes = bench.isQuick ? 5 : 60;
  const database = await bench.workshop.createDatabase('hour');
  await generateLargeData(database.url, { images: 1_000, observedTags: 0, requests: 0 });
  const replicas = await Promise.all([1, 2, 3, 4].map(() => database.connect()));
  const budget = (await bench.workshop.load('docker-hub/budget.sql.js')) as typeof BudgetSql;
  const claim = (await bench.workshop.load('monitor/claim.sql.js')) as typeof ClaimSql;
  try {
    const times = await spendFor(
      replicas,
      { ...budget, ...claim },
      { perMinute, minutes, random: generator(1) },
    );
    const most = mostIn(times, 60_000);
    bench.say(`a simulated hour: ${times.length} requests, at most ${most} in a minute`);
    return [
      {
        what: `the same of 4 greedy replicas at ${perMinute} a minute, over ${minutes} simulated minutes`,
        measured: `${Math.max(0, most - perMinute)} (at most ${most} in any 60 s, ${times.length} in all)`,
        toReach: '0 in every sliding window',
        isReached: most <= perMinute && times.length > minutes * perMinute * 0.5,
        note: 'by the statements that pay; each request leaves up to a second later',
      },
    ];
  } finally {
    for (const replica of replicas) await replica.destroy();
    await database.drop();
  }
}
