/**
 * The database room and the migrations as plain JavaScript, for what runs outside jest: its global set-up and the child
 * processes of crash tests. Not `dist/`, so that a type error anywhere stops the tests of that place alone, and jest
 * can be run by itself on what stands in the editor.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import jestConfig from '../../jest.config.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Compiles `src/` and `migrations/` with jest's own settings and answers the folder they are in; about 0.1 s. */
export async function compileSources() {
  const [, options] = Object.values(jestConfig.transform)[0];
  // A run of its own each time: another jest may be reading what it compiled.
  const target = join(root, '.cache', 'compiled-for-tests', String(process.pid));
  const aside = `${target}.new`;
  await rm(aside, { recursive: true, force: true });
  for (const folder of ['src', 'migrations']) {
    const names = await readdir(join(root, folder), { recursive: true });
    await Promise.all(
      names
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
        .map(async (name) => {
          const file = join(aside, folder, name.replace(/\.ts$/, '.js'));
          const source = await readFile(join(root, folder, name), 'utf8');
          const { code } = await transform(source, { ...options, filename: name, swcrc: false });
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, code);
        }),
    );
  }
  await rm(target, { recursive: true, force: true });
  await rename(aside, target);
  return target;
}
