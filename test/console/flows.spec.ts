/// <reference lib="dom" />
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually, type TestApp } from '../support/app.js';
import { compiled } from '../support/processes.js';
import { forkReplica, type Replica } from '../support/replica.js';
import { bearerOf } from '../support/tokens.js';
import { fill, inBrowser, openPage, pendingOf, serveEachTest, type OpenPage } from './browser.js';

inBrowser('the console, from the first request to the last', () => {
  const served = serveEachTest();
  let app: TestApp;
  beforeEach(() => {
    ({ app } = served);
  });
  const open = (): Promise<OpenPage> => served.pages.fresh();

  const rowOf = (page: Page, tag: string) =>
    page.locator('[role=row][data-request]', { hasText: tag }).first();
  const tagsShown = (page: Page): Promise<string[]> =>
    page.locator('[data-request] .cell-tag > .tag').allTextContents();
  const activeTag = async (page: Page): Promise<string> =>
    (await page.locator('.row.is-active .cell-tag > .tag').textContent()) ?? '';
  const toInbox = async (page: Page, query = ''): Promise<void> => {
    await page.goto(`/inbox${query}`);
    await page.waitForSelector('.row.is-active');
    await page.getByText(/^Live/).waitFor();
  };

  /** Pending requests by SQL, each a line of its own. */
  async function waiting(name: string, from: number, to: number): Promise<void> {
    await app.dataSource.query(
      `INSERT INTO image_approval_requests (image_id, image_name, tag_name, digest, line, variant, bump, version_numbers, metadata)
       SELECT id, image_name, n || '.0.0', 'sha256:' || md5(n::text) || md5('x' || n), n::text, '', 'other',
              ARRAY[n, 0, 0], '{"source": "image_monitor"}'
         FROM images, generate_series($2::int, $3::int) AS n WHERE image_name = $1`,
      [name, from, to],
    );
  }
  async function countOf(query: string): Promise<number> {
    const [row] = await app.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM ${query}`,
    );
    return row?.count ?? 0;
  }

  it('decides 2,500 by filter as their preview says, nothing when the set changed, and undoes all as one', async () => {
    await app.addImage('many');
    await waiting('many', 1, 2_500);
    const { page, complaints } = await open();
    await toInbox(page, '?q=many');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Select all 2,500 that match' }).click();
    await page.keyboard.press('r');
    await page.waitForSelector('[role=dialog] textarea');
    await page.keyboard.type('not this year');
    await page.keyboard.press('Control+Enter');
    await page.getByText('2,500 would be rejected').waitFor();
    // Named though most of them were never on the screen.
    await page.locator('.preview-image', { hasText: 'many' }).first().waitFor();

    await waiting('many', 2_501, 2_501);
    await page.getByLabel('Type 2,500 to go on').fill('2500');
    await page.getByRole('button', { name: 'Reject 2,500', exact: true }).click();
    await page.getByText(/nothing was done. It would be 2,501 now instead of 2,500/).waitFor();
    expect(await pendingOf(app)).toBe(2_501);

    // Between two steps the service asks to wait.
    let steps = 0;
    await page.route('**/bulk', async (route) => {
      if (++steps !== 2) return route.continue();
      await route.fulfill({ status: 429, headers: { 'retry-after': '2' }, json: {} });
    });
    await page.getByLabel('Type 2,501 to go on').fill('2501');
    await page.getByRole('button', { name: 'Reject 2,501', exact: true }).click();
    await page.getByRole('timer').filter({ hasText: 'asks to wait; again in' }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await pendingOf(app)).toBe(0);
    expect(await countOf(`image_approval_requests WHERE status = 'rejected'`)).toBe(2_501);
    expect(await countOf(`(SELECT DISTINCT batch_id FROM image_approval_requests) AS batches`)).toBe(3);

    await page.keyboard.press('u');
    await eventually('the undo', async () => (await pendingOf(app)) === 2_501);
    await page.waitForSelector('.row.is-active');
    await page.keyboard.press('4');
    await page.getByText('reopened').first().waitFor();
    await page.goto('/audit?action=approval_request.rejected');
    await page.getByText('not this year').first().waitFor();
    expect(complaints).toEqual([]);
  }, 90_000);

  it('folds the names of one content over lines, and decides each of them', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: [] }]);
    const { digest } = app.hub.push('redis', '7.5.0');
    for (const alias of ['7', 'latest']) app.hub.push('redis', alias, { digest });
    await app.api('POST', '/images/1/check', {});
    const { page } = await open();
    await toInbox(page);
    expect(await tagsShown(page)).toEqual(['7.5.0']);
    await rowOf(page, '7.5.0').getByText('3 tags').waitFor();
    await page.keyboard.press('a');
    await eventually('all three', async () => (await pendingOf(app)) === 0);
    // The page knows of it a moment later than the service, and only then what there is to undo.
    await page.locator('.toast', { hasText: 'Approved redis:7.5.0' }).waitFor();
    expect(await countOf(`image_tags WHERE status = 'approved'`)).toBe(4);
    await page.keyboard.press('u');
    await eventually('the undo of all three', async () => (await pendingOf(app)) === 3);
  });

  it('never opens a fold by itself: its newest member takes the place of the one that stood', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.4.2', '7.4.3', '7.4.4', '7.5.0'] }]);
    const { page } = await open();
    await toInbox(page);
    expect(await tagsShown(page)).toEqual(['7.5.0', '7.4.4']);
    await page.getByText('2 older patches').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await page.waitForSelector('[role=dialog] textarea');
    await page.keyboard.type('no');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: /^1 older patch ?7\.4\.2$/ }).waitFor();
    expect(await tagsShown(page)).toEqual(['7.5.0', '7.4.3']);
    expect(await activeTag(page)).toBe('7.4.3');
    await page.keyboard.press('ArrowRight');
    await rowOf(page, '7.4.2').waitFor();
    await page.keyboard.press('ArrowLeft');
    await rowOf(page, '7.4.2').waitFor({ state: 'detached' });
  });

  it('goes on from where a row stood that a decision closed along, and keeps the focus', async () => {
    await fill(app, [
      { name: 'alpha', approved: '1.0.0', waiting: ['2.0.0'] },
      { name: 'redis', approved: '7.4.1', waiting: ['7.4.2', '7.4.3', '8.0.0'] },
      { name: 'zulu', approved: '1.0.0', waiting: ['3.0.0'] },
    ]);
    const { page } = await open();
    await toInbox(page);
    while ((await activeTag(page)) !== '7.4.3') await page.keyboard.press('j');
    // Approving 7.4.3 closes 7.4.2, on which the reader stands by then; zulu is above, alpha below.
    await page.keyboard.press('a');
    await eventually('the decision', async () => (await pendingOf(app)) === 3);
    await page.waitForFunction(() => document.querySelectorAll('[data-request]').length === 3);
    await eventually('the next line', async () => (await activeTag(page)) === '2.0.0');
    await page.waitForFunction(() => document.activeElement?.matches('[data-request]'));
  });

  it('takes the newest of a line: the highest patch is approved, the lower ones go, majors stay', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.4.2', '7.4.3', '7.5.0', '8.0.0'] }]);
    const { page } = await open();
    await toInbox(page);
    await page.keyboard.press('t');
    await page.waitForSelector('[role=dialog] textarea');
    await page.keyboard.type('we take the newest');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 would be approved').waitFor();
    await page.getByText('2 would be rejected').waitFor();
    await page.getByRole('button', { name: 'Approve 3', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const rows = await app.dataSource.query<{ tag_name: string; status: string }[]>(
      `SELECT tag_name, status FROM image_approval_requests ORDER BY tag_name`,
    );
    expect(rows.map((row) => `${row.tag_name} ${row.status}`)).toEqual([
      '7.4.2 rejected',
      '7.4.3 rejected',
      '7.5.0 approved',
      '8.0.0 pending',
    ]);
    await page.waitForFunction(() => document.querySelectorAll('[data-request]').length === 1);
  });

  it('draws a range out and back, with keys and with the pointer, and drops it with its filter', async () => {
    await app.addImage('many');
    await waiting('many', 1, 8);
    const { page } = await open();
    await toInbox(page);
    const selected = (): Promise<number> => page.locator('[role=row][aria-selected=true]').count();
    for (const key of ['J', 'J', 'J']) await page.keyboard.press(`Shift+${key}`);
    await page.getByText('4 selected').waitFor();
    await page.keyboard.press('Shift+K');
    await page.getByText('3 selected').waitFor();
    await page
      .locator('[data-request]')
      .nth(5)
      .click({ modifiers: ['Shift'] });
    await page.getByText('6 selected').waitFor();
    expect(await selected()).toBe(6);
    await page.keyboard.press('/');
    await page.keyboard.type('many');
    await page.getByText('the selection was cleared').first().waitFor();
    expect(await selected()).toBe(0);
    await page.getByRole('button', { name: 'Select again' }).click();
    await page.getByText('6 selected').waitFor();
    await page.keyboard.press('Escape');
    await eventually('the end of it', async () => (await selected()) === 0);
  });

  it('has a view of what lacks a platform, keeps its own views, and hands them on as a file', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
    await app.dataSource.query(
      `UPDATE image_approval_requests SET platforms_missing = '{linux/s390x}' WHERE tag_name = '8.0.0'`,
    );
    const { page } = await open();
    await toInbox(page);
    const views = page.getByRole('button', { name: 'Views' });
    const view = async (name: string): Promise<void> => {
      await views.click();
      await page.getByRole('menu').getByText(name, { exact: true }).click();
    };
    await view('Missing a platform');
    await rowOf(page, '7.5.0').waitFor({ state: 'detached' });
    await rowOf(page, '8.0.0').waitFor();
    expect(await tagsShown(page)).toEqual(['8.0.0']);
    await view('Save this view…');
    await page.getByLabel('Name').fill('Lacking');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The key that closed it presses nothing else, though the focus is on the button again.
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Views');
    expect(await page.getByRole('menu').count()).toBe(0);
    const download = page.waitForEvent('download');
    await view('Export');
    const file = await (await download).path();

    const { page: other } = await openPage(served.browser, app);
    await toInbox(other);
    await other.locator('input[type=file]').setInputFiles(file);
    await other.getByRole('button', { name: 'Views' }).click();
    await other.getByRole('menu').getByText('Lacking', { exact: true }).click();
    await other.waitForFunction(() => location.search.includes('missing=any'));
  });

  it('tells the history of a request: pushed again, decided and opened again, by whom and why', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
    app.hub.push('redis', '7.5.0');
    await app.api('POST', '/images/1/check', {});
    await app.api('POST', '/images/approval-requests/1/reject', { rejection_reason: 'not on a Friday' });
    await app.api('POST', '/images/approval-requests/1/reopen', { reason: 'it is Monday' });
    const { page, complaints } = await open();
    await page.goto('/requests/1');
    const history = page.locator('.detail .history li');
    await history.filter({ hasText: 'Reopened by local' }).getByText('it is Monday').waitFor();
    await history.filter({ hasText: 'Rejected by local' }).getByText('not on a Friday').waitFor();
    await history.filter({ hasText: /Pushed again, now [0-9a-f]{10}/ }).waitFor();
    await history.filter({ hasText: 'Opened by the monitor' }).waitFor();
    await page.getByRole('button', { name: 'Copy the approved digest' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('keeps what this session decided under "Decided by me", each with its undo', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
    const { page } = await open();
    await toInbox(page);
    const first = await activeTag(page);
    await page.keyboard.press('a');
    await eventually('the decision', async () => (await pendingOf(app)) === 1);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menu').getByText('Decided by me', { exact: true }).click();
    const session = page.getByRole('region', { name: 'Decided in this session' });
    await session.getByText(`Approved redis:${first}`).waitFor();
    await session.getByRole('button', { name: `Undo redis:${first}` }).click();
    await eventually('the undo', async () => (await pendingOf(app)) === 2);
    await session.waitFor({ state: 'detached' });
  });

  it('reads on by itself where there are no groups, and says where to begin when nothing is watched', async () => {
    const { page, complaints } = await open();
    await page.goto('/inbox');
    await page.getByRole('link', { name: 'Add one' }).click();
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    await app.addImage('many');
    await waiting('many', 1, 250);
    await toInbox(page, '?by=none');
    await page.getByText('The first 100 of 250 are shown.').waitFor();
    await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.waitForSelector('[role=grid][aria-rowcount="250"]');
    expect(complaints).toEqual([]);
  });

  it('reads a request again before it says that it was not decided', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
    const { page } = await open();
    await toInbox(page);
    // It arrives, and the answer is lost on the way.
    await page.route('**/approve', async (route) => {
      await route.fetch();
      await route.abort();
    });
    const first = await activeTag(page);
    await page.keyboard.press('a');
    await page.locator('.toast', { hasText: `Approved redis:${first}` }).waitFor();
    expect(await pendingOf(app)).toBe(1);
    await page.unroute('**/approve');

    // It does not arrive.
    await page.route('**/approve', (route) => route.fulfill({ status: 503, body: '' }));
    await page.keyboard.press('a');
    await page.locator('.toast', { hasText: 'was not decided' }).waitFor();
    await page.waitForSelector('[data-request] .row-note');
    expect(await pendingOf(app)).toBe(1);
    await page.unroute('**/approve');

    // It is asked to wait, says how long, and does it then.
    let isFirst = true;
    await page.route('**/approve', async (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      await route.fulfill({
        status: 429,
        headers: { 'retry-after': '2' },
        contentType: 'application/problem+json',
        body: '{}',
      });
    });
    await page.waitForSelector('.row.is-active');
    await page.keyboard.press('a');
    await page
      .getByText(/asks to wait; again in/)
      .first()
      .waitFor();
    expect(await pendingOf(app)).toBe(1);
    await eventually('the decision', async () => (await pendingOf(app)) === 0);
  });

  it('marks what is decided elsewhere, and takes back what is opened again elsewhere', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0', '9.0.0'] }]);
    const { page } = await open();
    await toInbox(page);
    const idOf = async (tag: string): Promise<string> =>
      (await rowOf(page, tag).getAttribute('data-request')) ?? '';
    const eight = await idOf('8.0.0');
    await app.api('POST', `/images/approval-requests/${eight}/reject`, { rejection_reason: 'no' });
    await rowOf(page, '8.0.0')
      .getByText(/local rejected this/)
      .waitFor();
    // It stays where it is until the reader asks.
    expect(await tagsShown(page)).toHaveLength(3);
    await page.keyboard.press('.');
    await rowOf(page, '8.0.0').waitFor({ state: 'detached' });

    const first = await activeTag(page);
    const id = await idOf(first);
    await page.keyboard.press('a');
    await rowOf(page, first).waitFor({ state: 'detached' });
    await eventually('the decision', async () => (await pendingOf(app)) === 1);
    await app.api('POST', `/images/approval-requests/${id}/reopen`, {});
    await page.getByRole('button', { name: /1 new/ }).click();
    await rowOf(page, first).waitFor();
  });

  it('shares one stream between tabs, and gives it on when the tab that has it closes', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
    const { page, context } = await open();
    await toInbox(page);
    let streams = 0;
    context.on('request', (request) => (streams += Number(request.url().endsWith('/events'))));
    const second = await context.newPage();
    await toInbox(second);
    expect(streams).toBe(0);
    await page.close();
    await eventually('the second tab to listen', () => Promise.resolve(streams === 1));
    app.hub.push('redis', '7.6.0');
    await app.api('POST', '/images/1/check', {});
    await second.getByRole('button', { name: /1 new/ }).waitFor();
  });

  describe('signed in', () => {
    const signIn = async (page: Page, token: string): Promise<void> => {
      await page.getByLabel('API token').fill(token);
      await page.keyboard.press('Enter');
    };
    /** A token, made when the service knows that it is not open to everybody any more: it remembers that for a second. */
    const tokenOf = async (name: string, role: 'viewer' | 'reviewer' | 'admin'): Promise<string> => {
      const { token } = await bearerOf(app.dataSource, name, role);
      const isClosed = async (): Promise<boolean> => (await app.api('GET', '/session')).status === 401;
      await eventually('the service to ask for tokens', isClosed);
      return token;
    };
    /** On the page of whoever was signed in before. */
    const openAs = async (token: string): Promise<OpenPage> => {
      const opened = await open();
      await opened.page.goto('/inbox');
      await opened.page.waitForURL('**/sign-in?to=*');
      await signIn(opened.page, token);
      await opened.page.waitForSelector('.row.is-active');
      return opened;
    };
    /** The role of this browser, or the status of the refusal; the service remembers a session for a moment. */
    const sessionOf = async (page: Page): Promise<string | number> => {
      const answer = await page.request.get(`${app.url}/api/v1/session`);
      return answer.ok() ? ((await answer.json()) as { role: string }).role : answer.status();
    };
    const revoke = (name: string): Promise<unknown> =>
      app.dataSource.query(`UPDATE image_monitor.api_tokens SET revoked_at = now() WHERE name = $1`, [name]);

    it('lets viewers look, reviewers decide and admins edit', async () => {
      await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
      const tokens = {
        viewer: await tokenOf('vic', 'viewer'),
        reviewer: await tokenOf('rita', 'reviewer'),
        admin: await tokenOf('ada', 'admin'),
      };
      const viewer = await openAs(tokens.viewer);
      await viewer.page.getByText('Only reviewers decide.').waitFor();
      expect(await viewer.page.getByRole('checkbox').count()).toBe(0);
      expect(await viewer.page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
      for (const key of ['a', 'x', 'Shift+J', 'Control+a', 'r', 't']) await viewer.page.keyboard.press(key);
      expect(await viewer.page.getByRole('dialog').count()).toBe(0);

      const reviewer = await openAs(tokens.reviewer);
      await reviewer.page.keyboard.press('a');
      await eventually(
        'the decision',
        async () => (await countOf(`image_approval_requests WHERE reviewed_by = 'rita'`)) === 1,
      );
      await reviewer.page.goto('/images/1');
      await reviewer.page.getByRole('button', { name: 'Check now' }).waitFor();
      expect(await reviewer.page.getByRole('button', { name: 'Filters…' }).count()).toBe(0);

      const admin = await openAs(tokens.admin);
      await admin.page.goto('/images/1');
      await admin.page.getByRole('button', { name: 'Filters…' }).waitFor();
      // No token is left where a script could find it.
      const kept = await admin.page.evaluate(() =>
        JSON.stringify([localStorage, sessionStorage, document.cookie, location.href]),
      );
      expect(kept).not.toContain(tokens.admin);
    });

    it.each([
      // The decision is refused when the address has followed to the next row, or when the page has asked to sign in.
      ['by the decision', false, () => !location.search.endsWith('open=2')],
      ['by a read before it', true, () => location.pathname.endsWith('/sign-in')],
    ])(
      'refuses a token that is none, and comes back to the same place: told %s',
      async (_, isAnotherReadFirst, hasMovedOn) => {
        await fill(app, [
          { name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0', '9.0.0', '10.0.0'] },
        ]);
        const first = await tokenOf('rita', 'reviewer');
        const second = await tokenOf('rosa', 'reviewer');
        const { page } = await open();
        await page.goto('/inbox?bump=major');
        await page.waitForURL('**/sign-in?to=*');
        await signIn(page, 'ims_nothing');
        await page.getByText('This token is not known').waitFor();
        expect(await page.getByLabel('API token').inputValue()).toBe('');
        await signIn(page, first);
        await page.waitForSelector('.row.is-active');
        await page.keyboard.press('j');
        // The address follows a moment later, when the reader stays.
        await page.waitForFunction(() => location.search.endsWith('open=2'));
        const reading = await activeTag(page);
        const place = new URL(page.url()).search;

        await revoke('rita');
        await eventually('the end of the session', async () => (await sessionOf(page)) === 401);
        await page.route('**/approve', async (route) => {
          await page.waitForFunction(hasMovedOn);
          await route.continue();
        });
        if (!isAnotherReadFirst)
          await page.route(/\/api\/v1\/(?!session)/, (route) =>
            route.request().method() === 'GET' ? undefined : route.fallback(),
          );
        await page.keyboard.press('a');
        await page.waitForURL('**/sign-in?to=*');
        expect(await pendingOf2(second)).toBe(4);
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        await signIn(page, second);
        await page.waitForSelector('.row.is-active');
        expect(new URL(page.url()).search).toBe(place);
        await eventually('the row that was read', async () => (await activeTag(page)) === reading);
      },
    );

    it('reads after a sign-in what was refused before it', async () => {
      await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
      const first = await tokenOf('rita', 'reviewer');
      const second = await tokenOf('rosa', 'reviewer');
      const { page } = await openAs(first);
      // The lines are read, their rows are not any more.
      const withoutRows = (url: URL): string => (url.searchParams.delete('rows'), url.href);
      await page.route('**/groups?*', (route) =>
        route.continue({ url: withoutRows(new URL(route.request().url())) }),
      );
      await page.route(
        (url) => url.searchParams.has('groups'),
        async (route) => {
          await revoke('rita');
          await eventually('the end of the session', async () => (await sessionOf(page)) === 401);
          await route.continue();
        },
        { times: 1 },
      );
      await page.goto('/inbox?bump=major');
      await page.waitForURL('**/sign-in?to=*');
      await signIn(page, second);
      await page.waitForSelector('.row.is-active');
      expect(await activeTag(page)).toBe('8.0.0');
    });

    it('leads nowhere else after a sign-in', async () => {
      await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
      const token = await tokenOf('rita', 'reviewer');
      const { page } = await openAs(token);
      const elsewhere = ['//example.org/', '/\\/example.org/', 'https://example.org/', 'javascript:alert(1)'];
      for (const to of elsewhere) {
        await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
        await signIn(page, token);
        await page.waitForURL('**/inbox*');
      }
    });

    it('takes the controls away when the service says that they are not ours any more', async () => {
      await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
      const { page } = await openAs(await tokenOf('rita', 'reviewer'));
      await app.dataSource.query(`UPDATE image_monitor.api_tokens SET role = 'viewer'`);
      await eventually('the new role', async () => (await sessionOf(page)) === 'viewer');
      await page.keyboard.press('a');
      await page.locator('.toast', { hasText: 'was not decided' }).waitFor();
      await page.getByText('Only reviewers decide.').waitFor();
      await rowOf(page, '7.5.0').waitFor();
      expect(await page.getByRole('checkbox').count()).toBe(0);
    });

    const pendingOf2 = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const { body } = await app.api('GET', '/images/approval-requests?status=pending', undefined, headers);
      return (body as { total: number }).total;
    };
  });

  it('loses no decision and shows none twice when the service is killed, and the list is right again', async () => {
    const settings = { databaseUrl: app.database.url, dockerHubUrl: app.hub.url, monitorEnabled: false };
    // The second one has loaded by the time that it is needed: the page waits longer and longer between its looks.
    const replicas = await Promise.all([forkReplica(compiled('')), forkReplica(compiled(''))]);
    const [first, second] = replicas;
    const start = async (replica: Replica): Promise<void> => {
      expect(await replica.start(settings)).toBe(true);
      served.leadTo(replica.url);
    };
    try {
      await start(first);
      await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0', '9.0.0', '10.0.0'] }]);
      const { page } = await open();
      await toInbox(page);
      await page.keyboard.press('a');
      await page.locator('.toast', { hasText: 'Approved redis:10.0.0' }).waitFor();

      await first.kill();
      await page.getByText(/^Reconnecting/).waitFor();
      const active = await page.locator('.row.is-active .cell-tag > .tag').textContent();
      await page.keyboard.press('a');
      await page.locator('.toast', { hasText: 'not known whether' }).waitFor();
      // It is back where it was, and says why.
      expect(await tagsShown(page)).toHaveLength(3);
      await page
        .locator('[data-request]', { hasText: active ?? '' })
        .locator('.row-note')
        .waitFor();
      expect(await pendingOf(app)).toBe(3);

      // While this browser hears nothing somebody else decides, and something is pushed.
      const rows = await app.dataSource.query<{ id: number; tag_name: string }[]>(
        `SELECT id, tag_name FROM image_approval_requests WHERE status = 'pending' AND tag_name <> $1 ORDER BY id`,
        [active],
      );
      const other = rows[0];
      await app.api('POST', `/images/approval-requests/${other?.id}/reject`, { rejection_reason: 'no' });
      app.hub.push('redis', '11.0.0');
      await app.api('POST', '/images/1/check', {});

      await start(second);
      await page.getByText(/^Live/).waitFor({ timeout: 45_000 });
      await page
        .locator('[data-request]', { hasText: other?.tag_name ?? '' })
        .getByText(/rejected this/)
        .waitFor();
      await page.getByRole('button', { name: /1 new/ }).click();
      await page.locator('[data-request]', { hasText: '11.0.0' }).waitFor();
      await eventually('the list', async () => (await tagsShown(page)).length === 3);

      for (let left = 2; left >= 0; left--) {
        await page.waitForSelector('.row.is-active');
        await page.keyboard.press('a');
        await eventually('the decision', async () => (await pendingOf(app)) === left);
      }
      const [twice] = await app.dataSource.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM (
           SELECT 1 FROM image_monitor.audit_log WHERE action LIKE 'approval_request.%ed' AND action <> 'approval_request.opened'
            GROUP BY subject_type, subject_id HAVING count(*) > 1) AS doubled`,
      );
      expect(twice?.count).toBe(0);
    } finally {
      for (const replica of replicas) await replica.kill();
    }
  }, 120_000);
});
