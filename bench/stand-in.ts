import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The stand-in Docker Hub in a process of its own, so that its CPU is not ours. */
export interface StandIn {
  url: string;
  control(action: string, body?: unknown): Promise<unknown>;
  /** How many requests came since the last look. */
  takeCount(): Promise<number>;
  /** When requests came since the last look, in milliseconds. */
  takeTimes(): Promise<number[]>;
  close(): void;
}

export async function startStandIn(): Promise<StandIn> {
  const child = fork(fileURLToPath(new URL('../test/support/docker-hub/serve.mjs', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  const call = async (method: string, action: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/_control/${action}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const take = async (): Promise<{ at: number }[]> => {
    const requests = (await call('GET', 'requests')) as { at: number }[];
    await call('DELETE', 'requests');
    return requests;
  };
  await call('POST', 'options', { rateLimit: { anonymous: 1e6, authenticated: 1e6, enforce: false } });
  return {
    url,
    control: (action, body = {}) => call('POST', action, body),
    takeCount: async () => (await take()).length,
    takeTimes: async () => (await take()).map((request) => request.at),
    close: () => child.disconnect(),
  };
}

/** The images of the figures to reach: 1,000 in 60 namespaces, 178 of them in `library`. */
export async function seedThousand(hub: StandIn, tags: number): Promise<string[]> {
  const official = (await hub.control('seed', { repositories: 178, tags })) as string[];
  const namespaces = Array.from({ length: 59 }, (_, i) => `ns${i}`);
  const others = (await hub.control('seed', { repositories: 822, tags, namespaces })) as string[];
  return [...official, ...others];
}
