/// <reference lib="dom" />
import { describe, expect, it } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { inBrowser } from './browser.js';
import { addStyle, findingsOf, misplaced, serveLooks, TIMEOUT_MS, type State } from './looks.js';

const problem = (status: number, detail: string) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ status, title: detail, detail, code: 'made_up', request_id: 'a-request' }),
  });
const never = (): Promise<void> => new Promise(() => undefined);
const answered = (body: object) => (route: Route) =>
  route.fulfill({ contentType: 'application/json', body: JSON.stringify(body) });

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
async function menu(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.waitForSelector('[role=menu]');
}
async function dialog(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await page.waitForSelector('[role=dialog]');
}

inBrowser('every state of the console', () => {
  const { load, reach } = serveLooks();

  describe.each([
    ['state', STATES, undefined],
    ['overlay', OVERLAYS, '[role=dialog], [role=menu]'],
  ] as const)('every %s', (_, states, part) => {
    it.each(states)(
      '$name: no finding of axe, and no sideways scroll',
      async (state) => {
        const { page } = await reach(state);
        expect(await findingsOf(page, 'ofState', part)).toEqual([]);
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
});
