import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';

/** A file of the built console as it leaves, in the three encodings that a browser may ask for. */
export interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | null;
  readonly gzip: Buffer | null;
  readonly etag: string;
}

/** The built console in memory (some 400 kB): the page as a text still to be finished, everything else as it is. */
export interface ConsoleFiles {
  readonly page: string;
  /** By path below the mount: `assets/index-3f2a.js`. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/**
 * Reads what `npm start` has built, or what the package brings, into `console/dist`; null where there is none, as when
 * only the service was compiled. Compressed forms lie beside the files, made at build time.
 */
export function readConsoleFiles(folder: string | null = consoleFolder()): ConsoleFiles | null {
  if (folder === null || !existsSync(join(folder, 'index.html'))) return null;
  const assets = new Map<string, ConsoleFile>();
  const names = readdirSync(join(folder, 'assets'), { recursive: true, withFileTypes: true });
  for (const entry of names) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = readFileSync(path);
    assets.set(relative(folder, path).split(sep).join('/'), {
      type,
      plain,
      br: readIfThere(`${path}.br`),
      gzip: readIfThere(`${path}.gz`),
      etag: etagOf(plain),
    });
  }
  return { page: readFileSync(join(folder, 'index.html'), 'utf8'), assets };
}

/** A strong validator of a body. */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** `console/dist` of this package, from its sources and from `dist/` alike; null where no package.json is above. */
function consoleFolder(): string | null {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'console', 'dist');
    if (dirname(folder) === folder) return null;
  }
}

function readIfThere(path: string): Buffer | null {
  return existsSync(path) ? readFileSync(path) : null;
}
