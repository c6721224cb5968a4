import pg from 'pg';
import { startCuttableProxy } from '../support/cuttable-proxy.js';
import { startDockerHub } from '../support/docker-hub/docker-hub.js';
import { forkReplica } from '../support/replica.js';
import { timeServerReturn, type ServerReturn } from './server-return.js';

/** What of the workshop is needed here. */
interface Workshop {
  compiled: string;
  createDatabase(name: string): Promise<{ url: string }>;
  takeServerAway(): Promise<() => Promise<string>>;
}

/** One replica on a server that is restarted some times under it: how soon it serves and checks again, each time. */
export async function restartDatabase(workshop: Workshop, times: number): Promise<ServerReturn[]> {
  if (times === 0) return [];
  const hub = await startDockerHub({ rateLimit: { anonymous: 1e6, authenticated: 1e6, enforce: false } });
  const database = await workshop.createDatabase('restarted');
  const proxy = await startCuttableProxy(database.url);
  const query = async (sql: string): Promise<{ id: number }[]> => {
    const client = new pg.Client({ connectionString: proxy.url });
    await client.connect();
    return (await client.query<{ id: number }>(sql).finally(() => client.end())).rows;
  };
  const replica = await forkReplica(workshop.compiled);
  try {
    hub.push('redis', '1.0.0');
    const [image] = await query(
      `INSERT INTO images (image_name, approval_status, watch_for_updates) VALUES ('redis', 'approved', true) RETURNING id`,
    );
    const imageId = image?.id ?? 0;
    await replica.start({
      databaseUrl: proxy.url,
      dockerHubUrl: hub.url,
      rateLimitPerMinute: 100_000,
      logLevel: 'error',
    });
    const api = async (path: string): Promise<{ status: number; total: number }> => {
      const answer = await fetch(`${replica.url}/api/v1${path}`);
      return { status: answer.status, total: ((await answer.json()) as { total: number }).total };
    };
    while ((await api(`/images/${imageId}/checks`)).total === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const found: ServerReturn[] = [];
    let bringServer: () => Promise<string>;
    for (let i = 0; i < times; i++) {
      found.push(
        await timeServerReturn({
          hub,
          imageId,
          query,
          api,
          takeAway: async () => {
            bringServer = await workshop.takeServerAway();
            proxy.cutAll();
          },
          bringBack: async () => {
            const back = new URL(await bringServer());
            back.pathname = '/restarted';
            proxy.leadTo(back.href);
          },
        }),
      );
    }
    return found;
  } finally {
    await replica.kill();
    await proxy.close();
    await hub.close();
  }
}
