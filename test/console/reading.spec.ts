/// <reference lib="dom" />
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { eventually, startApp, type TestApp } from '../support/app.js';
import { fill, inBrowser, keepPages, openBrowser, openPage, type KeptPages } from './browser.js';

inBrowser('what the reader of the console meets', () => {
  let browser: Browser;
  let app: TestApp;
  let pages: KeptPages;
  beforeAll(async () => {
    [browser, app] = await Promise.all([openBrowser(), startApp()]);
    pages = keepPages(browser, app);
    await fill(app, [
      { name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0', '9.0.0'] },
      { name: 'nginx', approved: '1.27.0', waiting: ['1.28.0', '2.0.0'] },
    ]);
  });
  afterEach(() => pages.rest());
  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });
  const toInbox = async (page: Page, query = ''): Promise<void> => {
    await page.goto(`/inbox${query}`);
    // With the boxes it is known who reads, and what he may do.
    await page.waitForSelector('.row.is-active [role=checkbox]');
  };

  const readId = async (page: Page): Promise<string> =>
    (await page.locator('[data-request]:has(.is-active)').getAttribute('data-request')) ?? '';

  it('draws a screen, and opens a dialog, as soon as its script is there', async () => {
    // A page of its own, since no clock is ever as it was.
    const { page } = await openPage(browser, app);
    await page.clock.install();
    await toInbox(page);
    // The status has been read: what is read by a screen is told to it with the help of a clock.
    await page.locator('.budget').waitFor({ state: 'attached' });
    // From here on nothing comes that waits for one.
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.keyboard.press('r');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('3');
    await page.getByRole('heading', { level: 1, name: 'Monitor' }).waitFor();
    await page.locator('.facts').first().waitFor();
  });

  it('decides nothing by what is typed for a dialog or a menu that is on its way', async () => {
    const { page } = await openPage(browser, app);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route(/assets\/(?:dialog|menu)-base-/, (route) => held.then(() => route.continue()));
    let sent = 0;
    await page.route('**/approve', (route) => {
      sent++;
      return route.abort();
    });
    await toInbox(page);
    for (const key of ['r', 't', '?']) {
      await page.keyboard.press(key);
      await page.keyboard.press('a');
      // Takes the wish back, and the keys are those of the list again.
      await page.keyboard.press('Escape');
      const before = await readId(page);
      await page.keyboard.press('j');
      await page.locator(`[data-request="${before}"] .row:not(.is-active)`).waitFor();
    }
    await page.keyboard.press('r');
    await page.keyboard.press('a');
    letGo();
    await page.getByRole('dialog', { name: 'Reject' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(sent).toBe(0);

    await page.locator('button[aria-haspopup=menu]').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('a');
    await page.getByRole('menu').waitFor();
    expect(sent).toBe(0);
  });

  it('loses nothing but the part whose script cannot be fetched, and that for as long only', async () => {
    const { page } = await openPage(browser, app);
    const missing = /assets\/(?:help|bulk-dialog|menu-base|plots|sign-in)-/;
    await page.route(missing, (route) => route.abort());
    await toInbox(page);
    await page.locator('.pane').getByText('This part of the page could not be loaded.').waitFor();
    const notice = page.locator('.toast', { hasText: 'Try again, or reload the page.' });
    const settings = page.getByRole('button', { name: 'Preferences' });
    await page.keyboard.press('x');
    for (const ask of [
      () => page.keyboard.press('?'),
      () => page.keyboard.press('a'),
      () => settings.click(),
    ]) {
      await ask();
      await notice.waitFor();
      await notice.getByRole('button').click();
    }
    await page.getByText('1 selected').waitFor();
    await page.unroute(missing);
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Approve 1', exact: true }).waitFor();

    await page.route(missing, (route) => route.abort());
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Reload' }).waitFor();
  });

  it('keeps the focus of who skips to a screen that is on its way', async () => {
    const { page } = await openPage(browser, app);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route(/assets\/monitor-/, (route) => held.then(() => route.continue()));
    await page.goto('/monitor');
    await page.getByRole('link', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Enter');
    letGo();
    await page.getByRole('heading', { level: 1, name: 'Monitor' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  it('takes a key from the first picture on', async () => {
    const { page } = await openPage(browser, app);
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('.page-title h1')) return;
        observer.disconnect();
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }));
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto('/inbox');
    await page.getByRole('dialog').waitFor();
  });

  it('reads what a screen is for before what stands around it', async () => {
    const { page } = await pages.fresh();
    await page.goto('/monitor');
    await page.locator('.count-plain').first().waitFor({ state: 'attached' });
    // By the page's own clock: of what it tells outside, the order is not sure.
    const read = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter((entry) => /monitor\/status|limit=1$/.test(entry.name))
        .map(({ name, startTime, responseEnd }) => ({ name, startTime, responseEnd })),
    );
    const [status, waiting] = read;
    expect(read.map(({ name }) => name.replace(/.*\/(?=[^/]+$)/, ''))).toEqual([
      'status',
      'approval-requests?status=pending&limit=1',
    ]);
    expect(waiting?.startTime).toBeGreaterThanOrEqual(status?.responseEnd ?? NaN);
  });

  it('goes back from a request to where it came from in the console, and never out of it', async () => {
    const { page } = await pages.fresh();
    // From a page of somebody else, by a link to one request.
    await page.goto('data:text/html,elsewhere');
    await page.goto('/requests/1');
    await page.getByRole('button', { name: 'Inbox' }).click();
    await page.waitForURL('**/inbox*');

    await page.goto('/images/1');
    await page.goto('/requests/1');
    await page.locator('.detail').first().waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/images/1');
  });

  it('goes on to the list as it was when a request is decided on its page, unless the reader went elsewhere', async () => {
    const { page } = await pages.fresh();
    await toInbox(page, '?q=nginx');
    await page.setViewportSize({ width: 800, height: 900 });
    let letGo: () => void = () => undefined;
    // Nothing is decided: the tests after this one have the same requests.
    await page.route('**/approve', async (route) => {
      await new Promise<void>((resolve) => (letGo = resolve));
      await route.fulfill({ json: { superseded: [] } });
    });
    const approve = async (tag: string): Promise<void> => {
      await page.locator('[data-request]', { hasText: tag }).click();
      await page.getByText(/^Approves exactly/).waitFor();
      const asked = page.waitForRequest('**/approve');
      await page.keyboard.press('a');
      await asked;
    };
    await approve('1.28.0');
    // What is on its way already is not rejected besides.
    await page.keyboard.press('r');
    expect(await page.locator('[role=dialog]').count()).toBe(0);
    letGo();
    await page.waitForURL(/inbox\?q=nginx/);
    await page.locator('.toast', { hasText: 'Approved nginx:1.28.0' }).waitFor();

    await approve('2.0.0');
    await page.keyboard.press('3');
    await page.getByRole('heading', { level: 1, name: 'Monitor' }).waitFor();
    letGo();
    await page.locator('.toast', { hasText: 'Approved nginx:2.0.0' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/monitor');
  });

  it('takes back the last decision also while its answer is awaited, and not the one before it', async () => {
    const { page } = await pages.fresh();
    await toInbox(page);
    let letGo: () => void = () => undefined;
    let held = Promise.resolve();
    const asked: string[] = [];
    await page.route(/approval-requests\/\d+\/(?:approve|reopen)$/, async (route) => {
      asked.push(/\d+\/\w+$/.exec(route.request().url())?.[0] ?? '');
      await held;
      await route.fulfill({ json: { superseded: [] } });
    });
    const decideOne = async (): Promise<string> => {
      const id = await readId(page);
      await page.keyboard.press('a');
      return id;
    };
    const first = await decideOne();
    await page.locator('.toast', { hasText: 'Approved' }).waitFor();
    held = new Promise<void>((resolve) => (letGo = resolve));
    const second = await decideOne();
    await page.keyboard.press('u');
    letGo();
    await page.locator('.toast', { hasText: 'waits again' }).waitFor();
    expect(asked).toEqual([`${first}/approve`, `${second}/approve`, `${second}/reopen`]);
  });

  it('is told which parts of a link were left out, on every screen, and for long enough', async () => {
    const { page } = await pages.fresh();
    const notice = page.locator('.toast');
    await toInbox(page, '?bump=giant&open=seven&colour=red');
    // The address is written anew when the reader stays; what was left out is still said then.
    await page.waitForURL('**/inbox?open=*');
    expect(await notice.textContent()).toContain('bump, open, colour.');
    for (const [place, names] of [
      ['/audit?since=2026-01-31&image_id=x', 'since, image_id.'],
      ['/images/1?state=lost', 'state.'],
    ] as const) {
      await page.goto(place);
      await notice.filter({ hasText: names }).waitFor();
      expect(await page.locator('.failure').count()).toBe(0);
    }
  });

  it('finds in the audit log what was done to one image, and takes it away as a file', async () => {
    const { page, complaints } = await pages.fresh();
    await page.goto('/images/1');
    await page.getByRole('link', { name: 'what was done to it' }).click();
    await page.getByRole('button', { name: 'Remove filter: redis' }).waitFor();
    const rows = page.locator('.audit-table tbody tr');
    await page.getByLabel('Filter by image').fill('nginx');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/audit?image_id=2');
    await rows.filter({ hasText: 'redis' }).first().waitFor({ state: 'detached' });
    expect(await rows.count()).toBeGreaterThan(2);
    await rows.filter({ hasText: 'tag approved' }).first().waitFor();

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const lines: string[] = [];
    for await (const part of await (await download).createReadStream()) lines.push(String(part));
    expect(lines.join('')).toContain('nginx');
    expect(lines.join('')).not.toContain('redis');

    // The name stands where it was chosen, whoever opens the link.
    await page.reload();
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('[list=audit-images]')?.value === 'nginx',
    );
    await page.getByRole('link', { name: 'nginx:2.0.0' }).first().click();
    await page.waitForURL('**/requests/*');
    expect(complaints).toEqual([]);
  });

  it('brings a selection back with its filter, since under another one it is another set', async () => {
    const { page } = await pages.fresh();
    await toInbox(page, '?q=nginx');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Select all 2 that match' }).click();
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await page.getByText('the selection was cleared').first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[data-request]').length === 5);
    await page.getByRole('button', { name: 'Select again' }).click();
    await page.getByText('All 2 that match are selected').waitFor();
    expect(page.url()).toContain('q=nginx');
    await page.waitForFunction(() => document.activeElement?.matches('[role=row][data-request]'));

    // One of all that match is left out by name.
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();

    // While it is carried out its dialog stays, with the way to stop it.
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Approve 1', exact: true }).waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[role=dialog]'));
    await page.route('**/bulk', (route) => held.then(() => route.continue()));
    await page.getByRole('button', { name: 'Approve 1', exact: true }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(1);
    letGo();
    await page.locator('.toast', { hasText: 'Approved 1 request' }).waitFor();
  });

  it('cannot approve by key what was pushed again while it was read', async () => {
    const { page } = await pages.fresh();
    const moved = page.getByText('This tag was pushed again while you read.');
    const pushAgain = async (tag: string): Promise<void> => {
      app.hub.push('redis', tag);
      await app.api('POST', '/images/1/check', {});
      await moved.waitFor();
    };
    let sent = 0;
    await page.route('**/approve', (route) => {
      sent++;
      return route.abort();
    });
    const { body } = await app.api('GET', '/images/approval-requests?image_name=redis&sort=oldest');
    const [first, second] = (body as { approval_requests: { id: number; tag_name: string }[] })
      .approval_requests;
    await page.goto(`/requests/${first?.id}`);
    await page.getByText(/^Approves exactly/).waitFor();
    await page.getByText(/^Live/).waitFor();
    await pushAgain(first?.tag_name ?? '');
    await page.keyboard.press('a');
    await page.locator('.toast', { hasText: 'compare before you decide' }).waitFor();

    // Nor where the list has read the new digest meanwhile.
    await toInbox(page, `?q=redis&open=${second?.id}`);
    await page.locator('.detail-foot .button-approve').waitFor();
    await page.waitForSelector('.platform-sizes');
    await page.getByText(/^Live/).waitFor();
    await pushAgain(second?.tag_name ?? '');
    const read = page.waitForResponse(/view=row/);
    await page.keyboard.press('.');
    await read;
    await page.keyboard.press('a');
    await page.locator('.toast', { hasText: 'compare before you decide' }).waitFor();
    expect(sent).toBe(0);
    await page.getByRole('button', { name: 'Compare again' }).click();
    await moved.waitFor({ state: 'detached' });
  });

  it('asks early and once for the first rows, and asks again itself where that came to nothing', async () => {
    const { page } = await pages.fresh();
    const asked: string[] = [];
    page.on('request', (request) => {
      const what = /\/(groups|session)\b|view=row/.exec(request.url())?.[0];
      if (what) asked.push(what);
    });
    await toInbox(page);
    expect(asked.sort()).toEqual(['/groups', '/session']);

    let isFirst = true;
    await page.route('**/groups?*', (route) => {
      const isEarly = isFirst;
      isFirst = false;
      return isEarly ? route.abort() : route.continue();
    });
    await toInbox(page);
    asked.length = 0;
    // Under a filter nothing is asked for that nobody will see.
    await toInbox(page, '?q=redis');
    expect(asked.filter((what) => what === '/groups')).toHaveLength(1);
  });

  it('can be used without single keys: Tab reaches what acts on the line being read', async () => {
    const { page } = await pages.fresh();
    await page.goto('/inbox?q=redis');
    await page.evaluate(() => localStorage.setItem('image-monitor.single-keys', 'false'));
    await toInbox(page, '?q=redis');
    await page.getByRole('link', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('[role=row][data-request]'));
    await page.keyboard.press('a');
    await page.keyboard.press('t');
    await page.keyboard.press('x');
    expect(await page.locator('[role=dialog], .bulk-bar').count()).toBe(0);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Take the newest of redis' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await page.getByText('3 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.bulk-bar').waitFor({ state: 'detached' });
  });

  it('says of how old what it shows is, looks every half minute, and says aloud what came', async () => {
    // A clock that was put into a page cannot be taken out of it.
    const { page } = await openPage(browser, app);
    let isThere = true;
    await page.clock.install();
    await page.route('**/events', async (route) => {
      if (!isThere) return route.abort();
      isThere = false;
      // Its service is another one than the page is from.
      await route.fulfill({
        contentType: 'text/event-stream',
        body: `id: 1\nevent: hello\ndata: {"build":"another"}\n\nid: 2\nevent: approval_request.opened\ndata: {"many":true,"count":12}\n\n`,
      });
    });
    await toInbox(page);
    await page.getByText('A new version is ready.').waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /^12 new requests$/ })
      .waitFor({ state: 'attached' });

    await eventually('the pause', async () => {
      await page.clock.fastForward(2_000);
      return /^Data from \d/.test((await page.locator('.live').textContent()) ?? '');
    });
    const first = await page.locator('[data-request]').first().getAttribute('data-request');
    await app.api('POST', `/images/approval-requests/${first}/reject`, { rejection_reason: 'no' });
    // One leap only: a read that is under way would run out of time with the next.
    await page.clock.fastForward(31_000);
    await page.locator('.row-note', { hasText: 'local rejected this' }).waitFor();
  });
});
