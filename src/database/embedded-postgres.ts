import { readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type ClusterPlace, EmbeddedPostgresError, findClusterPlace } from './cluster-place.js';
import {
  findPostmaster,
  initialiseCluster,
  type Postmaster,
  removeStalePidFile,
  signalServer,
  startServer,
  type StartingServer,
  stopServer,
  SUPERUSER,
} from './postmaster.js';

export { EmbeddedPostgresError } from './cluster-place.js';

/** The database of the service; `postgres` is left to the owner's session. */
const DATABASE = 'image_monitoring';

/** The lock whose holder owns the server: any number, as long as nobody changes it. */
const OWNER_LOCK = 4_002_000_000;

/** After a `kill -9` the server needs a moment to notice that the owner's connection is gone. */
const LOCK_PATIENCE_MS = 2_000;

/** A start after a crash reads the log of all changes since the last checkpoint; a shutdown may be under way. */
const START_PATIENCE_MS = 120_000;

const POLL_MS = 15;

/** Two services may pick the same free port, and a killed server's children need a moment to go. */
const MAX_STARTS = 10;

/** An embedded PostgreSQL that this process owns. */
export interface EmbeddedPostgres {
  /** Of the service's database, with the password: to be handled as a secret. */
  url: string;
  /** The folder that holds the data: `DATA_DIR`, or where its note points to. */
  home: string;
  /** Stops the server cleanly. A second call waits for the first. */
  stop(): Promise<void>;
}

interface Options {
  dataDir: string;
  log: (line: string) => void;
  /** The server was lost and could not be had again; `stop` is still to be called. */
  onLost?: (error: unknown) => void;
  /** Further settings of the server. The tests have `fsync=off`. */
  serverSettings?: Record<string, string>;
}

/** The owner's session: who has it, has the lock, and the server. */
interface Ownership {
  server: Postmaster;
  session: pg.Client;
}

/**
 * Starts a PostgreSQL on `dataDir`, or takes over the one that runs there without an owner, and owns it until `stop`.
 *
 * Whoever holds the session lock in the server owns it. A running server whose lock is free is the orphan of a service
 * that was killed: it is taken over, with nothing lost and no second server. A held lock is a second service on the same
 * folder, which is refused. So two that start at once agree as well, whichever of them started the server.
 *
 * When the owner's session breaks because the server crashed, it is had again on the same port, so that the connection
 * pool finds it where it was.
 *
 * @throws EmbeddedPostgresError with a sentence for a person: folder in use, not writable, server does not start
 */
export async function startEmbeddedPostgres(options: Options): Promise<EmbeddedPostgres> {
  const place = await findClusterPlace(options.dataDir);
  if (place.remark !== null) options.log(place.remark);
  if (place.isLeftOver) await putAside(place, options);
  if (!(await isInitialised(place))) {
    options.log(`Preparing a new PostgreSQL in ${place.home}`);
    await initialiseCluster(place);
  }
  const password = (await readFile(place.password, 'utf8')).trim();
  let ownership = await own(place, password, options, null);
  await createDatabase(ownership.session);

  let stopping: Promise<void> | null = null;
  let searching = Promise.resolve();
  const lastResort = () => signalServer(ownership.server, 'SIGINT');
  // An exit that nobody planned must not leave a server behind.
  process.once('exit', lastResort);

  const watch = () => {
    ownership.session.once('end', () => {
      if (stopping !== null) return;
      options.log('The embedded PostgreSQL closed our session; looking for it');
      searching = own(place, password, options, ownership.server.port).then(
        (again) => {
          ownership = again;
          watch();
        },
        (error: unknown) => options.onLost?.(error),
      );
    });
  };
  watch();

  const stop = async () => {
    await searching;
    // The server ends this session itself; until then the lock keeps others from a server that is going.
    await stopServer(place.data, ownership.server);
    await ownership.session.end().catch(() => undefined);
    process.removeListener('exit', lastResort);
  };
  return {
    url: urlOf(ownership.server, password),
    home: place.home,
    stop: () => (stopping ??= stop()),
  };
}

/**
 * The address of the server that runs on `dataDir`, or null when none does. For a command beside a running service,
 * which owns the server: the command takes part in nothing but the connection.
 */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const place = await findClusterPlace(dataDir);
  if (place.isLeftOver || !(await isInitialised(place))) return null;
  const server = await findPostmaster(place.data);
  if (server === null) return null;
  return urlOf(server, (await readFile(place.password, 'utf8')).trim());
}

