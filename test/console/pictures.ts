import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { BrowserContext, Page } from 'playwright-core';
import type { Answer, Question } from './pixels.js';
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
 * So many blocks of 8 px may differ in one place: heavier letters, or ones drawn 0.3 px further on, make it 1, a badge of
 * another colour 4, all else that is wrong more.
 */
export const MOST = 2;

/** A page that is still being drawn is looked at again for so long; after a first picture that differs, for a second. */
let patienceMs = 15_000;
const AGAIN_AFTER_MS = 150;

let thread: Worker | undefined;

/** One question at a time. */
async function ask(question: Question): Promise<Answer> {
  thread ??= new Worker(new URL('./pixels.ts', import.meta.url)).on('exit', () => (thread = undefined));
  thread.postMessage(question);
  const [answer] = (await once(thread, 'message')) as [Answer];
  return answer;
}

/** Ends the thread in which pictures are compared. */
export const closePictures = async (): Promise<unknown> => thread?.terminate();

const shotOf = (page: Page): Promise<Buffer> => page.screenshot({ animations: 'disabled', caret: 'hide' });
const storedAt = (name: string): string => join(STORED, `${name}.png`);

/** How many blocks differ from a stored picture where most of them do; Infinity: there is none, or of another size. */
export async function blocksFrom(name: string, page: Page): Promise<number> {
  return (await ask({ what: 'compare', shot: await shotOf(page), stored: storedAt(name) })) ?? Infinity;
}

/** null: the screen looks as stored; else what is to be done. Accepts the screen instead where that is asked for. */
export async function differenceFrom(name: string, page: Page, mayUpdate = true): Promise<string | null> {
  const stored = storedAt(name);
  const [seen, difference] = ['', '-difference'].map((kind) => join(SEEN, `${name}${kind}.png`)) as [
    string,
    string,
  ];
  let before: Buffer | undefined;
  for (const until = Date.now() + patienceMs; ; await page.waitForTimeout(AGAIN_AFTER_MS)) {
    const shot = await shotOf(page);
    if (before?.equals(shot) && Date.now() < until) continue;
    before = shot;
    const most = (await ask({ what: 'compare', shot, stored })) ?? Infinity;
    if (most <= MOST) {
      for (const path of [seen, difference]) rmSync(path, { force: true });
      return null;
    }
    const isAlike = Number.isFinite(most);
    if (isAlike && Date.now() < until) continue;
    patienceMs = 1_000;
    if (isUpdate && mayUpdate) {
      await ask({ what: 'store', shot: await unchanging(page), stored });
      return null;
    }
    await ask({ what: 'show', shot, stored, seen, difference });
    const where = relative(ROOT, seen);
    return isAlike
      ? `${name}: ${most} blocks differ in one place. See ${where} and ${name}-difference.png beside it; accept it: ${ACCEPT}`
      : `${name}: nothing of that size is stored. It looks like ${where}; accept it: ${ACCEPT}`;
  }
}

/** The screen as soon as it has been the same for a second. */
async function unchanging(page: Page): Promise<Buffer> {
  for (let before = await shotOf(page), since = Date.now(); ;) {
    await page.waitForTimeout(AGAIN_AFTER_MS);
    const shot = await shotOf(page);
    if (!before.equals(shot)) since = Date.now();
    else if (Date.now() - since > 1_000) return shot;
    before = shot;
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
