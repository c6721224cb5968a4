/// <reference lib="dom" />
import { afterAll, beforeAll } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import {
  fill,
  hasFailed,
  keepPages,
  openBrowser,
  violationsOf,
  type KeptPages,
  type OpenPage,
} from './browser.js';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that a width can break: what a narrow screen hides takes names, focus and headings with it. */
const RULES_OF_WIDTH = [
  'target-size',
  'scrollable-region-focusable',
  'button-name',
  'link-name',
  'aria-hidden-focus',
  'page-has-heading-one',
  'color-contrast',
];
const RULES_OF_COLOUR = ['color-contrast'];
/**
 * Three widths, both themes. A state is made once and looked at six times. All rules look at a screen in every layout; at
 * a state of one they look once, then those that a width can break, and in the other theme the one that colours can.
 */
const LOOKS = [
  { width: 1440, colorScheme: 'light', ofScreen: RULES, ofState: RULES },
  { width: 1440, colorScheme: 'dark', ofScreen: RULES_OF_COLOUR, ofState: RULES_OF_COLOUR },
  { width: 960, colorScheme: 'dark', ofScreen: RULES, ofState: RULES_OF_WIDTH },
  { width: 960, colorScheme: 'light', ofScreen: RULES_OF_COLOUR, ofState: RULES_OF_COLOUR },
  { width: 390, colorScheme: 'light', ofScreen: RULES, ofState: RULES_OF_WIDTH },
  { width: 390, colorScheme: 'dark', ofScreen: RULES, ofState: RULES_OF_COLOUR },
] as const;
export const WIDTHS = [...new Set(LOOKS.map((look) => look.width))];
/** Two busy cores take their time; what is waited for says so itself. */
export const TIMEOUT_MS = 120_000;

export interface State {
  name: string;
  at: string;
  /** What says that the state is there. */
  sign: string;
  /** What the browser is told before it comes. */
  before?: (page: Page) => Promise<unknown>;
  /** What is done after it came. */
  after?: (page: Page) => Promise<unknown>;
  /** Escape, and a look elsewhere, leave nothing of what was done. */
  goesAway?: true;
}

export interface Looked {
  app: TestApp;
  /** A page that was loaded for it. */
  load: (state: State, locale?: string) => Promise<OpenPage>;
  /** A page that walked there where it could: one that is loaded takes three times the CPU, and axe in it starts cold. */
  reach: (state: State, locale?: string) => Promise<OpenPage>;
}

/** For the tests of a block one browser and one service, with some of everything to look at. */
export function serveLooks(): Looked {
  let browser: Browser;
  let pages: KeptPages;
  const looked = { load, reach } as Looked;
  beforeAll(async () => {
    browser = await openBrowser();
    const app = await startApp();
    looked.app = app;
    // Below a test's own limit, so that it is said what was waited for.
    pages = keepPages(browser, app, TIMEOUT_MS / 2);
    await fill(app, [
      { name: 'redis', approved: '7.4.1', waiting: ['7.4.2', '7.4.3', '7.4.4', '8.0.0', '7.5.0-alpine'] },
      { name: 'grafana/grafana', approved: '12.0.0', waiting: ['12.1.0', `12.2.0-${'x'.repeat(90)}`] },
    ]);
    await app.api('POST', '/images/approval-requests/2/reject', { rejection_reason: 'not yet' });
    await app.addImage('nosuch/image');
    await app.api('POST', '/images/3/check', {});
  });
  afterAll(async () => {
    await browser?.close();
    await looked.app?.close();
  });

  async function load(state: State, locale = 'en-US'): Promise<OpenPage> {
    left.delete(locale);
    const opened = await pages.fresh(locale);
    const { page } = opened;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await state.before?.(page);
    await page.goto(state.at);
    await page.waitForSelector(state.sign);
    await state.after?.(page);
    return opened;
  }

  /** The pages, by language, in which only such states were as go away. */
  const left = new Map<string, OpenPage>();

  async function reach(state: State, locale = 'en-US'): Promise<OpenPage> {
    let opened = hasFailed() || state.before ? undefined : left.get(locale);
    if (opened) {
      left.delete(locale);
      await walk(opened.page, state.at);
      await opened.page.waitForSelector(state.sign);
      await state.after?.(opened.page);
    } else opened = await load(state, locale);
    if (!state.before && (!state.after || state.goesAway)) left.set(locale, opened);
    return opened;
  }

  return looked;
}

