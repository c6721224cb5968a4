import { RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Authentication } from '../../src/auth/authentication.js';
import { RequestThrottle } from '../../src/auth/request-throttle.js';
import { revokeToken } from '../../src/auth/tokens.sql.js';
import { settingsFrom } from '../../src/config/load-settings.js';
import { ACTOR_ROLES, ROLE_METADATA, type ActorRole, type RouteRole } from '../../src/http/actor.js';
import { openApiDocument } from '../../src/http/openapi.js';
import { eventually, startApp, type ApiAnswer, type TestApp } from '../support/app.js';
import { bearerOf } from '../support/tokens.js';

let app: TestApp;
let open: TestApp;
let tokens: Record<ActorRole, { authorization: string; token: string }>;

beforeAll(async () => {
  open = await startApp();
  app = await startApp({ hub: open.hub, settings: { manualChecksPerMinute: 1_000 } });
  tokens = {
    viewer: await bearerOf(app.dataSource, 'viewer', 'viewer'),
    reviewer: await bearerOf(app.dataSource, 'reviewer', 'reviewer'),
    admin: await bearerOf(app.dataSource, 'admin', 'admin'),
  };
});

afterAll(async () => {
  await app?.close();
  await open?.close();
});

const as = (role: ActorRole) => ({ authorization: tokens[role].authorization });

/** A route as Nest has it: where, and who may. */
interface Route {
  method: string;
  path: string;
  role: RouteRole | undefined;
}

