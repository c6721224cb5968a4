import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { consoleHandler } from '../../src/console/console-pages.js';
import { readConsoleFiles } from '../../src/console/console-files.js';
import { startApp, type TestApp } from '../support/app.js';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/** First JavaScript of the console, gzip: what stands between a click and the inbox. */
const MOST_SCRIPT_BYTES = 130_000;
/** All plots, one file that is fetched when the first is looked at. */
const MOST_PLOTS_BYTES = 4_096;
const MOST_STYLE_BYTES = 10_000;
const MOST_FONT_BYTES = 90_000;

describe('the console of the service', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(app.url + path, { headers, redirect: 'manual' });

  it.each([
    '/',
    '/inbox',
    '/inbox/',
    '/images',
    '/monitor',
    '/audit',
    '/requests/17',
    '/images/3',
    '/sign-in',
  ])('is a page at %s, with a policy that lets no script in', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(POLICY);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const text = await answer.text();
    expect(text).toContain('<base href="/"');
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
  });

  it.each([
    '/nothing',
    '/requests/x',
    '/requests/0',
    '/assets/nothing.js',
    '/inbox/more',
    '/..%2fpackage.json',
  ])('leaves %s to the API and its 404', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('does not take the addresses of the API', async () => {
    expect((await app.api('GET', '/images')).body).toMatchObject({ images: [] });
    expect((await fetch(`${app.url}/inbox`, { method: 'POST' })).status).toBe(404);
  });

  it('answers 304 to who has the page, and keeps assets for a year, compressed', async () => {
    const page = await get('/inbox');
    const text = await page.text();
    const again = await get('/inbox', { 'if-none-match': page.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    const script = /assets\/index-[\w-]+\.js/.exec(text)?.[0] ?? '';
    const asset = await get(`/${script}`, { 'accept-encoding': 'br' });
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    ['/inbox', true],
    ['/?open=7', true],
    ['/inbox/', true],
    ['/inbox?q=redis', false],
    ['/images', false],
    ['/requests/7', false],
  ])('asks ahead for what %s shows first, the list: %s', async (path, hasList) => {
    const text = await (await get(path)).text();
    const ahead = [...text.matchAll(/<link rel="preload" as="fetch" crossorigin href="([^"]+)"/g)];
    const [session, list] = ahead.map(([, address]) => address?.replaceAll('&amp;', '&') ?? '');
    expect(session).toBe('/api/v1/session');
    expect(list !== undefined).toBe(hasList);
    if (list !== undefined) expect((await get(list)).status).toBe(200);
  });

  it('says without a script that a browser is too old for it', async () => {
    const text = await (await get('/inbox')).text();
    expect(text).toContain('This browser is too old for the console.');
    expect(text).toContain('<noscript>');
  });

  it('is small', () => {
    const { page, assets } = readConsoleFiles() ?? { page: '', assets: new Map<string, never>() };
    const files = [...assets];
    const sum = (wanted: RegExp, sizeOf: (file: (typeof files)[number][1]) => number): number =>
      files.filter(([name]) => wanted.test(name)).reduce((all, [, file]) => all + sizeOf(file), 0);
    const gzip = (file: (typeof files)[number][1]): number => file.gzip?.length ?? Infinity;
    // All that the page names: the first script, and what that cannot start without.
    const first = [...page.matchAll(/assets\/([\w-]+)\.js/g)].map(([, name]) => name);
    expect(first.length).toBeGreaterThan(1);
    expect(sum(new RegExp(`/(?:${first.join('|')})\\.js$`), gzip)).toBeLessThan(MOST_SCRIPT_BYTES);
    const plots = /\/(?:plots?|size-of-line|tags-per-day|budget|timeline|waiting-by-age)-[\w-]+\.js$/;
    expect(files.filter(([name]) => plots.test(name))).toHaveLength(1);
    expect(sum(plots, gzip)).toBeLessThan(MOST_PLOTS_BYTES);
    expect(sum(/\.css$/, gzip)).toBeLessThan(MOST_STYLE_BYTES);
    expect(sum(/\.woff2$/, (file) => file.plain.length)).toBeLessThan(MOST_FONT_BYTES);
  });
});

describe('the console in a host', () => {
  const files = { page: '<base href="/console-base/" /><meta content="/console-api/" />', assets: new Map() };
  const ask = (url: string, mount: Parameters<typeof consoleHandler>[1], built = true) => {
    let body = '';
    let isPassed = false;
    const headers: Record<string, unknown> = {};
    const response = {
      statusCode: 0,
      setHeader: (name: string, value: unknown) => (headers[name] = value),
      end: (text?: Buffer) => (body = String(text ?? '')),
    };
    const handler = consoleHandler(built ? files : null, mount);
    handler({ method: 'GET', url, headers: {} } as never, response as never, () => (isPassed = true));
    return { status: response.statusCode, body, isPassed, headers };
  };
  const mount = { path: '/platform/ims/console', apiPath: '/platform/ims' };

  it.each(['/platform/ims/console', '/platform/ims/console/', '/platform/ims/console/requests/4?x=1'])(
    'is mounted at %s',
    (url) => {
      const { status, body } = ask(url, mount);
      expect(status).toBe(200);
      expect(body).toContain('<base href="/platform/ims/console/"');
      expect(body).toContain('content="/platform/ims/"');
    },
  );

  it.each(['/', '/inbox', '/platform/ims', '/platform/ims/console2', '/platform/ims/consoleinbox'])(
    "leaves the host's %s alone",
    (url) => {
      expect(ask(url, mount).isPassed).toBe(true);
    },
  );

  it('writes the address that the browser sees, and who may frame it', () => {
    const { body, headers } = ask('/console', {
      path: '/console',
      publicPath: '/outside',
      apiPath: '/a"b',
      frameAncestors: 'https://portal.example',
    });
    expect(body).toContain('<base href="/outside/"');
    expect(body).toContain('content="/a&#34;b/"');
    expect(String(headers['Content-Security-Policy'])).toContain('frame-ancestors https://portal.example');
  });

  it('says that it is being built, and looks again by itself', () => {
    const { status, body } = ask('/platform/ims/console/inbox', mount, false);
    expect(status).toBe(503);
    expect(body).toContain('http-equiv="refresh"');
  });
});
