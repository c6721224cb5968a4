import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compiled, processesNaming, type RunningProcess, startProcess } from '../../support/processes.js';

let folder: string;
let dataDir: string;
let running: RunningProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'launch-'));
  dataDir = join(folder, 'data');
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((service) => service.kill('SIGTERM')));
  // What a killed service left running.
  if (processesNaming(folder).length > 0) {
    const last = start();
    await last.printed(/Listening on/);
    await last.kill('SIGTERM');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The service in a process of its own. Docker Hub is a port where nobody listens. */
function start(
  env: Record<string, string> = {},
  args = [compiled('src/main.js')],
  ownGroup = false,
): RunningProcess {
  const service = startProcess(args, {
    env: {
      PORT: '0',
      DATA_DIR: dataDir,
      MONITOR_ENABLED: 'false',
      DOCKER_HUB_URL: 'http://127.0.0.1:9',
      NODE_COMPILE_CACHE: '.cache/compiled-by-node',
      ...env,
    },
    ownGroup,
  });
  running.push(service);
  return service;
}

async function addressOf(service: RunningProcess): Promise<string> {
  const [, address] = await service.printed(/Listening on (http:\/\/localhost:\d+)/);
  return address ?? '';
}

describe('the service', () => {
  it('starts on a new folder with nothing but its defaults, and drains on SIGTERM', async () => {
    const service = start();
    const address = await addressOf(service);
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    const list = (await (await fetch(`${address}/api/v1/images`)).json()) as { images: unknown[] };
    expect(list.images).toHaveLength(9);

    expect(await service.kill('SIGTERM')).toBe(0);
    expect(processesNaming(folder)).toEqual([]);
  });

  it('is drained once by the Ctrl-C that reaches it directly and through npm start', async () => {
    const launcher = start({}, ['scripts/start.mjs'], true);
    await addressOf(launcher);
    const group = launcher.child.pid ?? 0;
    // As a terminal does: to every process of the group.
    process.kill(-group, 'SIGINT');
    expect(await launcher.ended).toBe(0);
    expect(launcher.output()).not.toContain('leaving at once');
    expect(processesNaming(folder)).toEqual([]);
  });

  it('is drained by a signal to the launcher alone', async () => {
    const launcher = start({}, ['scripts/start.mjs'], true);
    await addressOf(launcher);
    expect(await launcher.kill('SIGTERM')).toBe(0);
    expect(processesNaming(folder)).toEqual([]);
  });

  it('is drained by a signal in the middle of its start', async () => {
    const service = start();
    await service.printed(/Preparing a new PostgreSQL/);
    expect(await service.kill('SIGTERM')).toBe(0);
    expect(processesNaming(folder)).toEqual([]);
  });

  it('goes on where a killed one stopped', async () => {
    const first = start();
    const before = await addressOf(first);
    const made = await fetch(`${before}/api/v1/images`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ image_name: 'httpd' }),
    });
    expect(made.status).toBe(201);
    await first.kill('SIGKILL');

    const second = start();
    const address = await addressOf(second);
    expect(second.output()).toContain('Took over the PostgreSQL');
    const list = (await (await fetch(`${address}/api/v1/images`)).json()) as {
      images: { image_name: string }[];
    };
    expect(list.images.map(({ image_name }) => image_name)).toContain('httpd');
    expect(await second.kill('SIGTERM')).toBe(0);
    expect(processesNaming(folder)).toEqual([]);
  });

  it('is refused on the folder of another', async () => {
    const first = start();
    await addressOf(first);
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('Another service is running on the data in');
  });

  it('exits with 78 over wrong settings, before anything is touched', async () => {
    const service = start({ PORT: 'abc', LOG_FORMAT: 'xml' });
    expect(await service.ended).toBe(78);
    expect(service.output()).toContain('PORT got "abc"; it takes a whole number');
    expect(service.output()).toContain('LOG_FORMAT got "xml"');
    expect(existsSync(dataDir)).toBe(false);
  });

  it('names PORT when the port is taken, and leaves no server behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const service = start({ PORT: String(port) });
    expect(await service.ended).toBe(1);
    expect(service.output()).toContain(`PORT ${port} on 127.0.0.1 is taken`);
    expect(processesNaming(folder)).toEqual([]);
    await new Promise((resolve) => other.close(resolve));
  });

  it('leaves migrations to the command line with MIGRATE=false', async () => {
    const command = start({}, [compiled('src/cli.js'), 'migration:run']);
    expect(await command.ended).toBe(0);
    expect(command.output()).toContain('Migrated the database: ');
    const again = start({}, [compiled('src/cli.js'), 'migration:run']);
    expect(await again.ended).toBe(0);
    expect(again.output()).toContain('The database is up to date.');

    const service = start({ MIGRATE: 'false' });
    await addressOf(service);
    expect(service.output()).not.toContain('Migrated');
  });
});
