import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of the package, from the package.json above this file, wherever it was compiled to. */
export const VERSION = versionIn(folderOf('package.json'));

/** Which build this is: changes with every change of the sources. `development` where nothing was built. */
export const BUILD = buildIn(folderOf('.built-from'));

function folderOf(name: string): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function versionIn(folder: string | null): string {
  if (folder === null) return 'unknown';
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string };
  return manifest.version ?? 'unknown';
}

function buildIn(folder: string | null): string {
  return folder === null ? 'development' : readFileSync(join(folder, '.built-from'), 'utf8').slice(0, 12);
}
