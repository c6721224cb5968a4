import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateKeyPair } from 'jose';
import { startApp, type TestApp } from '../support/app.js';
import { AUDIENCE, startIdentityProvider, type IdentityProvider } from '../support/identity-provider.js';

let app: TestApp;
let provider: IdentityProvider;

beforeAll(async () => {
  provider = await startIdentityProvider();
  app = await startApp({
    settings: {
      authIssuer: provider.issuer,
      authAudience: AUDIENCE,
      authJwksUrl: provider.jwksUrl,
      authRoleClaim: 'realm_access.roles',
      authFailuresPerMinute: 1_000,
    },
  });
});

afterAll(async () => {
  await app?.close();
  await provider?.close();
});

afterEach(() => void jest.restoreAllMocks());

const holding = (...roles: string[]) => ({ realm_access: { roles } });
const session = (jwt: string) => app.api('GET', '/session', undefined, { authorization: `Bearer ${jwt}` });
const now = () => Math.floor(Date.now() / 1000);

function unsigned(header: object, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.`;
}

function claims(more: object = {}): Record<string, unknown> {
  return { iss: provider.issuer, aud: AUDIENCE, sub: 'u', exp: now() + 300, ...holding('admin'), ...more };
}

describe('a JWT of the identity provider', () => {
  it('names who asks and what he may do', async () => {
    const jwt = await provider.sign({ email: 'ann@example.org', ...holding('viewer', 'other', 'reviewer') });
    expect((await session(jwt)).body).toMatchObject({
      actor: 'ann@example.org',
      role: 'reviewer',
      auth: 'token',
      can: ['read', 'decide', 'check'],
    });
  });

  it.each([
    [{ preferred_username: 'ann' }, 'ann'],
    [{ email: 'boss@example.org', email_verified: false, preferred_username: 'ann' }, 'ann'],
    [{ email: 'a\u202eb\nc' }, 'a b c'],
    [{ email: 'x'.repeat(400) }, 'x'.repeat(255)],
    [{ email: 'image_monitor' }, 'user-1'],
  ])('with %j is %s', async (given, actor) => {
    expect((await session(await provider.sign({ ...given, ...holding('viewer') }))).body.actor).toBe(actor);
  });

  it('is taken with a role that is one value', async () => {
    const jwt = await provider.sign({ realm_access: { roles: 'admin' } });
    expect((await session(jwt)).body.role).toBe('admin');
  });

  it('without a role may nothing, and is told which claim is looked at', async () => {
    const answer = await session(await provider.sign({ realm_access: { roles: ['toString', 'root'] } }));
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ code: 'no_role', required_role: 'viewer' });
    expect(answer.body.detail).toContain('realm_access.roles');
  });

  it('signed with a key that is new is taken after the provider was asked again', async () => {
    await session(await provider.sign(holding('viewer')));
    const old = await provider.sign(holding('viewer'));
    await provider.rotate();
    const fresh = await provider.sign(holding('viewer'));
    // Half a minute later: the provider is not asked more often, whatever keys are invented.
    expect((await session(fresh)).status).toBe(401);
    const later = Date.now() + 31_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    const before = provider.asked;
    expect((await session(fresh)).status).toBe(200);
    expect((await session(old)).status).toBe(401);
    expect(provider.asked).toBe(before + 1);
  });

  it.each([
    ['has expired', async () => provider.sign(holding('admin'), { expires: now() - 31 })],
    ['never expires', async () => provider.sign(holding('admin'), { expires: null })],
    ['is not valid yet', async () => provider.sign({ ...holding('admin'), nbf: now() + 60 })],
    [
      'is of a foreign issuer',
      async () => provider.sign({ ...holding('admin'), iss: 'https://evil.example/' }),
    ],
    [
      'is of its issuer but for the slash',
      async () => provider.sign({ ...holding('admin'), iss: provider.issuer.slice(0, -1) }),
    ],
    ['is meant for another', async () => provider.sign({ ...holding('admin'), aud: 'billing' })],
    [
      'is signed by a foreign key',
      async () => {
        const { privateKey } = await generateKeyPair('ES256');
        return provider.sign(holding('admin'), { key: privateKey });
      },
    ],
    ['is signed by nobody (alg: none)', () => Promise.resolve(unsigned({ alg: 'none' }, claims()))],
    [
      'is signed with the public key (HS256)',
      () => {
        const head = unsigned({ alg: 'HS256', kid: provider.publicJwk.kid }, claims()).slice(0, -1);
        const key = JSON.stringify(provider.publicJwk);
        return Promise.resolve(`${head}.${createHmac('sha256', key).update(head).digest('base64url')}`);
      },
    ],
    [
      'was changed on the way',
      async () => {
        const [head, , signature] = (await provider.sign(holding('viewer'))).split('.');
        return `${head}.${unsigned({}, claims()).split('.')[1]}.${signature}`;
      },
    ],
    ['is none', () => Promise.resolve('a.b.c')],
  ])('that %s is 401 with a challenge', async (_, make) => {
    const answer = await session(await make());
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'invalid_token', status: 401 });
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+"$/,
    );
  });

  it('is taken within half a minute of a clock that differs', async () => {
    expect((await session(await provider.sign(holding('viewer'), { expires: now() - 20 }))).status).toBe(200);
    expect((await session(await provider.sign({ ...holding('viewer'), nbf: now() + 20 }))).status).toBe(200);
  });

  it('that cannot be judged, since the keys are not to be had, is 503 and nobody is to blame', async () => {
    const other = await startIdentityProvider();
    other.status = 500;
    const away = await startApp({
      hub: app.hub,
      database: app.database,
      settings: { authIssuer: other.issuer, authAudience: AUDIENCE, authJwksUrl: other.jwksUrl },
    });
    const jwt = await other.sign({ role: 'admin' });
    const answer = await away.api('GET', '/images', undefined, { authorization: `Bearer ${jwt}` });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'identity_provider_unavailable' });
    other.status = 200;
    expect((await away.api('GET', '/images', undefined, { authorization: `Bearer ${jwt}` })).status).toBe(
      200,
    );
    await away.close();
    await other.close();
  });
});

it('with an identity provider nothing is open, not even on loopback', async () => {
  const answer = await app.api('GET', '/images');
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
});
