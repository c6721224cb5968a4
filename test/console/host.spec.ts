/// <reference lib="dom" />
import { request as ask } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { eventually } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startDockerHub, type DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { findBrowser, openBrowser, openPage } from './browser.js';
import { MOUNT, startHost, type Host } from './host.js';

const path = findBrowser();
const inBrowser = path === null ? it.skip : it;

let browser: Browser | undefined;
beforeAll(async () => {
  if (path !== null) browser = await openBrowser(path);
});
afterAll(async () => browser?.close());

describe.each(['Express', 'Fastify'] as const)('the console of a platform on %s', (adapter) => {
  let database: TestDatabase;
  let hub: DockerHubStandIn;
  let host: Host;

  beforeAll(async () => {
    [database, hub] = await Promise.all([
      createTestDatabase(),
      startDockerHub({ rateLimit: { anonymous: 100_000, authenticated: 100_000, enforce: false } }),
    ]);
    host = await startHost(database, hub, adapter);
  });
  afterAll(async () => {
    await host?.app.close();
    await hub?.close();
    await database?.drop();
  });

  const get = (where: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(host.url + where, { headers, redirect: 'manual' });
  const api = async (method: string, where: string, body: unknown = {}) => {
    const answer = await fetch(`${host.url}/platform-api/ims${where}`, {
      method,
      headers: {
        cookie: 'person=rosa',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      body: method === 'GET' ? undefined : JSON.stringify(body),
    });
    return (await answer.json()) as Record<string, unknown>;
  };

  it.each(['', '/', '/inbox', '/inbox/', '/requests/17?x=1', '/images/3', '/monitor', '/sign-in'])(
    'has a page at its mount and %j, which knows where it stands',
    async (view) => {
      const answer = await get(MOUNT + view);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      const text = await answer.text();
      expect(text).toContain(`<base href="${MOUNT}/"`);
      expect(text).toContain('content="/platform-api/ims/"');
    },
  );

  it('has its assets there, for a year, and answers 304 to who has them', async () => {
    const text = await (await get(MOUNT)).text();
    const assets = [...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((match) => match[1]);
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const name of assets) {
      const asset = await get(`${MOUNT}/${name}`, { 'accept-encoding': 'br' });
      expect(asset.status).toBe(200);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const known = asset.headers.get('etag') ?? '';
      expect((await get(`${MOUNT}/${name}`, { 'if-none-match': known })).status).toBe(304);
    }
  });

  it.each(['/', '/inbox', '/platform/ims', `${MOUNT}s`, `${MOUNT}/nothing`, `${MOUNT}/assets/x.js`])(
    "leaves %s to the platform's own 404",
    async (elsewhere) => {
      const answer = await get(elsewhere);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-security-policy') ?? '').not.toContain('script-src');
      expect(await answer.text()).toContain('Cannot GET');
    },
  );

  it('takes X-Forwarded-Prefix from a trusted proxy, where it is a path, and from nobody else', async () => {
    const baseAt = async (prefix: string): Promise<string | undefined> =>
      /<base href="([^"]*)"/.exec(await rawPage(host.url + MOUNT, prefix))?.[1];
    const isTrusted = adapter === 'Fastify';
    expect(await baseAt('/edge')).toBe(isTrusted ? `/edge${MOUNT}/` : `${MOUNT}/`);
    for (const wrong of [
      '//evil.example',
      'https://evil.example',
      '/a/../b',
      '/"><script>',
      '/a?b',
      'edge',
      '',
    ])
      expect(await baseAt(wrong)).toBe(`${MOUNT}/`);
    const answer = await get(MOUNT, { 'x-forwarded-prefix': '/edge' });
    expect(answer.headers.get('vary')).toBe(
      isTrusted ? 'Accept-Encoding, X-Forwarded-Prefix' : 'Accept-Encoding',
    );
    if (isTrusted) expect(await answer.text()).toContain('content="/edge/platform-api/ims/"');
  });

  it("says 401 with the platform's sign-in page to whom the platform does not know", async () => {
    const answer = await get('/platform-api/ims/session');
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ sign_in_url: '/platform/sign-in' });
  });

  inBrowser('is used in a browser as at home: sent to sign in, linked deeply, deciding', async () => {
    hub.push('redis', '7.4.1', { at: Date.now() - 3 * 86_400_000 });
    const { image } = (await api('POST', '/images', {
      image_name: 'redis',
      approval_status: 'approved',
      request_policy: 'all',
      baseline: true,
    })) as { image: { id: number } };
    await api('POST', `/images/${image.id}/check`);
    await api('POST', `/images/${image.id}/tags`, { tag: '7.4.1' });
    hub.push('redis', '7.4.2', { at: Date.now() - 2 * 86_400_000 });
    hub.push('redis', '8.0.0', { at: Date.now() - 86_400_000 });
    await api('POST', `/images/${image.id}/check`);

    if (!browser) throw new Error('There is no browser.');
    const { page, context, complaints } = await openPage(browser, host);
    await page.goto(`${MOUNT}/images/${image.id}`);
    await page.waitForURL('**/platform/sign-in');
    // The 401, and the picture that the platform's page does not have.
    expect(complaints.splice(0).filter((one) => !/status of 40[14]/.test(one))).toEqual([]);

    await context.addCookies([{ name: 'person', value: 'rosa', url: host.url }]);
    await page.goto(`${MOUNT}/images/${image.id}/`);
    await page.getByRole('heading', { name: 'redis' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'redis' }).waitFor();
    await page.keyboard.press('1');
    await page.waitForSelector('.row.is-active');
    await page.getByText(/^Live/).waitFor();
    await page.getByText('Signed in as rosa').waitFor();
    expect(new URL(page.url()).pathname).toBe(`${MOUNT}/inbox`);
    await page.keyboard.press('a');
    await eventually('the approval', async () => {
      const { total } = (await api('GET', '/images/approval-requests?status=pending')) as { total: number };
      return total === 1;
    });
    await page.goto(MOUNT);
    await page.waitForSelector('.row.is-active');
    await page.goto(`${MOUNT}/nowhere`);
    expect(await page.textContent('body')).toContain('Cannot GET');
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([]);

    await context.addCookies([{ name: 'person', value: 'theo', url: host.url }]);
    await page.goto(`${MOUNT}/requests/2`);
    await page.getByText('You may look, not decide.').waitFor();
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);

    // The platform's session ends while one reads.
    await context.clearCookies();
    await page.keyboard.press('2');
    await page.waitForURL('**/platform/sign-in');
    await context.close();
  });
});

/** The page for a header as it is: `fetch` would refuse or mend some of them. */
async function rawPage(url: string, prefix: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = ask(url, { agent: false, headers: { 'x-forwarded-prefix': prefix } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve(text));
    });
    asked.once('error', reject);
    asked.end();
  });
}
