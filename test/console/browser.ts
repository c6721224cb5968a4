import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { TestApp } from '../support/app.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The machine's Chromium; null: none, which is said once and is an error where REQUIRE_BROWSER=true. */
export function findBrowser(): string | null {
  const given = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = given
    ? [given]
    : NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).filter((path) => existsSync(path));
  const [path] = found;
  if (path !== undefined) return path;
  if (process.env['REQUIRE_BROWSER'] === 'true')
    throw new Error(
      'REQUIRE_BROWSER=true, and there is no Chromium: install one, or name it in CHROMIUM_PATH.',
    );
  process.stderr.write(
    '\nNo Chromium was found (CHROMIUM_PATH): the tests of the console in a browser are skipped.\n',
  );
  return null;
}

export async function openBrowser(path: string, furtherArguments: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: [...ARGUMENTS, ...furtherArguments] });
}

/** A page that notes whatever the browser complains of: mistakes, refused policies, failed requests. */
export async function openPage(
  browser: Browser,
  app: { url: string },
  options: { width?: number; height?: number; colorScheme?: 'light' | 'dark' } = {},
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const { width = 1440, height = 900, colorScheme = 'light' } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, baseURL: app.url });
  // Below a test's own limit, so that it is said what was waited for.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser itself reports every answer of 4xx; a 409 is what the test is about.
    const isRefusal = /status of 409/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  return { page, context, complaints };
}

/** Images with an approved tag and tags that wait, through the service's own checks; a push `everyMs`. */
export async function fill(
  app: TestApp,
  images: readonly { name: string; approved: string; waiting: readonly string[] }[],
  everyMs = 60_000,
): Promise<void> {
  let at = Date.now() - 40 * 86_400_000;
  const next = (): number => (at += everyMs);
  for (const { name, approved, waiting } of images) {
    app.hub.push(name, approved, { at: next() });
    const { body } = await app.api('POST', '/images', {
      image_name: name,
      approval_status: 'approved',
      request_policy: 'all',
      baseline: true,
    });
    const { id } = body.image as { id: number };
    await app.api('POST', `/images/${id}/check`, {});
    await app.api('POST', `/images/${id}/tags`, { tag: approved });
    for (const tag of waiting) app.hub.push(name, tag, { at: next() });
    await app.api('POST', `/images/${id}/check`, {});
  }
}

export const pendingOf = async (app: TestApp): Promise<number> =>
  ((await app.api('GET', '/images/approval-requests?status=pending&limit=1')).body as { total: number })
    .total;
