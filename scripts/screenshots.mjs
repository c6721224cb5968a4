/**
 * `npm run screenshots`: the README's pictures, taken from a running demo (`npm run demo`, or CONSOLE_URL) with the
 * machine's Chromium, into docs/.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

const address = process.env.CONSOLE_URL ?? 'http://localhost:4002';
const PICTURES = [
  { name: 'console-light', width: 1280, height: 800, colorScheme: 'light' },
  {
    name: 'console-dark',
    width: 1280,
    height: 800,
    colorScheme: 'dark',
    keys: ['j', 'j', 'x', 'j', 'x', 'j'],
  },
  { name: 'console-phone', width: 390, height: 760, colorScheme: 'light' },
];

await prepare();
const { chromium } = await import('playwright-core');
const folders = (process.env.PATH ?? '').split(':');
const executablePath =
  process.env.CHROMIUM_PATH ??
  ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
if (!executablePath) throw new Error('There is no Chromium: install one, or name it in CHROMIUM_PATH.');
await fetch(`${address}/health/ready`).catch(() => {
  throw new Error(`Nothing answers on ${address}: start \`npm run demo\` first.`);
});
mkdirSync(join(root, 'docs'), { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
for (const { name, width, height, colorScheme, keys = [] } of PICTURES) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(`${address}/inbox`);
  await page.waitForSelector('[data-request]');
  await page.evaluate(() => document.fonts.ready);
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(root, 'docs', `${name}.png`) });
  await context.close();
  console.log(`docs/${name}.png`);
}
await browser.close();
