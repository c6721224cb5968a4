import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import type { BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { NOW } from './steady.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const STORED = join(ROOT, 'test', 'console', 'pictures');
const SEEN = join(ROOT, '.cache', 'pictures');
const ACCEPT = 'UPDATE_PICTURES=true npm test -- test/console/pictures.spec.ts';
const isUpdate = process.env['UPDATE_PICTURES'] === 'true';

/** What lets one Chromium draw letters like another: no hinting by the system, no colour fringes, one language. */
export const STEADY_ARGUMENTS = [
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  '--lang=en-US',
];

/**
 * What is compared are the means of blocks of 8 px of the screen, which letters drawn by another build of the browser
 * hardly change. Means differ from this distance on (1: black and white), and in no square of 8 blocks may more of them:
 * heavier letters, or ones drawn 0.3 px further on, make it 1, a badge of another colour 4, all else that is wrong more.
 */
const BLOCK = 4;
const THRESHOLD = 0.06;
const WINDOW = 8;
export const MOST = 2;

/** A page that is still being drawn is looked at again for so long; after a first picture that differs, for a second. */
let patienceMs = 15_000;
const AGAIN_AFTER_MS = 150;

/** Colours are stored in steps of so much: half the bytes, and nothing that the comparison would see. */
const STEP = 4;
const STEPS = Buffer.from(Array.from({ length: 256 }, (_, i) => Math.min(255, Math.round(i / STEP) * STEP)));

/** What is on the screen at half its size, where the edges of letters weigh less. */
export async function shoot(page: Page): Promise<PNG> {
  return halfOf(await shotOf(page));
}

const shotOf = (page: Page): Promise<Buffer> => page.screenshot({ animations: 'disabled', caret: 'hide' });

function halfOf(bytes: Buffer): PNG {
  const shot = PNG.sync.read(bytes);
  const half = new PNG({ width: shot.width >> 1, height: shot.height >> 1 });
  const line = shot.width * 4;
  for (let y = 0, to = 0; y < half.height; y++)
    for (let x = 0; x < line; x += 8)
      for (let i = 2 * y * line + x, end = i + 4; i < end; i++)
        half.data[to++] = STEPS[meanOfFour(shot.data, i, line)] ?? 0;
  return half;
}

/** Of one channel: the pixel, the next one, and the two below them. */
const meanOfFour = (data: Buffer, i: number, line: number): number =>
  ((data[i] ?? 0) + (data[i + 4] ?? 0) + (data[i + line] ?? 0) + (data[i + line + 4] ?? 0)) >> 2;

/** How many blocks differ where most of them do. */
export function compare(stored: PNG, seen: PNG): number {
  if (seen.width !== stored.width || seen.height !== stored.height) return Infinity;
  const [one, other] = [meansOf(stored), meansOf(seen)];
  return pixelmatch(one.data, other.data, null, one.width, one.height, {
    threshold: THRESHOLD,
    windowSize: WINDOW,
    includeAA: true,
  });
}

function meansOf(png: PNG): PNG {
  const means = new PNG({ width: Math.ceil(png.width / BLOCK), height: Math.ceil(png.height / BLOCK) });
  const sums = new Float64Array(means.data.length);
  const counts = new Uint8Array(means.data.length);
  for (let y = 0, i = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      // Math.floor, a million times, takes a third of a second in jest's own globals.
      const to = (((y / BLOCK) | 0) * means.width + ((x / BLOCK) | 0)) * 4;
      for (let channel = to; channel < to + 4; channel++) {
        sums[channel] = (sums[channel] ?? 0) + (png.data[i++] ?? 0);
        counts[channel] = (counts[channel] ?? 0) + 1;
      }
    }
  sums.forEach((sum, i) => (means.data[i] = sum / (counts[i] || 1)));
  return means;
}

/** For a person to look at: what differs, in red. */
function differenceOf(stored: PNG, seen: PNG): PNG {
  const { width, height } = stored;
  if (seen.width !== width || seen.height !== height) return seen;
  const difference = new PNG({ width, height });
  pixelmatch(stored.data, seen.data, difference.data, width, height);
  return difference;
}

export const storedPicture = (name: string): PNG | null => {
  try {
    return PNG.sync.read(readFileSync(join(STORED, `${name}.png`)));
  } catch {
    return null;
  }
};

function write(folder: string, name: string, png: PNG): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  // Flat colours need no filter: a quarter smaller than with one.
  writeFileSync(
    path,
    PNG.sync.write(png, { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 }),
  );
  return relative(ROOT, path);
}

