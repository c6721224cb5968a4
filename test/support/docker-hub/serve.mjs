/**
 * The stand-in Docker Hub as a process of its own: `node test/support/docker-hub/serve.mjs [port]` prints its
 * address; `control.ts` says which addresses push tags and order faults.
 */
import './type-stripping.mjs';

const { startDockerHub } = await import('./docker-hub.ts');
const hub = await startDockerHub({ port: Number(process.argv[2] ?? 0) });
console.log(`The stand-in Docker Hub listens on ${hub.url}`);
// Told to whoever started it as a child process.
process.send?.({ url: hub.url });
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void hub.close().then(() => process.exit(0)));
process.once('disconnect', () => process.exit(0));
