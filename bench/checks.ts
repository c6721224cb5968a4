import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Bench, type Row } from './report.js';
import { startService } from './service.js';
import { seedThousand, startStandIn } from './stand-in.js';

/** Requests and CPU of 1,000 images in 60 namespaces: the first cycle, steady ones, and with ten new tags. */
export async function measureRequests(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  const images = await seedThousand(hub, 100);
  const service = await startService(bench, hub, { images });
  try {
    await service.settled();
    const first = await hub.takeCount();
    bench.say(`first cycle: ${first} requests`);
    const cpu: number[] = [];
    const steady: number[] = [];
    for (let i = 0; i < (bench.isQuick ? 3 : 9); i++) {
      cpu.push(await service.cycle());
      steady.push(await hub.takeCount());
    }
    bench.say(`steady: ${steady.join(', ')} requests; CPU ${cpu.map((s) => s.toFixed(3)).join(', ')} s`);
    for (const image of images.filter((_, i) => i % 100 === 0)) {
      await hub.control('push', { image, tag: '9.0.0' });
    }
    const cpuMoved = await service.cycle();
    const moved = await hub.takeCount();
    await service.cycle();
    const again = await hub.takeCount();
    bench.say(`ten moved: ${moved}, then ${again} requests`);
    const asked = await service.db.query<{ count: number }>(
      `SELECT count(*)::int FROM image_approval_requests WHERE tag_name = '9.0.0'`,
    );
    const most = Math.max(...steady);
    const steadyCpu = median(cpu);
    return [
      {
        what: 'requests, 1,000 images in 60 namespaces: first cycle',
        measured: String(first),
        toReach: '',
        isReached: null,
      },
      {
        what: 'the same, steady state',
        measured: `${most} (most of ${steady.length} cycles)`,
        toReach: 'at most 62',
        isReached: most <= 62,
      },
      {
        what: 'the same, ten images with a new tag; the next cycle',
        measured: `${moved}; ${again}`,
        toReach: `at most ${most + 10} each`,
        isReached: moved <= most + 10 && again <= most + 10 && asked.rows[0]?.count === 10,
        note: `${asked.rows[0]?.count} of 10 asked about`,
      },
      {
        what: 'CPU of a steady cycle of 1,000 images',
        measured: `${steadyCpu.toFixed(2)} s (with ten moved ${cpuMoved.toFixed(2)} s)`,
        toReach: 'under 0.3 s',
        isReached: steadyCpu < 0.3,
      },
    ];
  } finally {
    await service.close();
    hub.close();
  }
}

/** CPU of 1,000 unprobed checks against a loop that only fetches and parses the same pages. */
export async function measureCpu(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  const images = await seedThousand(hub, 100);
  const service = await startService(bench, hub, { images, settings: { dockerHubProbe: false } });
  try {
    await service.settled();
    await service.cycle();
    const rounds = bench.isQuick ? 2 : 3;
    const ours: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < rounds; i++) {
      ours.push(await service.cycle());
      bare.push(...(await bareLoop(hub.url, images)));
      bench.say(`ours ${ours[i]?.toFixed(2)} s, the bare loop ${bare[i]?.toFixed(2)} s`);
    }
    const ratio = median(ours.map((seconds, i) => seconds / (bare[i] ?? NaN)));
    return [
      {
        what: 'CPU of 1,000 unprobed checks, 100 tags each',
        measured: `${ratio.toFixed(2)} × the bare loop (${median(ours).toFixed(2)} s, ${median(bare).toFixed(2)} s)`,
        toReach: 'at most 1.5 ×',
        isReached: ratio <= 1.5,
      },
    ];
  } finally {
    await service.close();
    hub.close();
  }
}

async function bareLoop(hub: string, images: readonly string[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL('bare-loop.mjs', import.meta.url)),
    JSON.stringify({ hub, images, rounds: 1 }),
  ]);
  return JSON.parse(stdout) as number[];
}

/** Statements that a check sends beside its claim, BEGIN and COMMIT counted. */
export async function measureRoundTrips(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  await hub.control('seed', { image: 'redis', tags: 300 });
  const database = await bench.workshop.createDatabase('round_trips');
  const [{ createApplication }, { settingsFrom }] = await Promise.all([
    bench.workshop.load('app.module.js'),
    bench.workshop.load('config/load-settings.js'),
  ]);
  const statements: string[] = [];
  const dataSource = await database.connect();
  await dataSource.query(
    `INSERT INTO images (image_name, approval_status, watch_for_updates, baseline, request_policy)
     VALUES ('redis', 'approved', true, true, 'all')`,
  );
  const nothing = (): void => undefined;
  dataSource.setOptions({
    logging: ['query'],
    logger: {
      logQuery: (query) => void statements.push(query.trim()),
      logQueryError: nothing,
      logQuerySlow: nothing,
      logSchemaBuild: nothing,
      logMigration: nothing,
      log: nothing,
    },
  });
  const settings = settingsFrom({ databaseUrl: database.url, dockerHubUrl: hub.url, monitorEnabled: false });
  const app = await createApplication({ settings, dataSource, logger: false });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()) as string;
  const check = async (): Promise<number> => {
    statements.length = 0;
    const answer = await fetch(`${url}/api/v1/images/1/check`, { method: 'POST' });
    if (answer.status !== 200) throw new Error(await answer.text());
    await answer.arrayBuffer();
    // Without the claim, and the look for the outcome that whoever asked waits for.
    return statements.filter((text) => !/WITH image AS MATERIALIZED|"checks" "Check"/.test(text)).length;
  };
  try {
    await check();
    const unchanged = await check();
    for (let i = 0; i < 90; i++) await hub.control('push', { image: 'redis', tag: `9.${i}.0` });
    const changed = await check();
    return [
      {
        what: 'round trips of an unchanged check; with 90 new tags',
        measured: `${unchanged}; ${changed}`,
        toReach: '2; at most 8',
        isReached: unchanged <= 2 && changed <= 8,
      },
    ];
  } finally {
    await app.close();
    await database.drop();
    hub.close();
  }
}
