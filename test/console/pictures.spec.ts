/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { fill, inBrowser, openBrowser, waitEagerly } from './browser.js';
import { MOUNT, startHost } from './host.js';
import { blocksFrom, closePictures, differenceFrom, makeSteady, MOST, STEADY_ARGUMENTS } from './pictures.js';
import { steady } from './steady.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Two busy cores take their time; what is waited for says so itself. */
const TIMEOUT_MS = 240_000;

interface Screen {
  name: string;
  at: string;
  /** What is there when the last answer has come. */
  sign: string;
  /** Of a wide window; what is longer than a window is looked at whole. */
  height?: number;
}

const SCREENS: readonly Screen[] = [
  { name: 'inbox', at: '/inbox', sign: '.facets .dot-major' },
  { name: 'request', at: '/requests/$7.5.0', sign: '.comparison' },
  { name: 'images', at: '/images', sign: '.images-table' },
  { name: 'image', at: '/images/1', sign: '.plain-table .state', height: 1600 },
  { name: 'monitor', at: '/monitor', sign: '.two-columns table', height: 1400 },
  { name: 'audit', at: '/audit', sign: '.audit-table tbody tr' },
  { name: 'sign-in', at: '/sign-in', sign: 'input[type=password]' },
];
const LOOKS = {
  'en-US': [
    { look: 'light', width: 1440, colorScheme: 'light' },
    { look: 'dark', width: 1440, colorScheme: 'dark' },
    { look: 'phone', width: 390, colorScheme: 'light' },
  ],
  'en-XA': [{ look: 'pseudo', width: 1440, colorScheme: 'light' }],
  'ar-XB': [{ look: 'rtl', width: 1440, colorScheme: 'light' }],
} as const;
type Locale = keyof typeof LOOKS;

describe('answers made steady', () => {
  /** Part of an answer at some time of the clock, of data that came so many ms before. */
  const answered = (cameAt: number, ago: number): string =>
    JSON.stringify({
      pushed_at: new Date(cameAt - 3 * DAY_MS + ago).toISOString(),
      approved: { approved_at: new Date(cameAt + ago).toISOString().replace('Z', '000+00:00') },
      days: [{ day: new Date(cameAt - 2 * DAY_MS).toISOString().slice(0, 10), opened: 3 }],
      tag: '2026.03.12',
      size_bytes: 17,
    });

  it('are the same whenever the data came, and however long it took', () => {
    const cameAt = Date.parse('2026-11-29T23:58:11.123Z');
    const one = steady(answered(cameAt, 40), cameAt);
    for (const later of [1, 61_000, 5 * HOUR_MS, 40 * DAY_MS + 7])
      expect(steady(answered(cameAt + later, 9_000), cameAt + later)).toBe(one);
    expect(JSON.parse(one)).toEqual({
      pushed_at: '2026-03-09T10:00:00.000Z',
      approved: { approved_at: '2026-03-12T10:00:00.000Z' },
      days: [{ day: '2026-03-10', opened: 3 }],
      tag: '2026.03.12',
      size_bytes: 17,
    });
  });

  it('name neither the process nor the second that answered', () => {
    const status = { nextCheckIn: 3_803_796, images_watched: 4, replicas: [{ name: 'a-machine:4711' }] };
    const said = JSON.parse(steady(JSON.stringify(status), Date.now()));
    expect(said).toMatchObject({ nextCheckIn: 720_000, images_watched: 4, running: true });
    expect(said.replicas).toHaveLength(1);
    expect(said.replicas[0].name).toBe('monitor-1:17');
  });
});