/** To an address as a link of the console leads there, by way of one that shows nothing of what was there before. */
async function walk(page: Page, at: string): Promise<void> {
  await show(page, 1440);
  while ((await page.locator('[role=dialog], [role=menu], .bulk-bar').count()) > 0) {
    await page.keyboard.press('Escape');
    await show(page, 1440);
  }
  for (const [to, sign] of [
    ['/nowhere', '#content > a[href=inbox]'],
    [at, '#content:not(:has(> a[href=inbox]))'],
  ] as const) {
    await page.evaluate((address) => history.pushState(null, '', address), to);
    await page.waitForSelector(sign);
  }
}

/** What axe finds in all looks, and where the page scrolls sideways. `part`: what is new in this state, after a first look. */
export async function findingsOf(page: Page, kind: 'ofScreen' | 'ofState', part?: string): Promise<string[]> {
  const findings: string[] = [];
  for (const look of LOOKS) {
    await show(page, look.width, 900, look.colorScheme);
    const found = await violationsOf(page, look[kind], look === LOOKS[0] ? undefined : part);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
      found.push('the page scrolls sideways');
    findings.push(...found.map((what) => `${look.width} ${look.colorScheme} ${what}`));
  }
  return findings;
}

export async function misplacedAt(page: Page, ...sizes: (readonly [number, number])[]): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height] of sizes) {
    await show(page, width, height);
    found.push(...(await misplaced(page)).map((what) => `${width} × ${height}: ${what}`));
  }
  return found;
}

/** Gives the page a size and a theme; two frames later whatever they moved is where it will be. */
async function show(
  page: Page,
  width: number,
  height = 900,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  const now = page.viewportSize();
  if (now?.width !== width || now.height !== height) await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}

/** More style, which the page's policy has no say in. */
export async function addStyle(page: Page, css: string): Promise<void> {
  await page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  }, css);
}

/**
 * What is not where it should be: a page that scrolls sideways, something outside of it, text that sticks out of its
 * button, neighbours that overlap. Pictures of screens would change with every font; this does not.
 */
export async function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) found.push(`the page scrolls sideways: ${scrollWidth}`);
    const nameOf = (node: Element): string =>
      `${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''} “${(node.textContent ?? '').slice(0, 40)}”`;
    const isShown = (node: Element): boolean =>
      node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      node.getBoundingClientRect().width > 0;
    for (const node of document.querySelectorAll(
      'button, a, input, select, h1, h2, h3, .badge, td, th, dd',
    )) {
      // What scrolls by itself, and what only assistive technology reads, may be wider.
      if (!isShown(node) || node.closest('.facets, .table-scroll, .sr, .skip')) continue;
      const box = node.getBoundingClientRect();
      if (box.left < -1 || box.right > innerWidth + 1) found.push(`outside: ${nameOf(node)}`);
      if (
        node.matches('button, a, .badge') &&
        node.scrollWidth > node.clientWidth + 2 &&
        node.clientWidth > 0
      )
        found.push(`sticks out: ${nameOf(node)}`);
    }
    for (const parent of document.querySelectorAll(
      '.row, .group, .page-head, .who, .foot-buttons, .plot-legend, .places, .detail-head, .bulk-bar',
    )) {
      const boxes = [...parent.children]
        .filter((node) => isShown(node) && getComputedStyle(node).position !== 'absolute')
        .map((node) => [node, node.getBoundingClientRect()] as const);
      boxes.forEach(([one, a], i) =>
        boxes.slice(i + 1).forEach(([other, b]) => {
          const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (across > 1 && down > 1) found.push(`overlap: ${nameOf(one)} and ${nameOf(other)}`);
        }),
      );
    }
    return [...new Set(found)];
  });
}
