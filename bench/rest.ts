import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENVIRONMENT, NODE_ARGUMENTS } from '../scripts/service-process.mjs';
import { generateLargeData } from '../test/support/large-data.js';
import { median, percentile, type Bench, type Row } from './report.js';
import { startService } from './service.js';
import { startStandIn } from './stand-in.js';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request, read to its end: status and milliseconds. */
function ask(
  url: string,
  o: { method?: string; body?: unknown } = {},
): Promise<{ status: number; ms: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const body = o.body === undefined ? undefined : JSON.stringify(o.body);
    const sent = request(
      url,
      { agent, method: o.method ?? 'GET', headers: body ? { 'content-type': 'application/json' } : {} },
      (answer) => {
        answer.resume();
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, ms: performance.now() - startedAt }),
        );
        answer.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Requests a second, with sixteen at a time, over `seconds`. */
async function rateOf(urls: readonly string[], seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: 16 }, async (_, worker) => {
      for (let i = worker; performance.now() < until; i++) {
        const { status } = await ask(urls[i % urls.length] ?? '');
        if (status !== 200) throw new Error(`A read was answered ${status}`);
        done += 1;
      }
    }),
  );
  return done / seconds;
}

/** Pending requests, 100,000 rows, first page and pages in the depth, against a bare handler with the same query. */
export async function measureReads(bench: Bench): Promise<Row[]> {
  const database = await bench.workshop.createDatabase('reads');
  const size = bench.isQuick ? 20_000 : 100_000;
  await generateLargeData(database.url, { images: size, observedTags: 1_000, requests: size });
  const hub = await startStandIn();
  const { forkReplica } = await import('../test/support/replica.js');
  const replica = await forkReplica(bench.workshop.compiled);
  await replica.start({
    databaseUrl: database.url,
    dockerHubUrl: hub.url,
    monitorEnabled: false,
    logLevel: 'warn',
  });
  const list = `${replica.url}/api/v1/images/approval-requests?status=pending`;
  const { sql, values } = await sqlOfList(bench);
  const bare = fork(
    fileURLToPath(new URL('bare-handler.mjs', import.meta.url)),
    [JSON.stringify({ databaseUrl: database.url, sql, values })],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const [{ url }] = (await once(bare, 'message')) as [{ url: string }];
  try {
    // The cursor of a page in the depth, by going there.
    let cursor: string | null = null;
    for (let page = 0; page < 20; page++) {
      const answer: Response = await fetch(`${list}&limit=500${cursor ? `&cursor=${cursor}` : ''}`);
      cursor = ((await answer.json()) as { next_cursor: string | null }).next_cursor;
    }
    const seconds = bench.isQuick ? 1 : 3;
    const rates: Record<'first' | 'deep' | 'bare', number[]> = { first: [], deep: [], bare: [] };
    await rateOf([url], 1);
    await rateOf([list], 1);
    for (let i = 0; i < 3; i++) {
      rates.bare.push(await rateOf([url], seconds));
      rates.first.push(await rateOf([list], seconds));
      rates.deep.push(await rateOf([`${list}&cursor=${cursor}`], seconds));
      bench.say(`reads a second: bare ${rates.bare[i]}, first page ${rates.first[i]}, deep ${rates.deep[i]}`);
    }
    return (['first', 'deep'] as const).map((which) => {
      const ratio = median(rates[which].map((rate, i) => rate / (rates.bare[i] ?? NaN)));
      return {
        what: `REST reads of ${size.toLocaleString('en')} pending requests, ${which === 'first' ? 'first page' : 'a page 10,000 rows down'}`,
        measured: `${ratio.toFixed(2)} × the bare handler (${Math.round(median(rates[which]))}/s, ${Math.round(median(rates.bare))}/s)`,
        toReach: 'at least 0.7 ×',
        isReached: ratio >= 0.7,
      };
    });
  } finally {
    bare.disconnect();
    await replica.stop();
    await database.drop();
    hub.close();
  }
}

/** The statement of the first page, as the service sends it. */
async function sqlOfList(bench: Bench): Promise<{ sql: string; values: unknown[] }> {
  const { listRequests } = await bench.workshop.load('approval-requests/list-requests.sql.js');
  let sent = { sql: '', values: [] as unknown[] };
  const db = {
    query: (sql: string, values: unknown[]) => {
      sent = { sql, values };
      return Promise.resolve([]);
    },
  };
  await listRequests(db, { status: ['pending'] }, { sort: 'newest', view: 'full', after: null, limit: 50 });
  return sent;
}

/** 300 reads and 30 decisions a second, at their times whatever comes back, during a cycle of 2,000 images. */
export async function measureMixed(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  const images = (await hub.control('seed', { repositories: 2_000, tags: 20 })) as string[];
  const service = await startService(bench, hub, { images, settings: { dockerHubProbe: false } });
  try {
    await service.settled();
    await service.db.query(
      `INSERT INTO image_approval_requests (image_id, image_name, tag_name, digest, metadata)
       SELECT id, image_name, '9.' || n || '.0', 'sha256:' || md5(image_name || n), '{}'
         FROM images, generate_series(1, 2) AS n`,
    );
    await service.db.query('VACUUM ANALYZE');
    const pending = await service.db.query<{ id: number }>(
      `SELECT id FROM image_approval_requests ORDER BY id`,
    );
    const api = `${service.replica.url}/api/v1/images`;
    const seconds = bench.isQuick ? 5 : 20;
    const answers: Promise<{ status: number; ms: number }>[] = [];
    await service.db.query(`UPDATE images SET next_check_at = now()`);
    service.replica.beat();
    const startedAt = performance.now();
    for (let sent = 0; sent < seconds * 330;) {
      const isDue = ((performance.now() - startedAt) / 1_000) * 330;
      for (; sent < isDue && sent < seconds * 330; sent++) {
        answers.push(
          sent % 11 === 0
            ? ask(`${api}/approval-requests/${pending.rows[sent / 11]?.id}/approve`, {
                method: 'POST',
                body: {},
              })
            : ask(sent % 2 === 0 ? `${api}/approval-requests?status=pending` : `${api}?limit=50`),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const done = await Promise.all(answers);
    const { rows } = await service.db.query<{ count: number }>(
      `SELECT count(*)::int FROM image_monitor.checks WHERE finished_at > now() - $1 * interval '1 second'`,
      [seconds + 2],
    );
    const refused = done.filter(({ status }) => status < 200 || status > 299).length;
    const p99 = percentile(
      done.map(({ ms }) => ms),
      0.99,
    );
    bench.say(`mixed load: p99 ${p99.toFixed(1)} ms, ${refused} refused, ${rows[0]?.count} checks meanwhile`);
    return [
      {
        what: '300 reads/s and 30 decisions/s during a cycle of 2,000 images',
        measured: `p99 ${p99.toFixed(0)} ms, median ${median(done.map(({ ms }) => ms)).toFixed(1)} ms, ${refused} not 2xx`,
        toReach: 'p99 under 100 ms, only 2xx',
        isReached: p99 < 100 && refused === 0,
        note: `${rows[0]?.count} checks in that time; the load comes from the same machine`,
      },
    ];
  } finally {
    await service.close();
    hub.close();
  }
}

/** One bulk decision of 1,000 requests of as many images. */
export async function measureBulk(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  const images = Array.from({ length: 1_000 }, (_, i) => `ns${i % 50}/image${i}`);
  const service = await startService(bench, hub, { images, settings: { monitorEnabled: false } });
  try {
    const rounds = bench.isQuick ? 2 : 5;
    await service.db.query(
      `INSERT INTO image_approval_requests (image_id, image_name, tag_name, digest, metadata)
       SELECT id, image_name, '9.' || n || '.0', 'sha256:' || md5(image_name || n), '{}'
         FROM images, generate_series(1, $1::int) AS n ORDER BY n`,
      [rounds],
    );
    await service.db.query('VACUUM ANALYZE');
    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const { rows } = await service.db.query<{ id: number }>(
        `SELECT id FROM image_approval_requests WHERE tag_name = $1`,
        [`9.${round}.0`],
      );
      const body = { action: 'approve', ids: rows.map(({ id }) => ({ id })) };
      const { status, ms } = await ask(`${service.replica.url}/api/v1/images/approval-requests/bulk`, {
        method: 'POST',
        body,
      });
      if (status !== 200) throw new Error(`The bulk decision was answered ${status}`);
      times.push(ms);
    }
    bench.say(`bulk: ${times.map((ms) => Math.round(ms)).join(', ')} ms`);
    return [
      {
        what: 'bulk decision of 1,000 requests',
        measured: `${Math.round(median(times))} ms`,
        toReach: 'under 1 s',
        isReached: median(times) < 1_000,
      },
    ];
  } finally {
    await service.close();
    hub.close();
  }
}

/** Push webhooks for approved tags, 50 a second, with Docker Hub answering in 20 ms. */
export async function measureGate(bench: Bench): Promise<Row[]> {
  const hub = await startStandIn();
  const images = Array.from({ length: 200 }, (_, i) => `ns${i % 20}/image${i}`);
  const service = await startService(bench, hub, {
    images,
    settings: { monitorEnabled: false, webhookToken: 'bench-webhook-token-of-32-characters' },
  });
  try {
    for (const image of images) {
      const { digest } = (await hub.control('push', { image, tag: '1.0.0' })) as { digest: string };
      await service.db.query(
        `INSERT INTO image_tags (image_id, tag, digest, status, approved_at)
         SELECT id, '1.0.0', $2, 'approved', now() FROM images WHERE image_name = $1`,
        [image, digest],
      );
    }
    await service.db.query('VACUUM ANALYZE');
    await hub.control('options', { latencyMs: 20 });
    const seconds = bench.isQuick ? 4 : 12;
    const answers: Promise<{ status: number; ms: number }>[] = [];
    const url = `${service.replica.url}/api/v1/webhooks/docker-registry/bench-webhook-token-of-32-characters`;
    const startedAt = performance.now();
    for (let sent = 0; sent < seconds * 50;) {
      const isDue = ((performance.now() - startedAt) / 1_000) * 50;
      for (; sent < isDue && sent < seconds * 50; sent++) {
        const [namespace = '', name = ''] = (images[sent % images.length] ?? '').split('/');
        const repository = { repo_name: `${namespace}/${name}`, namespace, name };
        // Each delivery is another one, or it would be answered with what the first came to.
        const body = {
          push_data: { tag: '1.0.0', pushed_at: 1_700_000_000 + sent, pusher: 'bench' },
          repository,
        };
        answers.push(ask(url, { method: 'POST', body }));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const done = await Promise.all(answers);
    const p99 = percentile(
      done.map(({ ms }) => ms),
      0.99,
    );
    const allowed = done.filter(({ status }) => status === 200).length;
    const asked = await hub.takeCount();
    bench.say(`gate: p99 ${p99.toFixed(1)} ms, ${allowed} of ${done.length} allowed, ${asked} questions`);
    return [
      {
        what: "a webhook's verdict at 50 a second, Docker Hub answering in 20 ms",
        measured: `p99 ${p99.toFixed(0)} ms, median ${median(done.map(({ ms }) => ms)).toFixed(0)} ms`,
        toReach: 'p99 under 100 ms',
        isReached: p99 < 100 && allowed === done.length,
        note: `${allowed} of ${done.length} allowed, ${asked} questions to Docker Hub`,
      },
    ];
  } finally {
    await service.close();
    hub.close();
  }
}

/** From the start of the process on an existing data folder, its own PostgreSQL included, to the first 200. */
export async function measureStart(bench: Bench): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'image-monitoring-bench-'));
  const times: number[] = [];
  try {
    for (let i = 0; i < (bench.isQuick ? 3 : 6); i++) {
      const port = 20_000 + Math.floor(Math.random() * 20_000);
      const { PATH, HOME, LANG } = process.env;
      const startedAt = performance.now();
      const main = join(bench.workshop.compiled, 'src/main.js');
      const child = spawn(process.execPath, [...NODE_ARGUMENTS, main], {
        env: {
          PATH,
          HOME,
          LANG,
          ...ENVIRONMENT,
          PORT: String(port),
          DATA_DIR: folder,
          MONITOR_ENABLED: 'false',
          LOG_LEVEL: 'warn',
        },
        stdio: 'ignore',
      });
      const ended = once(child, 'close');
      for (;;) {
        const answer = await ask(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
        if (answer?.status === 200) break;
        if (performance.now() - startedAt > 60_000 || child.exitCode !== null)
          throw new Error('It does not start');
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      // The first start makes the folder.
      if (i > 0) times.push(performance.now() - startedAt);
      child.kill('SIGTERM');
      await ended;
    }
    bench.say(`starts: ${times.map((ms) => Math.round(ms)).join(', ')} ms`);
    return [
      {
        what: 'start on an existing data folder to the first 200',
        measured: `${(median(times) / 1_000).toFixed(2)} s`,
        toReach: 'under 3 s',
        isReached: median(times) < 3_000,
        note: "the service itself; npm's own start comes before it",
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