inBrowser('every screen looks as stored', () => {
  let browser: Browser;
  let app: TestApp;
  let cameAt: number;
  let requests: Map<string, number>;
  let isSignedOut = false;

  beforeAll(async () => {
    browser = await openBrowser(undefined, STEADY_ARGUMENTS);
    app = await startApp();
    // Days are counted in UTC: all of the data comes on one.
    const untilMidnightMs = DAY_MS - (Date.now() % DAY_MS);
    if (untilMidnightMs < 60_000) await new Promise((resolve) => setTimeout(resolve, untilMidnightMs));
    cameAt = Date.now();
    requests = await bringData(app);
  }, TIMEOUT_MS);
  afterAll(async () => {
    for (const page of opened.values()) await close(page.context());
    await browser?.close();
    await app?.close();
    await closePictures();
  });

  /** How the answers are made steady; a test may have them made so otherwise. */
  const asTheyCame = (json: string): string => steady(json, cameAt);
  let rule = asTheyCame;

  /** A context starts a process, which takes longer for its first pages than for the next ones. */
  const opened = new Map<string, Page>();
  const open = async (locale: Locale): Promise<Page> => {
    const page = opened.get(locale) ?? (await openAt(app.url, locale)).page;
    opened.set(locale, page);
    return page;
  };

  async function openAt(url: string, locale: Locale): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      baseURL: url,
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
      locale,
    });
    await makeSteady(
      context,
      (json) => rule(json),
      () => (isSignedOut ? { status: 401, detail: 'Say who you are.' } : null),
    );
    const page = await context.newPage();
    waitEagerly(page, TIMEOUT_MS / 4);
    return { context, page };
  }

  /** A read that is still on its way when its page goes is nobody's failure. */
  async function close(context: BrowserContext): Promise<void> {
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  }

  async function show(page: Page, screen: Screen, mount = ''): Promise<void> {
    isSignedOut = screen.name === 'sign-in';
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: screen.height ?? 900 });
    await page.goto(mount + screen.at.replace(/\$(.*)/, (_, tag: string) => String(requests.get(tag))));
    await page.waitForSelector(screen.sign);
    if (!isSignedOut) await page.waitForSelector('.live-live');
    await page.evaluate(() => document.fonts.ready);
  }

  const screenOf = (name: string): Screen => {
    const found = SCREENS.find((screen) => screen.name === name);
    if (!found) throw new Error(`There is no screen ${name}.`);
    return found;
  };

  it.each(Object.keys(LOOKS) as Locale[])(
    'in the language %s',
    async (locale) => {
      const page = await open(locale);
      const found: (string | null)[] = [];
      for (const screen of SCREENS) {
        await show(page, screen);
        for (const { look, width, colorScheme } of LOOKS[locale]) {
          const height = width < 720 ? 844 : (screen.height ?? 900);
          await page.setViewportSize({ width, height });
          await page.emulateMedia({ colorScheme });
          found.push(await differenceFrom(`${screen.name}-${look}`, page));
        }
        found.push(...(await otherFonts(page)).map((what) => `${screen.name}: ${what}`));
      }
      expect(found.filter((one) => one !== null)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'at another hour',
    async () => {
      // As the service would have answered the same questions seven hours later.
      const later = (json: string): string =>
        json.replace(/"(\d{4}-\d\d-\d\dT[\d:.]+)(Z|\+00:00)"/g, (_, at: string) =>
          JSON.stringify(new Date(Date.parse(`${at}Z`) + 7 * HOUR_MS)),
        );
      rule = (json) => steady(later(json), cameAt + 7 * HOUR_MS);
      const page = await open('en-US');
      const found: (string | null)[] = [];
      for (const name of ['inbox', 'images', 'audit']) {
        await show(page, screenOf(name));
        found.push(await differenceFrom(`${name}-light`, page, false));
      }
      rule = asTheyCame;
      expect(found.filter((one) => one !== null)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'mounted in a host',
    async () => {
      const host = await startHost(app.database, app.hub, 'Express');
      try {
        const { context, page } = await openAt(host.url, 'en-US');
        await context.addCookies([{ name: 'person', value: 'rosa', url: host.url }]);
        await show(page, screenOf('inbox'), MOUNT);
        expect(new URL(page.url()).pathname).toBe(`${MOUNT}/inbox`);
        expect(await differenceFrom('inbox-light', page, false)).toBeNull();
        await close(context);
      } finally {
        await host.app.close();
      }
    },
    TIMEOUT_MS,
  );

  it(
    'and a fault is seen, unlike letters that are drawn a little otherwise',
    async () => {
      const page = await open('en-US');
      await show(page, screenOf('inbox'));
      expect(await differenceFrom('inbox-light', page, false)).toBeNull();
      const seen: Record<string, number> = {};
      for (const [what, css] of Object.entries({ ...FAULTS, ...HARMLESS })) {
        await page.evaluate((text) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(text);
          document.adoptedStyleSheets = [sheet];
        }, css);
        seen[what] = await blocksFrom('inbox-light', page);
      }
      const refused = Object.entries(seen).flatMap(([what, most]) => (most > MOST ? [what] : []));
      expect(refused).toEqual(Object.keys(FAULTS));
    },
    TIMEOUT_MS,
  );
});

const FAULTS = {
  'a button 12 px off': '.button-approve { translate: 12px 0 }',
  'a badge of another colour': '.badge-minor { color: light-dark(#9a3b00, #ffb27d) !important }',
  'a larger heading': 'h1 { font-size: 22px !important }',
  'a taller row': '.row { min-block-size: 48px !important }',
  'a text that is too pale': '.dim { color: #a3a6ad !important }',
};

/** As other builds, or other settings of the machine for fonts, may draw the same page. */
const HARMLESS = {
  'letters a little heavier': '* { -webkit-text-stroke: 0.15px }',
  'letters elsewhere between two pixels': '.frame { translate: 0.3px 0.3px }',
  'letters a little wider': '* { letter-spacing: 0.01px }',
};

/** Four images in lines with all kinds of change, and some of it decided; answers the requests by their tags. */
async function bringData(app: TestApp): Promise<Map<string, number>> {
  await fill(
    app,
    [
      {
        name: 'redis',
        approved: '7.4.1',
        waiting: ['7.4.2', '7.4.3', '7.4.4', '8.0.0', '7.4.1-alpine', '7.4.2-alpine'],
      },
      {
        name: 'grafana/grafana',
        approved: '12.0.0',
        waiting: ['12.0.1', '12.1.0', `12.2.0-${'x'.repeat(90)}`],
      },
      { name: 'postgres', approved: '17.2.2', waiting: ['17.2.3', '18.0.0'] },
    ],
    DAY_MS,
  );
  const at = Date.now() - 3 * DAY_MS;
  app.hub.push('postgres', '17.2.2', { at, sizeBytes: 14_000_000 });
  app.hub.push('redis', '7.5.0', { at: at + DAY_MS, platforms: ['linux/amd64'], sizeBytes: 18_000_000 });
  await app.addImage('nosuch/image', { category: 'tools' });
  for (const id of [1, 3, 4]) await app.api('POST', `/images/${id}/check`, {});
  const { body } = await app.api('GET', '/images/approval-requests?limit=100');
  const requests = new Map(
    (body.approval_requests as { id: number; tag_name: string }[]).map((one) => [one.tag_name, one.id]),
  );
  const decide = (tag: string, how: string, what: object = {}) =>
    app.api('POST', `/images/approval-requests/${requests.get(tag)}/${how}`, what);
  await decide('12.0.1', 'reject', { rejection_reason: 'not yet' });
  await decide('7.4.1-alpine', 'approve');
  await app.dataSource.transaction(async (tx) => {
    // Else the audit log would refuse to be older than it is.
    await tx.query(`SET LOCAL session_replication_role = replica`);
    await tx.query(
      `UPDATE image_monitor.audit_log
          SET occurred_at = occurred_at - ((SELECT max(id) FROM image_monitor.audit_log) - id) * interval '2 days'`,
    );
    await tx.query(
      `UPDATE image_approval_requests SET requested_at = requested_at - (20 - id) * interval '1 day'`,
    );
    await tx.query(`UPDATE images SET next_check_at = now() + id * interval '20 minutes'`);
  });
  return requests;
}

/** What is drawn with fonts that are not the page's own, and would look different on another machine. */
async function otherFonts(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('DOM.enable');
  await devtools.send('CSS.enable');
  const { root } = await devtools.send('DOM.getDocument', { depth: 0 });
  const { nodeId } = await devtools.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'body' });
  const { fonts } = await devtools.send('CSS.getPlatformFontsForNode', { nodeId });
  await devtools.detach();
  return fonts.filter((font) => !font.isCustomFont).map((font) => `${font.glyphCount} of ${font.familyName}`);
}
