import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { bearerOf } from '../support/tokens.js';

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startApp({
    settings: { authFailuresPerMinute: 3, manualChecksPerMinute: 2, rateLimitPerMinute: 40 },
  });
  token = (await bearerOf(app.dataSource, 'ann', 'reviewer')).token;
});

afterAll(async () => app?.close());

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

async function signIn(): Promise<{ cookie: string; setCookie: string }> {
  const answer = await app.api('POST', '/session', { token }, SAME_ORIGIN);
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ actor: 'ann', role: 'reviewer', auth: 'token' });
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { setCookie, cookie: setCookie.split(';')[0] ?? '' };
}

describe('a session', () => {
  it('is a cookie that no script reads and no other site sends', async () => {
    const { setCookie } = await signIn();
    expect(setCookie).toMatch(/^ims_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(setCookie).not.toContain(token);
  });

  it('says who is signed in, and where one signs in when nobody is', async () => {
    const { cookie } = await signIn();
    const session = await app.api('GET', '/session', undefined, { cookie });
    expect(session.body).toMatchObject({ actor: 'ann', can: ['read', 'decide', 'check'], version: '0.1.0' });
    const nobody = await app.api('GET', '/session');
    expect(nobody.status).toBe(401);
    expect(nobody.body).toMatchObject({ code: 'unauthenticated', sign_in_url: 'sign-in' });
  });

  it.each([
    ['without a word of the browser', {}],
    ['from a sister site', { 'sec-fetch-site': 'same-site' }],
    ['typed in', { 'sec-fetch-site': 'none' }],
    ['not as JSON', { ...SAME_ORIGIN, 'content-type': 'text/plain' }],
  ])('does not write %s', async (_, headers) => {
    const { cookie } = await signIn();
    const body = { watch_for_updates: true };
    const sent = { cookie, 'content-type': 'application/json', ...headers } as Record<string, string>;
    expect((await app.api('PUT', '/images/1/monitoring', body, sent)).status).toBe(403);
  });

  it('writes from its own origin, with the role of its token', async () => {
    const { cookie } = await signIn();
    const bulk = { action: 'approve', ids: [{ id: 1 }], dry_run: true };
    const done = await app.api('POST', '/images/approval-requests/bulk', bulk, { cookie, ...SAME_ORIGIN });
    expect([401, 403]).not.toContain(done.status);
    const refused = await app.api('DELETE', '/images/1', undefined, { cookie, ...SAME_ORIGIN });
    expect([refused.status, refused.body.required_role]).toEqual([403, 'admin']);
  });

  it('ends when one signs out, wherever the cookie was copied to', async () => {
    const { cookie } = await signIn();
    expect((await app.api('DELETE', '/session', undefined, { cookie })).status).toBe(403);
    const out = await app.api('DELETE', '/session', undefined, { cookie, ...SAME_ORIGIN });
    expect(out.status).toBe(200);
    expect(out.headers.get('set-cookie')).toMatch(/^ims_session=; Max-Age=0;/);
    expect((await app.api('GET', '/session', undefined, { cookie })).status).toBe(401);
  });

  it('ends after 12 hours', async () => {
    const { cookie } = await signIn();
    await app.dataSource.query(`UPDATE image_monitor.sessions SET expires_at = now()`);
    expect((await app.api('GET', '/session', undefined, { cookie })).status).toBe(401);
  });
});

describe('limits', () => {
  it('wrong tokens are counted by address, and a right one is taken all the same', async () => {
    const guess = () => app.api('GET', '/images', undefined, { authorization: 'Bearer ims_guess' });
    const answers = [await guess(), await guess(), await guess(), await guess(), await guess()];
    const last = answers.at(-1);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last?.body).toMatchObject({ code: 'too_many_requests', status: 429 });
    const right = await app.api('GET', '/images', undefined, { authorization: `Bearer ${token}` });
    expect(right.status).toBe(200);
  });

  it('each token has its own, whatever address it comes from', async () => {
    const one = { authorization: (await bearerOf(app.dataSource, 'one', 'viewer')).authorization };
    const two = { authorization: (await bearerOf(app.dataSource, 'two', 'viewer')).authorization };
    const statuses = [];
    for (let i = 0; i < 45; i += 1) statuses.push((await app.api('GET', '/images', undefined, one)).status);
    expect(statuses).toContain(429);
    expect((await app.api('GET', '/images', undefined, two)).status).toBe(200);
  });

  it('checks by hand are counted harder', async () => {
    const { authorization } = await bearerOf(app.dataSource, 'hasty', 'reviewer');
    const check = () => app.api('POST', '/images/2147483646/check', undefined, { authorization });
    expect([(await check()).status, (await check()).status, (await check()).status]).toEqual([404, 404, 429]);
    expect((await app.api('GET', '/images', undefined, { authorization })).status).toBe(200);
  });
});
