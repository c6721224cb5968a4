/**
 * What programs beside jest need (`npm run bench`, `npm run chaos`): the sources compiled, an embedded PostgreSQL that is
 * removed afterwards, and databases in it. Imported first, it lets Node read the TypeScript of test/ and bench/.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './docker-hub/type-stripping.mjs';
import pg from 'pg';
import { compileSources } from './compile.js';

/** `serverSettings` are PostgreSQL's; without them it is as the service runs it. */
export async function openWorkshop({ serverSettings } = {}) {
  const compiled = await compileSources();
  const load = (path) => import(join(compiled, 'src', path));
  const [{ startEmbeddedPostgres }, { migrate }, { createDataSource }, { MIGRATIONS, ENTITIES }] =
    await Promise.all(
      ['database/embedded-postgres.js', 'database/migrate.js', 'database/data-source.js', 'entities.js'].map(
        load,
      ),
    );
  const dataDir = await mkdtemp(join(tmpdir(), 'image-monitoring-workshop-'));
  const startServer = () => startEmbeddedPostgres({ dataDir, log: () => undefined, serverSettings });
  let server = await startServer();
  const onServer = async (sql) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const close = async () => {
    await server.stop();
    for (const folder of [dataDir, server.home, compiled]) await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void close().finally(() => process.exit(130)));
  }
  return {
    compiled,
    load,
    get serverUrl() {
      return server.url;
    },
    /** A migrated, empty database: its address, and a data source of the service's own kind. */
    createDatabase: async (name) => {
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await onServer(`CREATE DATABASE ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      await migrate(createDataSource({ url: url.href, entities: [] }), MIGRATIONS, () => undefined);
      return {
        url: url.href,
        connect: () => createDataSource({ url: url.href, entities: ENTITIES }).initialize(),
        drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
      };
    },
    /** Takes the server away; what it answers brings it back, and answers its new address. */
    takeServerAway: async () => {
      await server.stop();
      return async () => {
        server = await startServer();
        return server.url;
      };
    },
    close,
  };
}
