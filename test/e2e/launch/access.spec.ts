import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { compiled, startProcess, type RunningProcess } from '../../support/processes.js';
import { eventually } from '../../support/app.js';

let folder: string;
let running: RunningProcess[];
let database: TestDatabase | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
  running = [];
  database = null;
});

afterEach(async () => {
  await Promise.all(running.map((service) => service.kill('SIGTERM')));
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: string[], env: Record<string, string> = {}): RunningProcess {
  const started = startProcess(args, {
    env: {
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      MONITOR_ENABLED: 'false',
      DOCKER_HUB_URL: 'http://127.0.0.1:9',
      NODE_COMPILE_CACHE: '.cache/compiled-by-node',
      ...env,
    },
  });
  running.push(started);
  return started;
}

const service = (env?: Record<string, string>) => start([compiled('src/main.js')], env);

async function token(
  args: string[],
  env?: Record<string, string>,
): Promise<{ code: unknown; output: string }> {
  const command = start([compiled('src/cli.js'), 'token', ...args], env);
  const code = await command.ended;
  return { code, output: command.output() };
}

const tokenIn = (output: string) => /^ims_[0-9A-Za-z]{49}$/m.exec(output)?.[0] ?? '';

async function addressOf(process: RunningProcess): Promise<string> {
  const [, port] = await process.printed(/Listening on http:\/\/\S+:(\d+)/);
  return `http://127.0.0.1:${port}/api/v1`;
}

const get = async (url: string, bearer?: string) =>
  (await fetch(url, { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} })).status;

describe('npm run token', () => {
  it('makes a token beside the running service, which asks for it from then on', async () => {
    const main = service();
    const api = await addressOf(main);
    expect(await get(`${api}/images`)).toBe(200);

    const made = await token(['create', '--name', 'ci', '--role', 'reviewer', '--expires', '90d']);
    expect(made.code).toBe(0);
    const secret = tokenIn(made.output);
    await eventually('the API to close', async () => (await get(`${api}/images`)) === 401, 3_000);
    expect(await get(`${api}/images`, secret)).toBe(200);

    const again = await token(['create', '--name', 'ci', '--role', 'viewer']);
    expect([again.code, again.output]).toEqual([64, expect.stringContaining('There is a token ci already')]);
    const listed = await token(['list']);
    expect(listed.output).toMatch(/^1\s+ci\s+reviewer\s+usable\s+\S+Z\s+\S+Z\s+\S+/m);
    expect(listed.output).not.toContain(secret);

    expect((await token(['revoke', 'ci'])).output).toContain('Revoked token 1, ci');
    await eventually('the token to end', async () => (await get(`${api}/images`, secret)) === 401, 3_000);
    expect((await token(['revoke', 'ci'])).code).toBe(64);

    expect((await token(['delete-all'])).output).toContain('Deleted 1 tokens');
    await eventually('the API to open', async () => (await get(`${api}/images`)) === 200, 3_000);

    const log = (await (await fetch(`${api}/audit-log?subject_type=api_token`)).json()) as {
      audit_entries: { actor: string; action: string; subject_id: number }[];
    };
    expect(log.audit_entries).toMatchObject(
      ['deleted', 'revoked', 'created'].map((what) => ({
        actor: `cli:${userInfo().username}`,
        action: `api_token.${what}`,
        subject_id: 1,
      })),
    );
    expect(JSON.stringify(log)).not.toContain(secret);
    expect(await main.kill('SIGTERM')).toBe(0);
    expect(main.output()).not.toContain(secret);
  });

  it.each([
    [[], 'Usage: npm run token'],
    [['create', '--name', '1', '--role', 'admin'], '--name got "1"'],
    [['create', '--name', 'local', '--role', 'admin'], '--name got "local"'],
    [['create', '--name', 'ci', '--role', 'root'], '--role got "root"; it takes viewer, reviewer or admin'],
    [['create', '--name', 'ci', '--role', 'admin', '--expires', '3 weeks'], '--expires got "3 weeks"'],
    [['create', '--name', 'ci', '--role', 'admin', '--force'], "Unknown option '--force'"],
    [['list', 'all'], 'Usage: npm run token'],
  ])('%j is refused before anything is opened', async (args, sentence) => {
    const { code, output } = await token(args);
    expect([code, output]).toEqual([64, expect.stringContaining(sentence)]);
  });
});

describe('on an address that others reach', () => {
  it('the service does not start until somebody can prove who he is, and says how', async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HOST: '0.0.0.0' };
    const refused = service(env);
    expect(await refused.ended).toBe(78);
    expect(refused.output()).toContain('npm run token -- create --name admin --role admin');
    expect(refused.output()).not.toContain('Listening');
    expect(refused.output()).not.toContain('\\u000a');

    const secret = tokenIn((await token(['create', '--name', 'admin', '--role', 'admin'], env)).output);
    const api = await addressOf(service(env));
    expect(await get(`${api}/images`)).toBe(401);
    expect(await get(`${api}/images`, secret)).toBe(200);

    await token(['revoke', 'admin'], env);
    expect(await service(env).ended).toBe(78);
  });

  it('an identity provider is enough', async () => {
    database = await createTestDatabase();
    const api = await addressOf(
      service({
        DATABASE_URL: database.url,
        HOST: '0.0.0.0',
        AUTH_ISSUER: 'https://id.example/',
        AUTH_AUDIENCE: 'images',
        AUTH_JWKS_URL: 'https://id.example/keys',
      }),
    );
    expect(await get(`${api}/images`)).toBe(401);
  });
});
