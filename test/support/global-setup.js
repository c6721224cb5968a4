/**
 * One PostgreSQL for a whole jest run, and in it one migrated database that every test file's own is copied from
 * (`test/support/database.ts`). TEST_DATABASE_URL names another server, and a role that may create databases there;
 * without it an embedded one is started in the folder for temporary files, with nothing synced to the disk.
 */
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { compileSources } from './compile.js';

const FOLDER = 'image-monitoring-test-';

export default async function globalSetup() {
  const compiled = await compileSources();
  const load = (path) => import(join(compiled, path));
  const external = process.env.TEST_DATABASE_URL;
  const server = external ? null : await startServer(load);
  const adminUrl = external ?? server.url;
  const template = `image_monitoring_template_${process.pid}`;

  // Test files find these in their workers; the tear-down runs in this process.
  process.env.TEST_ADMIN_URL = adminUrl;
  process.env.TEST_TEMPLATE = template;
  process.env.TEST_COMPILED = compiled;
  globalThis.tearDownTestDatabases = async () => {
    if (server === null) await onServer(adminUrl, `DROP DATABASE IF EXISTS ${template}`);
    else await server.remove();
    await rm(compiled, { recursive: true, force: true });
  };
  try {
    await onServer(adminUrl, `CREATE DATABASE ${template}`);
    const [{ migrate }, { createDataSource }, { MIGRATIONS }] = await Promise.all(
      ['src/database/migrate.js', 'src/database/data-source.js', 'src/entities.js'].map(load),
    );
    const url = new URL(adminUrl);
    url.pathname = `/${template}`;
    await migrate(createDataSource({ url: url.href, entities: [] }), MIGRATIONS, () => undefined);
  } catch (error) {
    // Jest runs no tear-down after a failed set-up.
    await globalThis.tearDownTestDatabases();
    throw error;
  }
}

async function startServer(load) {
  const { startEmbeddedPostgres } = await load('src/database/embedded-postgres.js');
  await removeAbandoned(load);
  const dataDir = join(tmpdir(), `${FOLDER}${process.pid}`);
  const server = await startEmbeddedPostgres({
    dataDir,
    log: () => undefined,
    serverSettings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
    },
  });
  const remove = async () => {
    await server.stop();
    for (const folder of [dataDir, server.home]) await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, remove };
}

/** A jest run that was killed leaves its server running and its folder behind. */
async function removeAbandoned(load) {
  const [{ findClusterPlace }, { findPostmaster, stopServer }] = await Promise.all(
    ['src/database/cluster-place.js', 'src/database/postmaster.js'].map(load),
  );
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(FOLDER) ? Number(name.slice(FOLDER.length)) : 0;
    if (!(pid > 0) || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      const place = await findClusterPlace(folder);
      const server = await findPostmaster(place.data);
      if (server !== null) await stopServer(place.data, server);
      for (const path of [folder, place.home]) await rm(path, { recursive: true, force: true });
    } catch (error) {
      // Another user's: his next run removes it.
      if (!['EACCES', 'EPERM'].includes(error.code) && error.name !== 'EmbeddedPostgresError') throw error;
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function onServer(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
