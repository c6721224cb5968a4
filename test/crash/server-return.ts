import { setTimeout as pause } from 'node:timers/promises';
import type { DockerHubStandIn } from '../support/docker-hub/docker-hub.js';

/** How soon after the server's return all is as before (SPEC 13). */
export const RETURN_MS = 2_000;
/** How long the server stays away: several beats and polls fail, so that whatever waits longer after each is found. */
const AWAY_MS = 3_000;

/** What a service needed after the database had come back, in milliseconds from its accepting connections. */
export interface ServerReturn {
  /** Until a read was answered 200. */
  readMs: number;
  /** Until Docker Hub was asked about an image that was due: it had been claimed. */
  claimedMs: number;
  /** Until the check of that image was written. */
  checkedMs: number;
  /** Answers while the database was away. */
  awayStatuses: number[];
}

/** Takes the database away from a service that watches one image, with the image due meanwhile, and times its return. */
export async function timeServerReturn(options: {
  hub: DockerHubStandIn;
  imageId: number;
  /** A statement on the database, while it is there. */
  query: (sql: string) => Promise<unknown>;
  api: (path: string) => Promise<{ status: number; total: number }>;
  takeAway: () => Promise<void>;
  bringBack: () => Promise<void>;
}): Promise<ServerReturn> {
  const { hub, imageId, api } = options;
  const before = (await api(`/images/${imageId}/checks`)).total;
  await options.query(
    `UPDATE images SET next_check_at = now() + interval '1 second', check_itself = true WHERE id = ${imageId}`,
  );
  const awaySince = performance.now();
  await options.takeAway();
  const awayStatuses: number[] = [];
  while (performance.now() - awaySince < AWAY_MS) {
    awayStatuses.push((await api('/images/approval-requests')).status);
    await pause(100);
  }
  const askedAt: number[] = [];
  const stopListening = hub.onRequest(() => void askedAt.push(performance.now()));
  await options.bringBack();
  const returnedAt = performance.now();
  const untilTrue = async (is: () => Promise<boolean>): Promise<number> => {
    while (!(await is()) && performance.now() - returnedAt < 30_000) await pause(10);
    return Math.round(performance.now() - returnedAt);
  };
  const readMs = await untilTrue(async () => (await api('/images/approval-requests')).status === 200);
  const checkedMs = await untilTrue(async () => (await api(`/images/${imageId}/checks`)).total > before);
  stopListening();
  return { readMs, claimedMs: Math.round((askedAt[0] ?? Infinity) - returnedAt), checkedMs, awayStatuses };
}
