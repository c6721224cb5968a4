/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import {
  fill,
  hasFailed,
  inBrowser,
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
const WIDTHS = [...new Set(LOOKS.map((look) => look.width))];
/** Two busy cores take their time; what is waited for says so itself. */
const TIMEOUT_MS = 120_000;

/** WCAG 1.4.12: nothing may be lost when a reader spaces the text like this. */
const TEXT_SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }`;

interface State {
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

const problem = (status: number, detail: string) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ status, title: detail, detail, code: 'made_up', request_id: 'a-request' }),
  });
const never = (): Promise<void> => new Promise(() => undefined);
const answered = (body: object) => (route: Route) =>
  route.fulfill({ contentType: 'application/json', body: JSON.stringify(body) });

const SCREENS: readonly State[] = [
  { name: 'inbox', at: '/inbox', sign: '[data-request]' },
  { name: 'inbox, without groups', at: '/inbox?by=none', sign: '[data-request]' },
  {
    name: 'inbox, with a selection',
    at: '/inbox',
    sign: '[data-request]',
    after: (page) => page.locator('[data-request] .checkbox').first().click(),
    goesAway: true,
  },
  {
    name: 'inbox, with ages',
    at: '/inbox?older=1&newer=7&growth=1&unknown=1',
    sign: '.empty',
    after: async (page) => {
      await page.evaluate(() => localStorage.setItem('image-monitor.ages', 'true'));
      await page.reload();
      await page.waitForSelector('.empty');
    },
  },
  { name: 'decided', at: '/inbox?status=rejected', sign: '[data-request]' },
  { name: 'request', at: '/requests/1', sign: '.comparison' },
  { name: 'request, decided', at: '/requests/2', sign: '.comparison' },
  { name: 'images', at: '/images', sign: '.images-table' },
  {
    name: 'images with an error',
    at: '/images?error=not_found&sort=last_check',
    sign: '.error-cell .danger',
  },
  { name: 'image', at: '/images/1', sign: '.plain-table .state' },
  {
    name: 'image, plots as tables',
    at: '/images/1?state=pending',
    sign: '.plot-legend .link',
    after: async (page) => {
      for (const link of await page.locator('.plot-legend .link').all()) await link.click();
    },
    goesAway: true,
  },
  { name: 'monitor', at: '/monitor', sign: '.facts' },
  { name: 'audit', at: '/audit', sign: '.audit-table' },
  { name: 'audit of days', at: '/audit?since=2020-01-01T00:00:00Z&subject_type=image', sign: '.audit-table' },
];

const STATES: readonly State[] = [
  {
    name: 'loading',
    at: '/inbox',
    sign: '.skeleton',
    before: (page) => page.route(/approval-requests(?!.*limit=1\b)/, never),
  },
  {
    name: 'nothing watched',
    at: '/inbox',
    sign: 'text=No image is watched yet.',
    before: async (page) => {
      await nothingWaits(page);
      await page.route('**/monitor/status', async (route) => {
        const answer = (await (await route.fetch()).json()) as object;
        await answered({ ...answer, images_watched: 0, nextCheckIn: null })(route);
      });
    },
  },
  { name: 'nothing waits', at: '/inbox', sign: 'text=Nothing waits.', before: nothingWaits },
  { name: 'nothing matches', at: '/inbox?q=nothing', sign: 'text=Nothing matches.' },
  { name: 'no image matches', at: '/images?q=nothing', sign: 'text=No image matches.' },
  { name: 'no entry matches', at: '/audit?actor=nobody', sign: 'text=Nothing matches.' },
  {
    name: 'partial',
    at: '/inbox',
    sign: '.list-failed',
    before: async (page) => {
      await page.route(/approval-requests\/groups/, async (route) => {
        const { groups, ...rest } = (await (await route.fetch()).json()) as { groups: object[] };
        await answered({ ...rest, groups: groups.map((one) => ({ ...one, approval_requests: undefined })) })(
          route,
        );
      });
      await page.route(
        /approval-requests\?.*view=row/,
        problem(500, 'The rows of this group could not be read.'),
      );
    },
  },
  {
    name: 'failed',
    at: '/images',
    sign: '.failure',
    before: (page) => page.route(/\/images\?/, problem(503, 'The database does not answer.')),
  },
  {
    name: 'stale',
    at: '/inbox',
    sign: '[data-request]',
    after: async (page) => {
      await page.route(/approval-requests/, problem(503, 'The database does not answer.'));
      await page.keyboard.press('.');
      await page.waitForSelector('.bar-note.warning');
    },
  },
  {
    name: 'offline',
    at: '/inbox',
    sign: '[data-request]',
    after: async (page) => {
      await page.context().setOffline(true);
      await page.getByText('Offline').first().waitFor({ state: 'attached' });
    },
  },
  {
    name: 'signed out',
    at: '/inbox?bump=patch',
    sign: 'input[type=password]',
    before: (page) => page.route('**/session', problem(401, 'Say who you are.')),
  },
  {
    name: 'forbidden',
    at: '/monitor',
    sign: '.failure',
    before: (page) => page.route('**/monitor/status', problem(403, 'This takes the role reviewer.')),
  },
  {
    name: 'viewer',
    at: '/inbox',
    sign: '[data-request]',
    before: (page) =>
      page.route(
        '**/session',
        answered({ actor: 'vera', role: 'viewer', can: [], auth: 'token', sign_in_url: null }),
      ),
  },
  {
    name: 'image, for a reviewer',
    at: '/images/1',
    sign: 'text=Only admins change images',
    before: (page) =>
      page.route(
        '**/session',
        answered({ actor: 'rex', role: 'reviewer', can: [], auth: 'token', sign_in_url: null }),
      ),
  },
  { name: 'gone request', at: '/requests/4711', sign: 'text=There is no approval request' },
  { name: 'gone image', at: '/images/4711', sign: 'h1' },
  {
    name: 'too old',
    at: '/inbox',
    sign: '.too-old',
    // Modern CSS and the script are what such a browser does not understand.
    before: async (page) => {
      await page.route('**/*.js', (route) => route.fulfill({ body: '', contentType: 'text/javascript' }));
      await page.route('**/*.css', async (route) => {
        const css = await (await route.fetch()).text();
        await route.fulfill({
          contentType: 'text/css',
          body: css.replace(/@supports not \(color: ?light-dark\([^{]*\{/, '@supports (color:red){'),
        });
      });
    },
  },
];

const OVERLAYS = (
  [
    { name: 'preferences', at: '/inbox', sign: '[data-request]', after: (page) => menu(page, 'Preferences') },
    { name: 'help', at: '/inbox', sign: '[data-request]', after: (page) => dialog(page, '?') },
    { name: 'reject', at: '/inbox', sign: '.row.is-active', after: (page) => dialog(page, 'r') },
    { name: 'take newest', at: '/inbox', sign: '.row.is-active', after: (page) => dialog(page, 't') },
    {
      name: 'more filters',
      at: '/inbox',
      sign: '[data-request]',
      after: (page) => menu(page, 'More filters'),
    },
    { name: 'grouping', at: '/inbox', sign: '[data-request]', after: (page) => menu(page, /^Grouping/) },
    {
      name: 'bulk preview',
      at: '/inbox',
      sign: '.row.is-active',
      after: async (page) => {
        await page.keyboard.press('Control+a');
        await dialog(page, 'a');
        await page.getByText('would be approved').waitFor();
      },
    },
    {
      name: 'add an image',
      at: '/images',
      sign: '.images-table',
      after: async (page) => {
        await page.getByRole('button', { name: 'Add image' }).click();
        await page.getByLabel('Docker reference').fill('library/redis');
        await page.keyboard.press('Enter');
        await page.getByText('is here already').waitFor();
      },
    },
    {
      name: 'filters of an image',
      at: '/images/1',
      sign: '.facts',
      after: async (page) => {
        await page.getByRole('button', { name: 'Filters…' }).click();
        await page.getByText('tags would open a request').waitFor();
      },
    },
    {
      name: 'refused change of an image',
      at: '/images/1',
      sign: '.facts',
      after: async (page) => {
        await page.getByRole('button', { name: 'Edit…' }).click();
        await page.getByLabel('Minutes between checks').fill('soon');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('takes whole minutes from 1 to').waitFor();
      },
    },
    { name: 'sorting of images', at: '/images', sign: '.images-table', after: (page) => menu(page, /^Sort/) },
  ] satisfies State[]
).map((state): State => ({ ...state, goesAway: true }));

async function nothingWaits(page: Page): Promise<void> {
  await page.route(/approval-requests\/groups/, answered({ groups: [], next_cursor: null, total: 0 }));
  await page.route(/approval-requests\?/, answered({ approval_requests: [], total: 0, next_cursor: null }));
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
async function menu(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.waitForSelector('[role=menu]');
}
async function dialog(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await page.waitForSelector('[role=dialog]');
}

inBrowser('the looks of the console', () => {
  let browser: Browser;
  let app: TestApp;
  let pages: KeptPages;
  beforeAll(async () => {
    browser = await openBrowser();
    app = await startApp();
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
    await app?.close();
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

  /** Walks to a state where it can: a page that was loaded took three times the CPU, and axe in it starts cold. */
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

  /** What axe finds in all looks, and where the page scrolls sideways. */
  async function findingsOf(page: Page, kind: 'ofScreen' | 'ofState'): Promise<string[]> {
    const findings: string[] = [];
    for (const look of LOOKS) {
      await show(page, look.width, 900, look.colorScheme);
      const found = await violationsOf(page, look[kind]);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
        found.push('the page scrolls sideways');
      findings.push(...found.map((what) => `${look.width} ${look.colorScheme} ${what}`));
    }
    return findings;
  }

  async function misplacedAt(page: Page, ...sizes: (readonly [number, number])[]): Promise<string[]> {
    const found: string[] = [];
    for (const [width, height] of sizes) {
      await show(page, width, height);
      found.push(...(await misplaced(page)).map((what) => `${width} × ${height}: ${what}`));
    }
    return found;
  }

  describe.each(SCREENS)('the screen "$name"', (screen) => {
    let page: Page;
    let complaints: string[];
    beforeAll(async () => {
      ({ page, complaints } = await reach(screen));
    }, TIMEOUT_MS);

    it(
      'has no finding of axe, no sideways scroll, and nothing to complain of for the browser',
      async () => {
        expect(await findingsOf(page, 'ofScreen')).toEqual([]);
        expect(complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it('fits into 320 px, also at 400 %', async () => {
      expect(await misplacedAt(page, [320, 800], [320, 256])).toEqual([]);
    });

    it('has everything in its place with text spaced wide', async () => {
      await addStyle(page, TEXT_SPACING);
      expect(await misplacedAt(page, [1440, 900], [390, 900])).toEqual([]);
      await page.evaluate(() => {
        document.adoptedStyleSheets = [];
      });
    });

    // In one of them each screen is the first that one opens.
    it.each([
      ['en-XA', load],
      ['ar-XB', reach],
    ] as const)(
      'has everything in its place in the language %s',
      async (locale, come) => {
        const { page, complaints } = await come(screen, locale);
        expect(await page.evaluate(() => document.documentElement.dir)).toBe(locale === 'ar-XB' ? 'rtl' : '');
        expect(await page.textContent('h1')).not.toMatch(/^(?:Inbox|Images|Monitor|Audit)$/);
        const sizes = WIDTHS.map((width) => [width, 900] as const);
        expect(await misplacedAt(page, ...sizes)).toEqual([]);
        expect(complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );
  });

  describe.each([
    ['state', STATES],
    ['overlay', OVERLAYS],
  ] as const)('every %s', (_, states) => {
    it.each(states)(
      '$name: no finding of axe, and no sideways scroll',
      async (state) => {
        const { page } = await reach(state);
        expect(await findingsOf(page, 'ofState')).toEqual([]);
      },
      TIMEOUT_MS,
    );
  });

  it('is judged by a look that sees what is out of its place', async () => {
    const { page } = await load({ name: 'inbox', at: '/inbox', sign: '[data-request]' });
    await addStyle(
      page,
      `.page-head .button { inline-size: 30px !important } h1 { translate: 2000px }
        .row > * { margin-inline-start: -60px !important } .nav { min-inline-size: 3000px }`,
    );
    const found = (await misplaced(page)).join('\n');
    for (const wrong of ['sticks out: button', 'outside: h1', 'overlap: div']) expect(found).toContain(wrong);
  });

  it('is judged by rules that see what is wrong, in the look in which it is wrong', async () => {
    const { page } = await load({ name: 'inbox', at: '/inbox', sign: '.detail' });
    await page.evaluate(() => {
      const nodes = ['img', 'button', 'b'].map((name) => document.createElement(name));
      nodes[1]?.setAttribute('id', 'nameless');
      nodes[2]?.setAttribute('id', 'pale');
      nodes[2]?.append('pale in the dark');
      document.querySelector('main h1')?.after(...nodes);
    });
    await addStyle(
      page,
      `@media (prefers-color-scheme: dark) { #pale { color: #777; background: #888 } }
       @media (width > 400px) { #nameless { display: none } }`,
    );
    const found = (await findingsOf(page, 'ofState')).map((one) => one.split(':')[0]);
    expect(found).toEqual([
      '1440 light image-alt',
      '1440 dark color-contrast',
      '960 dark color-contrast',
      '390 light button-name',
      '390 dark color-contrast',
    ]);
  });

  it('can be walked through with Tab, and shows where one is', async () => {
    const { page } = await load({ name: 'inbox', at: '/inbox', sign: '.row.is-active' });
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const node = document.activeElement as HTMLElement;
        const style = getComputedStyle(node);
        const isShown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        const name = node.getAttribute('aria-label') ?? node.textContent ?? '';
        return node === document.body ? null : `${isShown ? '' : 'not shown: '}${name.slice(0, 40)}`;
      });
      if (at === null) break;
      seen.push(at);
    }
    expect(seen[0]).toBe('Skip to the content');
    expect(seen.filter((one) => one.startsWith('not shown'))).toEqual([]);
    for (const wanted of [
      'Images',
      'Preferences',
      'Filter by image or tag',
      'Views',
      /^Approve ?A?$/,
      /^Reject/,
    ])
      expect(seen.some((one) => (typeof wanted === 'string' ? one.includes(wanted) : wanted.test(one)))).toBe(
        true,
      );
  });

  it('reads a plot with arrows, keeps what is drawn over, and opens a day', async () => {
    const { page } = await load({ name: 'image', at: '/images/1', sign: '[role=slider]' });
    const timeline = page.getByRole('slider', { name: /^Tags over time/ });
    await timeline.focus();
    await page.keyboard.press('ArrowLeft');
    const last = await timeline.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowLeft');
    expect(await timeline.getAttribute('aria-valuetext')).not.toBe(last);
    const rows = page.locator('.plain-table .state + *, .plain-table td.tag');
    const before = await rows.count();
    await page.keyboard.press('Shift+ArrowRight');
    await page.waitForURL(/from=/);
    await page.getByRole('button', { name: /^Remove filter: Pushed/ }).waitFor();
    expect(await rows.count()).toBeLessThan(before);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('from='));
    await page.getByRole('slider', { name: /^Requests per day/ }).focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/audit\?image_id=1&since=/);
    await page.waitForSelector('.audit-table tbody tr');
  });

  it(
    'changes what an admin decides about an image by keyboard, and says at its field what is refused',
    async () => {
      const { page } = await load({ name: 'image', at: '/images/2', sign: '.facts' });
      const facts = page.locator('.facts');
      await page.getByRole('button', { name: 'Edit…' }).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Status').waitFor();
      const press = async (text: string): Promise<void> => {
        await page.keyboard.press('Control+a');
        await page.keyboard.type(text);
      };
      // In the order of the fields: status, watch, interval, policy, rollout, category, description, filters.
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('approval_status');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await press('0');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await press('dashboards');
      await page.getByLabel('Only tags like').focus();
      await press('^12');
      await page.getByText(/of the last \d+ tags would open a request/).waitFor();
      await page.getByLabel('Category').focus();
      await page.keyboard.press('Enter');
      const interval = page.getByLabel('Minutes between checks');
      await page.getByText('takes whole minutes from 1 to').waitFor();
      expect(await interval.getAttribute('aria-invalid')).toBe('true');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe(
        'check_interval_minutes',
      );
      await press('90');
      await page.keyboard.press('Enter');
      await facts.getByText('90 minutes').waitFor();
      await facts.getByText('dashboards').waitFor();
      const { image } = (await app.api('GET', '/images/2')).body;
      expect(image).toMatchObject({
        check_interval_minutes: 90,
        category: 'dashboards',
        tag_include: ['^12'],
        approval_status: 'approved',
      });
      // Not approved any more: not watched either.
      await page.getByRole('button', { name: 'Edit…' }).click();
      await page.getByLabel('Status').selectOption('pending');
      expect(await page.getByLabel('Watch for new tags').last().isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Save' }).click();
      await facts.getByText('not decided').waitFor();
      await app.api('PUT', '/images/2', { approval_status: 'approved' });
    },
    TIMEOUT_MS,
  );

  it(
    'sorts and filters the images by what is in the address',
    async () => {
      const { page } = await load({ name: 'images', at: '/images?sort=newest', sign: '.images-table' });
      const names = (): Promise<string[]> => page.locator('.images-table th[scope=row] a').allInnerTexts();
      expect((await names()).map((name) => name.split('\n').pop())).toEqual([
        'nosuch/image',
        'grafana/grafana',
        'redis',
      ]);
      await page.getByRole('button', { name: /^More filters/ }).click();
      await page.getByRole('menuitemradio', { name: 'With an error' }).click();
      await page.waitForURL(/error=yes/);
      await page.locator('.images-table tbody tr').nth(1).waitFor({ state: 'detached' });
      expect(await names()).toHaveLength(1);
      await page.goto('/monitor');
      await page.getByText('Not found on the registry').waitFor();
      await page.getByRole('link', { name: 'nosuch/image' }).first().waitFor();
    },
    TIMEOUT_MS,
  );

  it(
    'opens a batch of the audit log as one, and keeps the days that are asked for',
    async () => {
      const pending = await app.api('GET', '/images/approval-requests?status=pending&limit=2&view=row');
      const ids = (pending.body.approval_requests as { id: number; digest: string | null }[]).map((row) => ({
        id: row.id,
        expected_digest: row.digest,
      }));
      const decided = await app.api('POST', '/images/approval-requests/bulk', {
        action: 'reject',
        rejection_reason: 'one by one',
        ids,
      });
      expect(decided.status).toBe(200);
      const { page } = await load({ name: 'audit', at: '/audit', sign: '.audit-table .batch' });
      await page.locator('.audit-table .batch').first().click();
      await page.waitForURL(/batch_id=/);
      await page.getByRole('heading', { level: 1, name: /^Batch / }).waitFor();
      await page.getByText(/^2 changes/).waitFor();
      await page.goto('/audit');
      await page.getByLabel('Last day').fill('2020-01-01');
      await page.waitForURL(/until=/);
      await page.getByText('Nothing matches.').waitFor();
      await app.api('POST', '/images/approval-requests/bulk', {
        action: 'reopen',
        batch_id: decided.body.batch_id,
      });
    },
    TIMEOUT_MS,
  );

  it('keeps borders and focus in forced colours, and stands still where motion is not wanted', async () => {
    const { page } = await load({
      name: 'inbox',
      at: '/inbox',
      sign: '.row.is-active',
      before: (page) => page.emulateMedia({ reducedMotion: 'no-preference' }),
    });
    const styleOf = (selector: string, name: 'transitionDuration' | 'outlineStyle' | 'borderTopStyle') =>
      page.evaluate(
        ([wanted, property]) => getComputedStyle(document.querySelector(wanted) as Element)[property],
        [selector, name] as const,
      );
    expect(await styleOf('.row.is-active', 'transitionDuration')).toContain('0.12s');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await styleOf('.row.is-active', 'transitionDuration')).toBe('0s');
    await page.emulateMedia({ forcedColors: 'active' });
    expect(await styleOf('.row.is-active', 'outlineStyle')).toBe('solid');
    expect(await styleOf('.badge', 'borderTopStyle')).toBe('solid');
    expect(await styleOf('.checkbox-box', 'borderTopStyle')).toBe('solid');
  });
});

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
async function addStyle(page: Page, css: string): Promise<void> {
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
async function misplaced(page: Page): Promise<string[]> {
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
