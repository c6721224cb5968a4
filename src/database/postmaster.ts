import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  open,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ClusterPlace, EmbeddedPostgresError, readFrom } from './cluster-place.js';

const run = promisify(execFile);

/** The superuser of every embedded server. */
export const SUPERUSER = 'image_monitoring';

/** A fast shutdown writes a checkpoint; on a slow disk that takes seconds. Then it is cut short, and recovered later. */
const FAST_SHUTDOWN_MS = 8_000;
const IMMEDIATE_SHUTDOWN_MS = 2_000;

/** The server's own log is started anew beyond this; the one before is kept. */
const SERVER_LOG_MAX_BYTES = 10_000_000;

/** How much of it goes into a message when the server does not start. */
const SERVER_LOG_TAIL_BYTES = 2_000;

/** A running server: the process to signal, and where it listens on loopback. */
export interface Postmaster {
  pid: number;
  port: number;
}

/**
 * The server that runs on this data folder, or null. `postmaster.pid` survives a crash, and its number may since have
 * been given to any other process: only a living one that works in this folder counts.
 */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
  if (lines === null) return null;
  // Process id, data folder, start time, port: PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*.
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 && (await isServerOf(data, pid)) ? { pid, port } : null;
}

async function isServerOf(data: string, pid: number): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  // The server works inside its data folder, and the kernel follows when that is renamed.
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => null)) === data;
  return (await commandOf(pid)).includes(data);
}

/** The command line of a process; empty when it cannot be told. */
async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').then(
      (text) => text.replaceAll('\0', ' '),
      () => '',
    );
  }
  return run('ps', ['-p', String(pid), '-o', 'command=']).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** Whether the process still does something. One that nobody waits for (no init in a container) stays a zombie. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // "pid (name) state …", where the name may contain anything, brackets too.
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^.*\) [ZX] /s.test(state);
}

/**
 * Makes a new data folder, or finds that another process was quicker. It is made aside and renamed, so that it is there
 * whole or not at all, whenever this is killed; what a killed one left is swept away.
 *
 * Every way into the server asks for the password (SCRAM), and the password stands in a file that its owner alone can
 * read. UTF-8 with the C locale sorts the same on every machine.
 */
export async function initialiseCluster(place: ClusterPlace): Promise<void> {
  await sweep(place.home);
  const aside = join(place.home, `postgres.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const data = join(aside, 'data');
  const passwordForInitdb = join(aside, 'password-for-initdb');
  const password = randomBytes(24).toString('base64url');
  try {
    // The server's user passes through this folder when it is another one.
    await mkdir(aside);
    await chmod(aside, place.runAs === null ? 0o700 : 0o711);
    await mkdir(data, { mode: 0o700 });
    await writeFile(join(aside, 'password'), `${password}\n`, { mode: 0o600 });
    await writeFile(passwordForInitdb, `${password}\n`, { mode: 0o600 });
    if (place.runAs !== null) {
      await chown(data, place.runAs.uid, place.runAs.gid);
      await chown(passwordForInitdb, place.runAs.uid, place.runAs.gid);
    }
    await runToEnd(place, 'initdb', [
      `--pgdata=${data}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordForInitdb}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ]);
    await rm(passwordForInitdb);
    await rename(aside, dirname(place.data));
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
    throw error;
  }
}

async function sweep(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^postgres\.new-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !(await isAlive(Number(pid)))) {
      await rm(join(home, name), { recursive: true, force: true });
    }
  }
}

async function runToEnd(place: ClusterPlace, program: string, args: string[]): Promise<void> {
  const child = spawn(join(place.binaries, program), args, {
    ...place.runAs,
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on(
      'data',
      (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-SERVER_LOG_TAIL_BYTES)),
    );
  }
  const ending = await endOf(child);
  if (ending !== 'code 0') {
    throw new EmbeddedPostgresError(
      `${program} of the embedded PostgreSQL failed (${ending}):\n${output.trim()}`,
    );
  }
}

/** Nothing of ours goes in: `PGPORT` and its like would be obeyed, and secrets would be shown in `/proc`. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

/** A server just started: it has not answered yet, and may still give up. */
export interface StartingServer {
  port: number;
  /** Set once it is gone: what it said, for a message. */
  failure: string | null;
}

/**
 * Starts the server in a session of its own: a Ctrl-C goes to every process of the terminal's group, and the server must
 * be there until the last check is written. It logs into a file, since a pipe would break when this process is killed.
 * It listens on loopback alone, with no socket file.
 */
export async function startServer(
  place: ClusterPlace,
  options: { port: number | null; serverSettings: Record<string, string> },
): Promise<StartingServer> {
  const port = options.port ?? (await freePort());
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_line_prefix: '%m [%p] %a ',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.serverSettings,
  };
  const logBytes = await stat(place.serverLog).then(
    ({ size }) => size,
    () => 0,
  );
  if (logBytes > SERVER_LOG_MAX_BYTES) await rename(place.serverLog, `${place.serverLog}.1`);
  const logFrom = logBytes > SERVER_LOG_MAX_BYTES ? 0 : logBytes;
  const log = await open(place.serverLog, 'a', 0o600);
  const server: StartingServer = { port, failure: null };
  try {
    if (place.runAs !== null) await log.chown(place.runAs.uid, place.runAs.gid);
    const child = spawn(
      join(place.binaries, 'postgres'),
      ['-D', place.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...place.runAs,
        cwd: '/',
        env: serverEnvironment(),
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
      },
    );
    child.unref();
    void endOf(child).then(async (ending) => {
      const said = await readFrom(place.serverLog, logFrom, SERVER_LOG_TAIL_BYTES).catch(() => '');
      server.failure = `${ending}\n${said}`;
    });
  } finally {
    await log.close();
  }
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no address.');
  return address.port;
}

/**
 * Removes a `postmaster.pid` that belongs to no server of this folder. PostgreSQL does so itself unless its number was
 * given to another process of the same user (a reboot): then it refuses to start, for ever.
 */
export async function removeStalePidFile(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const before = await readFile(path, 'utf8').catch(() => null);
  // Any PostgreSQL is left alone: two servers on one folder would destroy it.
  if (before === null || /\bpostgres\b/.test(await commandOf(Number.parseInt(before, 10)))) return;
  if ((await readFile(path, 'utf8').catch(() => null)) === before) await rm(path, { force: true });
}

/**
 * Stops the server: a fast shutdown ends all sessions and writes a checkpoint. One that takes too long is cut short,
 * which loses nothing but makes the next start recover.
 */
export async function stopServer(data: string, server: Postmaster): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
    ['SIGKILL', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (!signalServer(server, signal)) return;
    for (const until = Date.now() + limitMs; Date.now() < until; await pause(10)) {
      if (!(await isServerOf(data, server.pid))) return;
    }
  }
}

/** Sends the signal; false when there is no such process any more. Waits for nothing, so that an exit handler can. */
export function signalServer(server: Postmaster, signal: NodeJS.Signals): boolean {
  try {
    process.kill(server.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
