/**
 * `npm run demo`: the service against a stand-in Docker Hub that gets a new tag every few seconds, so that one can
 * watch it work without a network. It keeps its own database in `data/demo`; Ctrl-C stops all of it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const PUSH_EVERY_MS = 7_000;
/** An image's own interval is a minute at least, so the demo asks for its checks itself. */
const CHECK_EVERY_MS = 10_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const port = process.env.PORT || '4002';
const api = `http://localhost:${port}/api/v1`;
const dataDir = join(root, 'data', 'demo');

/** The nine starter images and the major version that the demo gives each of them. */
const IMAGES = {
  redis: 8,
  postgres: 18,
  nginx: 1,
  node: 24,
  python: 3,
  mysql: 9,
  mongo: 8,
  influxdb: 3,
  'grafana/grafana': 12,
};

const say = (sentence) => console.log(`[Demo] ${sentence}`);

await prepare();
const run = nextRun();

// In a process group of its own: it has to answer until the service has drained.
const registry = spawn(nodePath(), [join(root, 'test/support/docker-hub/serve.mjs')], {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  detached: true,
});
const [{ url: registryUrl }] = await Promise.race([
  once(registry, 'message'),
  once(registry, 'exit').then(() => Promise.reject(new Error('The stand-in Docker Hub did not start.'))),
]);
for (const [image, major] of Object.entries(IMAGES)) {
  // What was there before this run, so that the newest of it opens the first request.
  for (let patch = 0; patch < 20; patch++) {
    await control('push', { image, tag: `${major}.0.${patch}`, at: Date.now() - (40 - patch) * 86_400_000 });
  }
}
say(
  `A stand-in Docker Hub listens on ${registryUrl}; a new tag is pushed to it every ${PUSH_EVERY_MS / 1000} s.`,
);

const service = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    PORT: port,
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    DOCKER_HUB_URL: registryUrl,
    // Never the user's own database or account, whatever his environment or .env holds.
    DATABASE_URL: '',
    DOCKER_HUB_USERNAME: '',
    DOCKER_HUB_TOKEN: '',
    MONITOR_ENABLED: 'true',
    SEED_IMAGES: 'true',
    MIGRATE: 'true',
  },
});

let isStopping = false;
let pushes = 0;
let hasExplained = false;
const timers = [];

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    for (const timer of timers) clearInterval(timer);
    // Ctrl-C reaches the service from the terminal as well; it takes both for one.
    service.kill(signal);
  });
}
service.once('exit', (code) => {
  isStopping = true;
  for (const timer of timers) clearInterval(timer);
  registry.kill('SIGTERM');
  process.exitCode = code ?? 1;
});

if (await isReady()) {
  timers.push(setInterval(() => void attempt(push), PUSH_EVERY_MS));
  timers.push(setInterval(() => void attempt(check), CHECK_EVERY_MS));
  await attempt(push);
  await attempt(check);
}

/** A new version of the next image, and the aliases that publishers push with it. */
async function push() {
  const names = Object.keys(IMAGES);
  const image = names[pushes % names.length];
  const major = IMAGES[image];
  const tag = `${major}.${run}.${Math.floor(pushes / names.length)}`;
  pushes++;
  await control('push', { image, tag, aliases: [`${major}.${run}`, String(major), 'latest'] });
  say(`Pushed ${image}:${tag}`);
}

async function check() {
  await fetch(`${api}/images/monitor/trigger`, { method: 'POST' });
  if (hasExplained) return;
  const response = await fetch(`${api}/images/approval-requests?status=pending&limit=1`);
  const { approval_requests: requests } = await response.json();
  const request = requests?.[0];
  if (!request) return;
  hasExplained = true;
  say('Now decide, in another terminal:');
  for (const line of [
    `curl '${api}/images/approval-requests?status=pending'`,
    `curl -X POST ${api}/images/approval-requests/${request.id}/approve   # ${request.image_name}:${request.tag_name}`,
    `curl -X POST ${api}/images/approval-requests/${request.id}/reject -H 'content-type: application/json' -d '{"rejection_reason": "not yet"}'`,
    `curl ${api}/images/${request.image_id}   # with its approved tags`,
  ]) {
    console.log(`    ${line}`);
  }
}

/** True when the service answers, false when it ended before. */
async function isReady() {
  while (!isStopping) {
    try {
      const response = await fetch(`http://localhost:${port}/health/ready`, {
        signal: AbortSignal.timeout(2_000),
      });
      if (response.ok) return true;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
}

/** A step that fails is told and tried again at the next turn; the service may be busy or on its way out. */
async function attempt(step) {
  try {
    await step();
  } catch (error) {
    if (!isStopping) say(`That did not work: ${error?.cause?.code ?? error?.message}`);
  }
}

async function control(action, body) {
  const response = await fetch(`${registryUrl}/_control/${action}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** The stand-in forgets its tags when it stops and the database does not: each run has a minor version of its own. */
function nextRun() {
  const file = join(root, 'data', 'demo-runs');
  mkdirSync(dirname(file), { recursive: true });
  let before = 0;
  try {
    before = Number.parseInt(readFileSync(file, 'utf8'), 10) || 0;
  } catch {
    // The first run.
  }
  writeFileSync(file, `${before + 1}\n`);
  return before + 1;
}

/** Node 24 of the project, since it is the one that runs TypeScript as it is. */
function nodePath() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(root, 'node_modules', 'node', 'bin', name);
}
