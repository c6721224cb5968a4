/**
 * Builds the console into `console/dist`, with brotli and gzip beside each file. Run by `scripts/prepare.mjs` when the
 * sources changed; by hand: `npm run build -w console`.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = dirname(fileURLToPath(import.meta.url));
await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });

const page = readFileSync(join(root, 'dist', 'index.html'), 'utf8');
let script = 0;
const assets = join(root, 'dist', 'assets');
for (const name of readdirSync(assets)) {
  const path = join(assets, name);
  if (!/\.(?:js|css|svg)$/.test(name) || !statSync(path).isFile()) continue;
  const body = readFileSync(path);
  const gzip = gzipSync(body, { level: 9 });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
  );
  if (name.endsWith('.js') && page.includes(name)) script += gzip.length;
}
console.log(`  first JavaScript: ${(script / 1000).toFixed(1)} kB gzip`);