function urlOf(server: Postmaster, password: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/${DATABASE}`;
}

async function isInitialised(place: ClusterPlace): Promise<boolean> {
  // Made aside and renamed: what is there is whole.
  return stat(place.data).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      if (error.code === 'EACCES') throw new EmbeddedPostgresError(belongsToAnother(place));
      throw error;
    },
  );
}

function belongsToAnother(place: ClusterPlace): string {
  return `The data in ${place.home} belongs to another user. Start the service as that user, or set DATA_DIR to another folder.`;
}

/** What belonged to a `DATA_DIR` that was deleted is kept, but out of the way: that folder begins anew. */
async function putAside(place: ClusterPlace, options: Options): Promise<void> {
  const password = (await readFile(place.password, 'utf8')).trim();
  if ((await findPostmaster(place.data)) !== null) {
    const { server, session } = await own(place, password, options, null);
    await stopServer(place.data, server);
    await session.end().catch(() => undefined);
  }
  const aside = `${place.home}/postgres.removed-${new Date().toISOString().replaceAll(':', '')}`;
  await rename(`${place.home}/postgres`, aside);
  options.log(`The folder of this data was deleted, so it begins anew; what there was is kept in ${aside}`);
}

/** Until the lock is ours: finds the server or starts it, connects, and asks for the lock. */
async function own(
  place: ClusterPlace,
  password: string,
  options: Options,
  port: number | null,
): Promise<Ownership> {
  const giveUpAt = Date.now() + START_PATIENCE_MS;
  let starts = 0;
  let starting: StartingServer | null = null;
  for (;;) {
    const server = await findPostmaster(place.data);
    if (server !== null) {
      const session = await connect(server, password);
      if (session !== null) {
        if (await takeLock(session)) {
          if (port !== null) options.log('The embedded PostgreSQL is there again');
          else if (starting === null)
            options.log('Took over the PostgreSQL that a killed service left running');
          return { server, session };
        }
        await session.end();
        throw new EmbeddedPostgresError(
          `Another service is running on the data in ${place.home}. Stop it first, or set DATA_DIR to another folder.`,
        );
      }
    } else if (starting === null || starting.failure !== null) {
      const failure = starting?.failure ?? null;
      if (failure !== null) {
        if (starts >= MAX_STARTS || !isPassing(failure)) {
          throw new EmbeddedPostgresError(
            `The embedded PostgreSQL in ${place.home} does not start: ${failure}`,
          );
        }
        await removeStalePidFile(place.data);
        await pause(100);
      }
      starts += 1;
      starting = await startServer(place, { port, serverSettings: options.serverSettings ?? {} });
    }
    if (Date.now() > giveUpAt) {
      if (server !== null && starting !== null) signalServer(server, 'SIGINT');
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL in ${place.home} did not answer within ${START_PATIENCE_MS / 1000} s; see ${place.serverLog}`,
      );
    }
    await pause(POLL_MS);
  }
}

/** Reasons that are gone the next time: the port was taken meanwhile, or a server's last processes are still going. */
function isPassing(failure: string): boolean {
  return /could not bind|Address already in use|lock file "postmaster\.pid"|shared memory block/.test(
    failure,
  );
}

/** The owner's session, or null while the server is not ready for one (it starts, recovers, or stops). */
async function connect(server: Postmaster, password: string): Promise<pg.Client | null> {
  const session = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    application_name: 'image-monitoring owner',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Without a listener the end of the server would end this process. What follows hangs on 'end'.
  session.on('error', () => undefined);
  try {
    await session.connect();
    return session;
  } catch (error) {
    await session.end().catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    // 28P01: invalid_password, the one answer that waiting does not change.
    if (code === '28P01') {
      throw new EmbeddedPostgresError(
        'The password file does not fit the embedded PostgreSQL beside it: one of them was replaced.',
      );
    }
    return null;
  }
}

async function takeLock(session: pg.Client): Promise<boolean> {
  for (const until = Date.now() + LOCK_PATIENCE_MS; ; await pause(50)) {
    const answer = await session.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      OWNER_LOCK,
    ]);
    if (answer.rows[0]?.locked === true) return true;
    if (Date.now() > until) return false;
  }
}

async function createDatabase(session: pg.Client): Promise<void> {
  const found = await session.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (found.rowCount === 0) await session.query(`CREATE DATABASE ${DATABASE}`);
}
