import { beforeEach, describe, expect, it } from '@jest/globals';
import { AccessToken } from './access-token.js';
import { DockerHubError, type DockerHubErrorKind } from './errors.js';

const MINUTE = 60_000;
const paid = () => Promise.resolve();

let nowMs: number;
let logins: number;
let failWith: DockerHubErrorKind | null;
let reasons: string[];
let token: AccessToken;

beforeEach(() => {
  nowMs = 0;
  logins = 0;
  failWith = null;
  reasons = [];
  token = new AccessToken({
    logIn: async (pay) => {
      await pay();
      logins++;
      if (failWith !== null) throw new DockerHubError({ kind: failWith, message: 'no', url: 'https://hub/' });
      return `token-${logins}`;
    },
    onRejected: (why) => reasons.push(why),
    nowMs: () => nowMs,
  });
});

describe('AccessToken', () => {
  it('is fetched once for all who wait for it', async () => {
    const all = await Promise.all([token.current(paid), token.current(paid), token.current(paid)]);
    expect(all).toEqual(['token-1', 'token-1', 'token-1']);
  });

  it('is renewed at nine minutes, before its ten end', async () => {
    await token.current(paid);
    nowMs = 9 * MINUTE - 1;
    expect(await token.current(paid)).toBe('token-1');
    nowMs = 9 * MINUTE;
    expect(await token.current(paid)).toBe('token-2');
  });

  it('that was answered 401 is renewed once for all who got that answer', async () => {
    await token.current(paid);
    expect(await Promise.all([token.renewed('token-1', paid), token.renewed('token-1', paid)])).toEqual([
      'token-2',
      'token-2',
    ]);
    expect(await token.renewed('token-1', paid)).toBe('token-2');
    expect(logins).toBe(2);
  });

  it('that is answered 401 when new leaves the account alone for 15 minutes', async () => {
    await token.current(paid);
    token.reject('token-1');
    expect(token.state()).toBe('rejected');
    nowMs = 15 * MINUTE - 1;
    expect(await token.current(paid)).toBeNull();
    nowMs = 15 * MINUTE;
    expect(token.state()).toBe('ok');
    expect(await token.current(paid)).toBe('token-2');
    expect(reasons).toHaveLength(1);
  });

  it('is not given up because of an older one', async () => {
    await token.current(paid);
    await token.renewed('token-1', paid);
    token.reject('token-1');
    expect(token.state()).toBe('ok');
  });

  it.each(['unauthorized', 'rate_limited', 'refused', 'not_found'] as const)(
    'a login answered %s is not repeated for 15 minutes',
    async (kind) => {
      failWith = kind;
      expect(await token.current(paid)).toBeNull();
      expect(await token.current(paid)).toBeNull();
      expect(token.state()).toBe('rejected');
      expect(logins).toBe(1);
    },
  );

  it.each(['unavailable', 'malformed'] as const)(
    'a login that got no answer (%s) says nothing about the account',
    async (kind) => {
      failWith = kind;
      await expect(token.current(paid)).rejects.toMatchObject({ kind });
      expect(token.state()).toBe('ok');
      failWith = null;
      expect(await token.current(paid)).toBe('token-2');
    },
  );

  it('is fetched by the next who waits when the first cannot pay', async () => {
    const broke = () => Promise.reject(new Error('no budget'));
    const [first, second] = await Promise.allSettled([token.current(broke), token.current(paid)]);
    expect(first).toMatchObject({ status: 'rejected', reason: { message: 'no budget' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: 'token-1' });
  });
});
