/**
 * `npm run demo`: the service and its console against a stand-in Docker Hub with some forty images, which gets a new tag
 * every few seconds, so that one can watch it work without a network. It keeps its own database in `data/demo`; Ctrl-C stops all of it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { approvedPushes, demoImages, livePush, waitingPushes } from './demo-world.mjs';
import { prepare } from './prepare.mjs';

const PUSH_EVERY_MS = 7_000;
/** An image's own interval is a minute at least, so the demo asks for its checks itself. */
const CHECK_EVERY_MS = 10_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const port = process.env.PORT || '4002';
const api = `http://localhost:${port}/api/v1`;
const dataDir = join(root, 'data', 'demo');

/** Lines that get a new patch while one looks. */
const MOVING = [
  'redis 7.4',
  'postgres 17.2',
  'nginx 1.27',
  'node 22.11',
  'python 3.13',
  'grafana/grafana 12.0',
];
/** Patches of one run, far above those that waited from the start. */
const PATCHES_A_RUN = 20;

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
// Enough for forty images at once; a real start takes its time within 180 a minute.
await control('options', { rateLimit: { anonymous: 1_200, authenticated: 1_200, enforce: false } });
const now = Date.now();
await pushAll(approvedPushes(now));
// A later run finds its database as it was left: what waited then is on the registry from the start.
if (run > 1) await pushAll(waitingPushes(now));
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
    SEED_IMAGES: 'false',
    DOCKER_HUB_REQUESTS_PER_MINUTE: '1200',
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
  await fill();
  timers.push(setInterval(() => void attempt(push), PUSH_EVERY_MS));
  timers.push(setInterval(() => void attempt(check), CHECK_EVERY_MS));
  await attempt(push);
  await attempt(check);
}

/** A new patch of the next line, and the alias that publishers push with it. */
async function push() {
  const [image, line] = MOVING[pushes % MOVING.length].split(' ');
  const tag = `${line}.${run * PATCHES_A_RUN + Math.floor(pushes / MOVING.length)}`;
  pushes++;
  await control('push', { ...livePush(image, tag, Date.now()), aliases: [line] });
  say(`Pushed ${image}:${tag}`);
}

/** Watches the images, approves what they run, and lets the rest wait. */
async function fill() {
  const { total } = await ask('GET', '/images?limit=1');
  if (total > 0) return;
  say('Filling the database; some twenty seconds');
  const ids = new Map();
  for (const { image, category } of demoImages()) {
    const body = {
      image_name: image,
      category,
      approval_status: 'approved',
      request_policy: 'all',
      baseline: true,
    };
    ids.set(image, (await ask('POST', '/images', body)).image.id);
  }
  await until(async () => (await ask('GET', '/images?limit=500')).images.every((one) => one.last_checked_at));
  for (const { image, tag } of approvedPushes(now)) {
    if (!tag.includes('-rc')) await ask('POST', `/images/${ids.get(image)}/tags`, { tag });
  }
  await pushAll(waitingPushes(now));
  await ask('POST', '/images/monitor/trigger');
  await until(async () => (await ask('GET', '/images/monitor/status')).images_due === 0);
  say(
    `Open http://localhost:${port}/ and empty the inbox: J and K move, A approves, R rejects, ? shows all keys`,
  );
}

async function ask(method, path, body) {
  const response = await fetch(api + path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.detail}`);
  return answer;
}

async function until(isTrue) {
  for (let tries = 0; tries < 240 && !isStopping; tries++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function pushAll(pushes) {
  for (const push of pushes) await control('push', push);
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

/**
 * The stand-in forgets its tags when it stops and the database does not: each run has patches of its own. Counted beside
 * the database, so that who removes that begins anew.
 */
function nextRun() {
  const file = join(dataDir, 'runs');
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
