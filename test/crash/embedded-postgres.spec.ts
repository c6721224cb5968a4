import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { compiled, processesNaming, type RunningProcess, startProcess } from '../support/processes.js';

interface Owner extends RunningProcess {
  answer: { url: string; home: string; lines: string[]; refusal?: string };
}

let temporary: string;
let folder: string;
let homes: Set<string>;
let owners: RunningProcess[];

/** Starts a process on the folder; answers once it owns the server, or says why it does not. */
async function owner(dataDir = folder): Promise<Owner> {
  const running = startProcess(['test/support/own-postgres.js', compiled(''), dataDir]);
  owners.push(running);
  const [line] = await running.printed(/^\{.*\}$/m);
  const answer = JSON.parse(line) as Owner['answer'];
  if (answer.home !== undefined) homes.add(answer.home);
  return { ...running, answer };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // The test kills what it is connected to.
  client.on('error', () => undefined);
  await client.connect();
  return client.query({ text: sql, rowMode: 'array' }).then(
    async ({ rows }) => {
      await client.end();
      return rows.flat();
    },
    async (error: unknown) => {
      await client.end();
      throw error;
    },
  );
}

const pidFile = (home: string) => join(home, 'postgres', 'data', 'postmaster.pid');
const serverPid = (home: string) => Number.parseInt(readFileSync(pidFile(home), 'utf8'), 10);

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'owning-'));
  folder = join(temporary, 'data');
  homes = new Set();
  owners = [];
});

afterEach(async () => {
  for (const running of owners) {
    if (running.child.exitCode === null && running.child.signalCode === null) await running.kill('SIGTERM');
  }
  // A server that a test left without an owner is taken over once more, to be stopped.
  for (const home of homes) {
    if (processesNaming(home).length > 0) await (await owner()).kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
  rmSync(temporary, { recursive: true, force: true });
});

describe('an embedded PostgreSQL', () => {
  it('starts on a new folder, and stops with its owner', async () => {
    const first = await owner();
    expect(await query(first.answer.url, 'SHOW server_encoding')).toEqual(['UTF8']);
    expect(await query(first.answer.url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    expect(await query(first.answer.url, 'SHOW unix_socket_directories')).toEqual(['']);
    expect(await first.kill('SIGTERM')).toBe(0);
    expect(processesNaming(first.answer.home)).toEqual([]);
  });

  it('lets nobody in without its password, which its owner alone can read', async () => {
    const { answer } = await owner();
    const wrong = new URL(answer.url);
    wrong.password = 'guessed';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(answer.home, 'postgres', 'password')).mode & 0o777).toBe(0o600);
    expect(await query(answer.url, `SELECT DISTINCT auth_method FROM pg_hba_file_rules`)).toEqual([
      'scram-sha-256',
    ]);
  });

  it('is refused to a second service on the same folder', async () => {
    const first = await owner();
    const second = await owner();
    expect(second.answer.refusal).toContain('Another service is running on the data in');
    expect(await query(first.answer.url, 'SELECT 1')).toEqual([1]);
  });

  it('is taken over after its owner was killed, with nothing lost and no second server', async () => {
    const first = await owner();
    await query(first.answer.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = serverPid(first.answer.home);
    await first.kill('SIGKILL');

    const second = await owner();
    expect(second.answer.lines).toContain('Took over the PostgreSQL that a killed service left running');
    expect(serverPid(second.answer.home)).toBe(pid);
    expect(await query(second.answer.url, 'SELECT answer FROM kept')).toEqual([42]);
    expect(await second.kill('SIGTERM')).toBe(0);
    expect(processesNaming(second.answer.home)).toEqual([]);
  });

  it('recovers after owner and server were killed together', async () => {
    const first = await owner();
    await query(first.answer.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(serverPid(first.answer.home), 'SIGKILL');
    await first.kill('SIGKILL');

    const second = await owner();
    expect(await query(second.answer.url, 'SELECT answer FROM kept')).toEqual([42]);
  });

  it('comes back at the same address when the server alone was killed', async () => {
    const first = await owner();
    process.kill(serverPid(first.answer.home), 'SIGKILL');
    const isBack = async (): Promise<boolean> =>
      query(first.answer.url, 'SELECT 1').then(
        () => true,
        () => isBack(),
      );
    expect(await isBack()).toBe(true);
    expect(await first.kill('SIGTERM')).toBe(0);
    expect(processesNaming(first.answer.home)).toEqual([]);
  });

  it('has one owner of three that start on a new folder at once', async () => {
    const all = await Promise.all([owner(), owner(), owner()]);
    expect(all.filter(({ answer }) => answer.refusal === undefined)).toHaveLength(1);
    const [home] = homes;
    expect(processesNaming(`-D ${home}`)).toHaveLength(1);
  });

  it('does not trust a folder that was killed while it was made', async () => {
    const first = await owner();
    const { home } = first.answer;
    await first.kill('SIGTERM');
    rmSync(join(home, 'postgres'), { recursive: true });
    // No process has this number: beyond the largest that Linux gives.
    await mkdir(join(home, 'postgres.new-4194305-0a0b', 'data'), { recursive: true });

    const second = await owner();
    expect(await query(second.answer.url, 'SELECT 1')).toEqual([1]);
    expect(readdirSync(second.answer.home).filter((name) => name.startsWith('postgres'))).not.toContain(
      'postgres.new-4194305-0a0b',
    );
  });

  it('starts although its process number was given to somebody else', async () => {
    const first = await owner();
    const { home } = first.answer;
    const stale = readFileSync(pidFile(home), 'utf8');
    await first.kill('SIGTERM');
    writeFileSync(pidFile(home), stale.replace(/^\d+/, String(process.pid)));

    const second = await owner();
    expect(await query(second.answer.url, 'SELECT 1')).toEqual([1]);
  });

  it('lives in a folder whose name has spaces, quotes and letters beyond ASCII', async () => {
    folder = join(folder, "Ünsere Bilder's");
    const first = await owner();
    expect(await query(first.answer.url, 'SELECT 1')).toEqual([1]);
  });

  it('says that a file is in the way', async () => {
    const file = join(temporary, 'file');
    writeFileSync(file, '');
    expect((await owner(file)).answer.refusal).toContain('a file is in the way. Set DATA_DIR');
  });
});