/** All routes of all controllers, from Nest's own metadata: what is registered, not what is documented. */
function routes(): Route[] {
  const found = new DiscoveryService(app.app.get(ModulesContainer)).getControllers();
  return found.flatMap(({ instance, metatype }) => {
    const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
    const base = String(Reflect.getMetadata('path', metatype ?? Object));
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name] ?? Object;
      const path = Reflect.getMetadata('path', handler) as string | undefined;
      if (path === undefined) return [];
      const role = (Reflect.getMetadata(ROLE_METADATA, handler) ??
        Reflect.getMetadata(ROLE_METADATA, metatype ?? Object)) as RouteRole | undefined;
      const local = `/${base}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
      const isOutside = /^\/(?:health\/|metrics$)/.test(local);
      const method = RequestMethod[Reflect.getMetadata('method', handler) as number] ?? '';
      return [{ method, path: isOutside ? local : `/api/v1${local}`, role }];
    });
  });
}

/** Calls it with ids that nothing has, and reads no further than the head: a stream of events has no end. */
async function call({ method, path }: Route, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  const url =
    app.url + path.replace(/:[a-z]*secret|:token\b/gi, 'x'.repeat(20)).replace(/:[A-Za-z]+/g, '2147483646');
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const stop = new AbortController();
  const answer = await fetch(url, {
    method,
    headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    body: hasBody ? '{}' : undefined,
    signal: stop.signal,
  });
  const isProblem = /problem\+json/.test(answer.headers.get('content-type') ?? '');
  const text = isProblem ? await answer.text() : '';
  stop.abort();
  return { status: answer.status, headers: answer.headers, text, body: isProblem ? JSON.parse(text) : null };
}

describe('every route', () => {
  it('says who may call it, and is documented', () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter(({ role }) => role === undefined)).toEqual([]);
    const documented = Object.keys(openApiDocument(app.app).paths).map((path) =>
      path.replace(/\{(\w+)\}/g, ':$1'),
    );
    const known = new Set(all.map(({ path }) => path));
    expect(documented.filter((path) => !known.has(path))).toEqual([]);
  });

  it('is public for health, sign-in and a secret in the URL alone', () => {
    const surprising = routes().filter(
      ({ role, path }) =>
        role === 'public' && !/^\/(?:health\/|api\/v1\/session$|api\/v1\/webhooks\/)/.test(path),
    );
    expect(surprising).toEqual([]);
  });

  it('writes for no viewer', () => {
    const surprising = routes().filter(
      ({ role, method, path }) => role === 'viewer' && method !== 'GET' && !/preview$/.test(path),
    );
    expect(surprising).toEqual([]);
  });

  it('is 401 without a token', async () => {
    for (const route of routes().filter(({ role }) => role !== 'public')) {
      const answer = await call(route);
      expect([route, answer.status, answer.headers.get('www-authenticate')]).toEqual([route, 401, 'Bearer']);
    }
  });

  it.each(ACTOR_ROLES)('lets the %s do what his role may, and nothing else', async (held) => {
    for (const route of routes()) {
      if (route.role === 'public' || route.role === undefined) continue;
      const answer = await call(route, as(held));
      const may = ACTOR_ROLES.indexOf(held) >= ACTOR_ROLES.indexOf(route.role);
      if (may) expect([route, [401, 403, 500].includes(answer.status)]).toEqual([route, false]);
      else {
        expect([route, answer.status]).toEqual([route, 403]);
        expect(answer.body).toMatchObject({ code: 'role_too_small', required_role: route.role, role: held });
        expect(answer.body.detail).toContain(`takes the role ${route.role}`);
      }
    }
  });
});

describe('an API token', () => {
  it.each([
    ['Bearer ims_abc', 'not all of one'],
    ['Basic YTpi', 'Bearer'],
    ['Bearer', 'Bearer'],
    [`Bearer ims_${'a'.repeat(49)}`, 'not all of one'],
  ])('that is wrong (%s) is 401 with a challenge', async (authorization, why) => {
    const answer = await app.api('GET', '/images', undefined, { authorization });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'invalid_token' });
    expect(answer.headers.get('www-authenticate')).toContain(`error="invalid_token"`);
    expect(answer.body.detail).toContain(why);
  });

  it('that was never made here is 401', async () => {
    const foreign = await bearerOf(open.dataSource, 'foreign', 'admin');
    await open.dataSource.query('DELETE FROM image_monitor.api_tokens');
    const answer = await app.api('GET', '/images', undefined, { authorization: foreign.authorization });
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
  });

  it('ends when it is revoked, and with it the sessions', async () => {
    const made = await bearerOf(app.dataSource, 'short', 'viewer');
    const headers = { authorization: made.authorization };
    const signedIn = await app.api('POST', '/session', { token: made.token });
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await app.api('GET', '/images', undefined, headers)).status).toBe(200);
    expect((await app.api('GET', '/images', undefined, { cookie })).status).toBe(200);
    expect(await revokeToken(app.dataSource, { name: 'short' })).toMatchObject({ name: 'short' });
    for (const sent of [headers, { cookie }]) {
      const refused = await eventually(
        'the end of the token',
        async () => {
          const answer = await app.api('GET', '/images', undefined, sent);
          return answer.status === 401 && answer;
        },
        2_000,
      );
      expect(refused.body.code).toBe('invalid_token');
    }
  });

  it('ends when it expires', async () => {
    const { authorization } = await bearerOf(app.dataSource, 'old', 'viewer');
    await app.dataSource.query(`UPDATE image_monitor.api_tokens SET expires_at = now() WHERE name = 'old'`);
    const answer = await app.api('GET', '/images', undefined, { authorization });
    expect([answer.status, answer.body.detail]).toEqual([401, 'The token has expired.']);
  });

  it('is the actor of what it decides, and its use is noted once a minute', async () => {
    const statements = await app.statementsOf(async () => {
      const made = await app.api('POST', '/images', { image_name: 'caddy' }, as('admin'));
      expect(made.status).toBe(201);
    });
    expect(statements.length).toBeGreaterThan(0);
    const [entry] = await app.dataSource.query(
      `SELECT actor FROM image_monitor.audit_log ORDER BY id DESC LIMIT 1`,
    );
    expect(entry.actor).toBe('admin');
    const used = async () =>
      (
        await app.dataSource.query(`SELECT last_used_at FROM image_monitor.api_tokens WHERE name = 'admin'`)
      )[0].last_used_at as Date | null;
    const first = await eventually('the note of its use', used);
    await app.api('GET', '/images', undefined, as('admin'));
    expect(await used()).toEqual(first);
  });

  it('is stored as its hash alone', async () => {
    const rows = await app.dataSource.query(`SELECT t::text AS row FROM image_monitor.api_tokens t`);
    for (const { token } of Object.values(tokens)) expect(JSON.stringify(rows)).not.toContain(token);
    expect(app.log.join('\n')).not.toContain('ims_');
  });
});

describe('the address of a caller', () => {
  const LIMIT = 3;

  /** So many wrong tokens, each with its `X-Forwarded-For`; answers their statuses. */
  async function guess(trustProxy: number | string[] | null, forwarded: string[]): Promise<number[]> {
    const guarded = await startApp({
      hub: open.hub,
      database: app.database,
      settings: { trustProxy, authFailuresPerMinute: LIMIT },
    });
    const statuses: number[] = [];
    for (const address of forwarded) {
      const headers = { authorization: 'Bearer ims_wrong', 'x-forwarded-for': address };
      statuses.push((await guarded.api('GET', '/images', undefined, headers)).status);
    }
    await guarded.close();
    return statuses;
  }

  it('is what a proxy says whose network is named by TRUST_PROXY', async () => {
    const one = '203.0.113.1';
    const statuses = await guess(['127.0.0.0/8'], [one, one, one, one, '203.0.113.2']);
    expect(statuses).toEqual([401, 401, 401, 429, 401]);
  });

  it.each<[string, number | string[]]>([
    ['by a number of hops', 1],
    ['by network', ['127.0.0.0/8']],
  ])('is not what the caller says before the proxy does, trusted %s', async (_, trustProxy) => {
    const forged = Array.from({ length: LIMIT + 1 }, (_, index) => `198.51.100.${index}, 203.0.113.9`);
    expect(await guess(trustProxy, forged)).toEqual([401, 401, 401, 429]);
  });

  it.each<[string, string[] | null]>([
    ['no proxy is trusted', null],
    ['the one that asks is none of them', ['10.0.0.0/8']],
  ])('is the one that he comes from where %s', async (_, trustProxy) => {
    const invented = Array.from({ length: LIMIT + 1 }, (_, index) => `203.0.113.${index}`);
    expect(await guess(trustProxy, invented)).toEqual([401, 401, 401, 429]);
  });

  it('is one for all that an IPv6 network can choose from', async () => {
    const chosen = Array.from({ length: LIMIT + 1 }, (_, index) => `2001:db8:1:2::${index + 1}`);
    const statuses = await guess(1, [...chosen, '2001:db8:1:3::1']);
    expect(statuses).toEqual([401, 401, 401, 429, 401]);
  });
});

describe('without a token ever made', () => {
  it('nothing is open inside a platform, whose address no setting of ours knows', async () => {
    const settings = settingsFrom({ host: '127.0.0.1' });
    const inPlatform = new Authentication(settings, open.dataSource, new RequestThrottle(settings));
    expect(await inPlatform.isOpen()).toBe(false);
    expect(await inPlatform.identify({ method: 'GET', headers: { host: 'localhost' } })).toBe(null);
  });

  it('the API is open on this machine, until one is', async () => {
    const session = await open.api('GET', '/session');
    expect(session.body).toMatchObject({ actor: 'local', role: 'admin', auth: 'local', sign_in_url: null });
    const { authorization } = await bearerOf(open.dataSource, 'first', 'viewer');
    await eventually(
      'the API to close',
      async () => (await open.api('GET', '/images')).status === 401,
      2_000,
    );
    expect((await open.api('GET', '/images', undefined, { authorization })).status).toBe(200);
    // The last one may have been revoked because it leaked.
    await revokeToken(open.dataSource, { name: 'first' });
    await eventually(
      'the token to end',
      async () => (await open.api('GET', '/images', undefined, { authorization })).status === 401,
      2_000,
    );
    expect((await open.api('GET', '/images')).status).toBe(401);
  });
});
