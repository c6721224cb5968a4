/// <reference lib="dom" />
import { beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually, type TestApp } from '../support/app.js';
import { fill, inBrowser, openPage, pendingOf, serveEachTest, type OpenPage } from './browser.js';

inBrowser('the console in a browser', () => {
  const served = serveEachTest();
  let app: TestApp;
  beforeEach(() => {
    ({ app } = served);
  });
  const open = (): Promise<OpenPage> => served.pages.fresh();

  const rowOf = (page: Page, tag: string) =>
    page.locator(`[role=row][data-request]`, { hasText: tag }).first();
  const nextRow = async (page: Page): Promise<string> =>
    (await page.locator('.row.is-active').locator('xpath=..').getAttribute('data-request')) ?? '';

  it('lets twenty requests be decided without the mouse, and one be undone', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `image-${String(i).padStart(2, '0')}`);
    await fill(
      app,
      names.map((name) => ({ name, approved: '1.0.0', waiting: ['1.1.0', '2.0.0'] })),
    );
    const { page, complaints } = await open();
    await page.goto('/');
    await page.waitForSelector('.row.is-active');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    let decided = 0;
    for (; decided < 19; decided++) {
      const before = await nextRow(page);
      if (decided === 3) {
        await page.keyboard.press('r');
        await page.waitForSelector('[role=dialog] textarea');
        await page.keyboard.type('not yet');
        await page.keyboard.press('Control+Enter');
      } else await page.keyboard.press('a');
      await page.waitForSelector(`[data-request="${before}"]`, { state: 'detached' });
      // The focus went on to the next row, and is never lost.
      await page.waitForFunction(() => document.activeElement?.matches('[role=row][data-request]'));
    }
    expect(await eventually('all to arrive', async () => (await pendingOf(app)) === 1)).toBe(true);
    await page.keyboard.press('u');
    await eventually('the undo', async () => (await pendingOf(app)) === 2);
    await page.waitForFunction(() => document.querySelectorAll('[role=row][data-request]').length === 2);
    await page.keyboard.press('a');
    await page.waitForFunction(() => document.querySelectorAll('[role=row][data-request]').length === 1);
    const last = await nextRow(page);
    await page.keyboard.press('a');
    await page.waitForSelector(`[data-request="${last}"]`, { state: 'detached' });
    await page.getByText('Nothing waits.').waitFor();
    await eventually('the last decision', async () => (await pendingOf(app)) === 0);

    await page.keyboard.press('4');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.getByText('reopened').first().waitFor();
    await page.getByText('not yet').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('ignores a key that repeats, and keys in fields', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
    const { page } = await open();
    await page.goto('/inbox');
    await page.waitForSelector('.row.is-active');
    await page.evaluate(() =>
      document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', repeat: true, bubbles: true })),
    );
    await page.keyboard.press('/');
    await page.keyboard.type('ara');
    await page.waitForURL('**/inbox?q=ara*');
    await page.getByText('Nothing matches.').waitFor();
    expect(await pendingOf(app)).toBe(2);
  });

  it('tells the second of two who was first', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
    const first = await open();
    const second = await openPage(served.browser, app);
    await first.page.goto('/inbox');
    await second.page.goto('/inbox');
    await rowOf(second.page, '8.0.0').waitFor();
    // The second one hears of nothing: only the answer to his own decision can tell him.
    await second.page.route('**/api/v1/events', (route) => route.abort());
    await first.page.waitForSelector('.row.is-active');
    await first.page.keyboard.press('a');
    await eventually('the first decision', async () => (await pendingOf(app)) === 1);
    await second.page.waitForSelector('.row.is-active');
    await second.page.keyboard.press('k');
    await second.page.keyboard.press('a');
    await second.page.locator('.row-note', { hasText: /local approved this/ }).waitFor();
    expect(await pendingOf(app)).toBe(1);
  });

  it('keeps Approve off while a tag that was pushed again has not been compared', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
    const { page, complaints } = await open();
    await page.goto('/inbox');
    const approve = page.locator('.detail-foot .button-approve');
    await approve.waitFor();
    await page.waitForSelector('.platform-sizes');
    app.hub.push('redis', '7.5.0');
    await app.api('POST', '/images/1/check', {});
    await page.getByText('This tag was pushed again while you read.').waitFor();
    expect(await approve.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Compare again' }).click();
    expect(await approve.isDisabled()).toBe(false);

    // Where the list has read the next one first, and the comparison is still of the one before.
    await page.getByText(/^Live/).waitFor();
    await page.route(/approval-requests\/\d+$/, () => undefined);
    app.hub.push('redis', '7.5.0');
    await app.api('POST', '/images/1/check', {});
    await page.keyboard.press('.');
    await page.getByText('This tag was pushed again while you read.').waitFor();
    expect(await approve.isDisabled()).toBe(true);
    await page.keyboard.press('a');
    await page.locator('.toast', { hasText: 'compare before you decide' }).waitFor();
    expect(await pendingOf(app)).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('approves by the new digest at once when it was compared, and once however often it is clicked', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', '8.0.0'] }]);
    const { page, complaints } = await open();
    const sent: string[] = [];
    page.on('request', (request) => void (request.url().endsWith('/approve') && sent.push(request.url())));
    await page.goto('/inbox?bump=minor');
    await page.waitForSelector('.platform-sizes');
    app.hub.push('redis', '7.5.0');
    await app.api('POST', '/images/1/check', {});
    await page.getByText('This tag was pushed again while you read.').waitFor();
    // Before the next picture.
    await page.evaluate(async () => {
      for (const button of ['.moved button', '.button-approve', '.button-approve']) {
        document.querySelector<HTMLElement>(`.detail-foot ${button}`)?.click();
        await Promise.resolve();
      }
    });
    await eventually('the approval', async () => (await pendingOf(app)) === 1);
    await page.locator('.toast', { hasText: 'Approved redis:7.5.0' }).waitFor();

    expect(sent).toHaveLength(1);
    await page.goto('/inbox');
    const other = await nextRow(page);
    await page.goto(`/requests/${other}`);
    await page.locator('.detail-foot .button-approve').dblclick();
    await eventually('the other approval', async () => (await pendingOf(app)) === 0);
    await page.waitForURL('**/inbox');
    expect(sent).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  it('takes a second key for a re-push, with both digests beside each other', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: [] }]);
    app.hub.push('redis', '7.4.1');
    await app.api('POST', '/images/1/check', {});
    const { page } = await open();
    await page.goto('/inbox');
    await page.waitForSelector('.row.is-active');
    await page.keyboard.press('a');
    await page.getByText('compare both digests').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement?.matches('[role=row][data-request]'));
    // The second key before the next picture: the digests are there already, and Enter is their button's.
    const isAsked = await page.evaluate(async () => {
      const press = (key: string): unknown =>
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      press('a');
      await Promise.resolve();
      press('Enter');
      return document.querySelector('.repush-ask') !== null;
    });
    expect(isAsked).toBe(true);
    expect(await pendingOf(app)).toBe(1);
    expect(await page.locator('.repush-ask dd').allTextContents()).toEqual([
      expect.stringMatching(/^sha256:/),
      app.hub.digest('redis', '7.4.1'),
    ]);
    await page.keyboard.press('Enter');
    await eventually('the approval', async () => (await pendingOf(app)) === 0);
  });

  it('decides by filter what its preview said, after the number was typed, and undoes the batch', async () => {
    await fill(app, [
      { name: 'redis', approved: '7.0.0', waiting: Array.from({ length: 130 }, (_, i) => `7.${i + 1}.0`) },
    ]);
    const { page, complaints } = await open();
    await page.goto('/inbox?bump=minor');
    await page.waitForSelector('.row.is-active');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Select all 130 that match' }).click();
    await page.keyboard.press('r');
    await page.waitForSelector('[role=dialog] textarea');
    await page.keyboard.type('too many');
    await page.keyboard.press('Control+Enter');
    await page.getByText('130 would be rejected').waitFor();
    const go = page.getByRole('button', { name: 'Reject 130', exact: true });
    expect(await go.isDisabled()).toBe(true);
    await page.getByLabel('Type 130 to go on').fill('130');
    await go.click();
    await eventually('the batch', async () => (await pendingOf(app)) === 0);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('u');
    await eventually('the undo', async () => (await pendingOf(app)) === 130);
    expect(complaints).toEqual([]);
  });

  it('shows names from a registry as text', async () => {
    const long = `9.${'0'.repeat(126)}`;
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0', long] }]);
    const hostile = '<img src=x onerror=alert(1)>\u202e🦊';
    await app.dataSource.query(`UPDATE image_approval_requests SET tag_name = $1 WHERE tag_name = '7.5.0'`, [
      hostile,
    ]);
    const { page, complaints } = await open();
    await page.goto('/inbox');
    await page.waitForSelector('.row.is-active');
    await page.getByText('⟨202E⟩🦊').first().waitFor();
    expect(await page.locator('#root img').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('does not say that nothing waits when something has come in', async () => {
    const { page } = await open();
    await page.goto('/inbox');
    await page.getByText('No image is watched yet.').waitFor();
    await page.getByText(/^Live/).waitFor();
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
    await page.getByText('New requests came in since.').waitFor();
    expect(await page.getByText(/^No image is watched|^Nothing waits/).count()).toBe(0);
    await page.getByRole('button', { name: /1 new/ }).click();
    await rowOf(page, '7.5.0').waitFor();
  });

  it('merges what came in only when asked', async () => {
    await fill(app, [{ name: 'redis', approved: '7.4.1', waiting: ['7.5.0'] }]);
    const { page } = await open();
    await page.goto('/inbox');
    await page.waitForSelector('.row.is-active');
    await page.getByText(/^Live/).waitFor();
    app.hub.push('redis', '7.6.0');
    await app.api('POST', '/images/1/check', {});
    await page.getByRole('button', { name: /1 new/ }).waitFor();
    expect(await rowOf(page, '7.6.0').count()).toBe(0);
    await page.keyboard.press('.');
    await rowOf(page, '7.6.0').waitFor();
  });
});
