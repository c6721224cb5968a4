/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import type axe from 'axe-core';
import { errors, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { startCuttableProxy, type CuttableProxy } from '../support/cuttable-proxy.js';
import { findBrowser, openBrowser } from './chromium.js';

export { findBrowser, openBrowser };

/** A block of tests in a browser, skipped where there is none. */
export const inBrowser: typeof describe.skip = findBrowser() === null ? describe.skip : describe;

export interface OpenPage {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

/** A page that notes whatever the browser complains of: mistakes, refused policies, failed requests. */
export async function openPage(
  browser: Browser,
  app: { url: string },
  options: { locale?: string; patienceMs?: number } = {},
): Promise<OpenPage> {
  // Below a test's own limit, so that it is said what was waited for.
  const { locale, patienceMs = 20_000 } = options;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale,
    baseURL: app.url,
  });
  const page = await context.newPage();
  waitEagerly(page, patienceMs);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser itself reports every answer of 4xx; these are what the test is about.
    const isRefusal = /status of (409|429)/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  return { page, context, complaints };
}

/** Where it may wait for longer than this, Playwright looks for an element only twice a second; else each 100 ms. */
const OFTEN_MS = 2_400;
const patienceOf = new WeakMap<Page, number>();

type WaitFor = (this: Locator, options?: Parameters<Locator['waitFor']>[0]) => Promise<void>;

/** The page's default time-out, with waits for elements that end soon after they may. */
export function waitEagerly(page: Page, patienceMs: number): void {
  page.setDefaultTimeout(patienceMs);
  patienceOf.set(page, patienceMs);
  const locators = Object.getPrototypeOf(page.locator('*')) as { waitFor: WaitFor & { isEager?: true } };
  if (locators.waitFor.isEager) return;
  const wait = locators.waitFor;
  locators.waitFor = Object.assign(
    async function (this: Locator, options = {}) {
      const whole = options.timeout ?? patienceOf.get(this.page()) ?? OFTEN_MS;
      for (let leftMs = whole; ; leftMs -= OFTEN_MS)
        try {
          return await wait.call(this, { ...options, timeout: Math.min(OFTEN_MS, leftMs) });
        } catch (error) {
          if (!(error instanceof errors.TimeoutError) || leftMs <= OFTEN_MS) throw error;
        }
    } satisfies WaitFor,
    { isEager: true as const },
  );
}

/** Whether a test of this file has failed (`environment.js`). */
export const hasFailed = (): boolean => (globalThis as { hasFailedTest?: boolean }).hasFailedTest === true;

export interface KeptPages {
  /** A page as nobody has used it yet. */
  fresh(locale?: string): Promise<OpenPage>;
  /** Leaves what they show, and closes all other pages of the browser. */
  rest(): Promise<void>;
}

/**
 * One page for each language, used again: the first load in a process of the browser takes three times the CPU of the next
 * ones. After a failure every test gets a new one, so that one failure is not two.
 */
export function keepPages(browser: Browser, app: { url: string }, patienceMs?: number): KeptPages {
  const kept = new Map<string, OpenPage & { isAtRest?: boolean }>();
  const isUsable = ({ page }: OpenPage): boolean => !page.isClosed() && !hasFailed();
  return {
    fresh: async (locale = 'en-US') => {
      const used = kept.get(locale);
      if (used && isUsable(used)) {
        if (!used.isAtRest) await clear(used);
        used.isAtRest = false;
        return used;
      }
      await used?.context.close();
      const opened = await openPage(browser, app, { locale, patienceMs });
      kept.set(locale, opened);
      return opened;
    },
    rest: async () => {
      for (const [locale, opened] of kept) {
        if (!isUsable(opened)) kept.delete(locale);
        else if (!opened.isAtRest) await clear(opened);
        opened.isAtRest = true;
      }
      const usable = [...kept.values()];
      for (const context of browser.contexts())
        if (!usable.some((opened) => opened.context === context)) await context.close();
    },
  };
}

/** Takes away what a test can leave behind, but for init scripts. */
async function clear({ page, context, complaints }: OpenPage): Promise<void> {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await context.setOffline(false);
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.evaluate(() => location.protocol === 'http:' && localStorage.clear());
  // A page of the same service: an empty one would end the process, and with it what that has compiled.
  await page.goto('/health/live');
  await context.clearCookies();
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', forcedColors: null, reducedMotion: null });
  // Nothing is hovered over.
  await page.mouse.move(-1, -1);
  complaints.splice(0);
}

export interface Served {
  browser: Browser;
  app: TestApp;
  pages: KeptPages;
  /** The address of the pages leads to the test's own service, or for the rest of the test to another one. */
  leadTo(url: string): void;
}

/** For the tests of a block one browser, and for each of them a service of its own; the pages know it by one address. */
export function serveEachTest(): Served {
  const served = {} as Served;
  let door: CuttableProxy | undefined;
  beforeAll(async () => {
    served.browser = await openBrowser();
    const proxy = await startCuttableProxy('http://127.0.0.1');
    door = proxy;
    served.leadTo = (url) => proxy.leadTo(url);
    served.pages = keepPages(served.browser, { url: proxy.url.replace(/\/$/, '') });
  });
  beforeEach(async () => {
    served.app = await startApp();
    served.leadTo(served.app.url);
  });
  afterEach(async () => {
    // Where the pages rest: a test may have ended what they were led to.
    served.leadTo(served.app.url);
    await served.pages.rest().finally(() => served.app.close());
  });
  afterAll(async () => {
    await served.browser?.close();
    await door?.close();
  });
  return served;
}

/** As short as it comes: it is sent to the browser once for each page that is looked at. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, by tags or names of its rules. It is put into a page once (0.3 s); then a look takes 0.1 to 0.5 s. */
export async function violationsOf(
  page: Page,
  runOnly: readonly string[],
  within = 'html',
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return page.evaluate(
    async ([only, within]) => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(within, {
        runOnly: [...only],
        resultTypes: ['violations'],
        selectors: false,
        // The console has no frames, and nothing that plays.
        iframes: false,
        preload: false,
      });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary ?? ''}`);
    },
    [runOnly, within] as const,
  );
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