/** null: the screen looks as stored; else what is to be done. Accepts the screen instead where that is asked for. */
export async function differenceFrom(name: string, page: Page, mayUpdate = true): Promise<string | null> {
  const stored = storedPicture(name);
  let before: Buffer | undefined;
  for (const until = Date.now() + patienceMs; ; await page.waitForTimeout(AGAIN_AFTER_MS)) {
    const shot = await shotOf(page);
    if (before?.equals(shot) && Date.now() < until) continue;
    before = shot;
    const seen = halfOf(shot);
    const most = stored ? compare(stored, seen) : Infinity;
    if (most <= MOST) {
      for (const kind of ['', '-difference']) rmSync(join(SEEN, `${name}${kind}.png`), { force: true });
      return null;
    }
    if (stored && Date.now() < until) continue;
    patienceMs = 1_000;
    if (isUpdate && mayUpdate) {
      write(STORED, name, await unchanging(page));
      return null;
    }
    const where = write(SEEN, name, seen);
    if (!stored) return `${name}: nothing is stored. It looks like ${where}; accept it: ${ACCEPT}`;
    write(SEEN, `${name}-difference`, differenceOf(stored, seen));
    return `${name}: ${most} blocks differ in one place. See ${where} and ${name}-difference.png beside it; accept it: ${ACCEPT}`;
  }
}

/** The screen as soon as it has been the same for a second. */
async function unchanging(page: Page): Promise<PNG> {
  for (let before = await shoot(page), since = Date.now(); ;) {
    await page.waitForTimeout(AGAIN_AFTER_MS);
    const seen = await shoot(page);
    if (!before.data.equals(seen.data)) since = Date.now();
    else if (Date.now() - since > 1_000) return seen;
    before = seen;
  }
}

const { resolve } = createRequire(import.meta.url);
/**
 * The package's fonts are Latin; what the pseudo-languages put on the letters would come from whatever fonts a machine
 * has. Here it comes from the same families, and a test asks the browser that no other is used.
 */
const FURTHER_LETTERS = [
  { family: 'Inter Variable', weights: '100 900', file: 'inter' },
  { family: 'JetBrains Mono Variable', weights: '100 800', file: 'jetbrains-mono' },
].map(({ family, weights, file }) => ({
  path: resolve(`@fontsource-variable/${file}/files/${file}-latin-ext-wght-normal.woff2`),
  name: `further-${file}.woff2`,
  css: `@font-face { font-family: '${family}'; font-weight: ${weights}; src: url(./further-${file}.woff2);
    unicode-range: U+0100-0130, U+0132-0151, U+0154-02BA, U+1E00-1E9F; }`,
}));

/** Time stands still, answers are steady, and every letter is drawn with the package's families. */
export async function makeSteady(
  context: BrowserContext,
  rule: (json: string) => string,
  session: () => object | null = () => null,
): Promise<void> {
  await context.clock.setFixedTime(NOW);
  await context.route(/\/(?:api\/v1|platform-api\/ims)\/(?!events\b)/, async (route) => {
    const instead = /\/session$/.test(route.request().url()) ? session() : null;
    if (instead) return route.fulfill({ status: 401, json: instead });
    const response = await route.fetch();
    const isJson = /json/.test(response.headers()['content-type'] ?? '');
    return route.fulfill(isJson ? { response, body: rule(await response.text()) } : { response });
  });
  await context.route('**/*.css', async (route) => {
    const response = await route.fetch();
    const body = [await response.text(), ...FURTHER_LETTERS.map((one) => one.css)].join('\n');
    return route.fulfill({ response, body });
  });
  for (const { name, path } of FURTHER_LETTERS)
    await context.route(`**/${name}`, (route) => route.fulfill({ path, contentType: 'font/woff2' }));
}
