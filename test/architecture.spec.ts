import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SETTINGS_TABLE } from '../src/config/settings.js';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

/** From the top of the house down: a room imports rooms above it, never one below. */
const ROOMS = [
  'domain',
  'config',
  'http',
  'database',
  'queue',
  'events',
  'audit',
  'auth',
  'images',
  'docker-hub',
  'approval-requests',
  'monitor',
  'webhooks',
  'health',
  'console',
];

/** Neighbours that do not know each other. */
const STRANGERS = [
  ['docker-hub', 'images'],
  ['http', 'database'],
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? [path] : [];
  });
}

/** `src/monitor/check-image.ts` is of the room `monitor`; a file of `src/` itself composes and is of none. */
function roomOf(path: string): string | null {
  const [room, rest] = relative(SRC, path).split('/');
  return rest === undefined ? null : (room ?? null);
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

const files = filesBelow(SRC);

describe('the house', () => {
  it('has no room that this plan does not know', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== null));
    expect([...rooms].filter((room) => !ROOMS.includes(room))).toEqual([]);
  });

  it('has arrows that only go up', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const from = roomOf(file);
      if (from === null) continue;
      for (const name of importsOf(file).filter((one) => one.startsWith('.'))) {
        const target = resolve(dirname(file), name.replace(/\.js$/, '.ts'));
        const to = roomOf(target);
        const isBelow = to !== null && to !== from && ROOMS.indexOf(to) > ROOMS.indexOf(from);
        const isStranger = STRANGERS.some(([a, b]) => (from === a && to === b) || (from === b && to === a));
        if (isBelow || isStranger || to === null) wrong.push(`${relative(ROOT, file)} → ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps its rules free of I/O: the domain imports nothing but itself and re2js', () => {
    const foreign = files
      .filter((file) => roomOf(file) === 'domain')
      .flatMap((file) => importsOf(file).filter((name) => !name.startsWith('./') && name !== 're2js'));
    expect(foreign).toEqual([]);
  });

  it('reads the environment in one place', () => {
    // Beside the settings: whether a terminal wants colours, what a child process inherits, where a test kills it.
    const readers = files.filter((file) => /process\.env/.test(readFileSync(file, 'utf8')));
    expect(readers.map((file) => relative(SRC, file)).sort()).toEqual([
      'cli.ts',
      'config/failpoint.ts',
      'config/service-logger.ts',
      'database/postmaster.ts',
      'main.ts',
    ]);
  });

  it('has migrations that import nothing of it, so that they mean the same for ever', () => {
    const foreign = filesBelow(join(ROOT, 'migrations')).flatMap((file) =>
      importsOf(file).filter((name) => name.includes('/src/')),
    );
    expect(foreign).toEqual([]);
  });

  it('re-exports in index.ts only', () => {
    const barrels = files.filter(
      (file) =>
        relative(SRC, file) !== 'index.ts' &&
        /^export (?:\*|\{[^}]*\}) from/m.test(readFileSync(file, 'utf8')),
    );
    // The embedded database's error is thrown by the file next to it.
    expect(barrels.map((file) => relative(SRC, file))).toEqual(['database/embedded-postgres.ts']);
  });
});

describe('the README', () => {
  it('has every setting in its table', () => {
    const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const missing = Object.values(SETTINGS_TABLE)
      .map((setting) => setting.variable)
      .filter((variable) => !text.includes(`\`${variable}\``));
    expect(missing).toEqual([]);
  });
});
