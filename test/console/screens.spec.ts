/// <reference lib="dom" />
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { inBrowser } from './browser.js';
import { addStyle, findingsOf, misplacedAt, serveLooks, TIMEOUT_MS, WIDTHS, type State } from './looks.js';

/** WCAG 1.4.12: nothing may be lost when a reader spaces the text like this. */
const TEXT_SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }`;

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

inBrowser('the screens of the console', () => {
  const looked = serveLooks();
  const { load, reach } = looked;

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

    it.each(['en-XA', 'ar-XB'])(
      'has everything in its place in the language %s',
      async (locale) => {
        const { page, complaints } = await reach(screen, locale);
        expect(await page.evaluate(() => document.documentElement.dir)).toBe(locale === 'ar-XB' ? 'rtl' : '');
        expect(await page.textContent('h1')).not.toMatch(/^(?:Inbox|Images|Monitor|Audit)$/);
        const sizes = WIDTHS.map((width) => [width, 900] as const);
        expect(await misplacedAt(page, ...sizes)).toEqual([]);
        expect(complaints).toEqual([]);
      },
      TIMEOUT_MS,
    );
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
      const { image } = (await looked.app.api('GET', '/images/2')).body;
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
      await looked.app.api('PUT', '/images/2', { approval_status: 'approved' });
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
      const pending = await looked.app.api(
        'GET',
        '/images/approval-requests?status=pending&limit=2&view=row',
      );
      const ids = (pending.body.approval_requests as { id: number; digest: string | null }[]).map((row) => ({
        id: row.id,
        expected_digest: row.digest,
      }));
      const decided = await looked.app.api('POST', '/images/approval-requests/bulk', {
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
      await looked.app.api('POST', '/images/approval-requests/bulk', {
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
