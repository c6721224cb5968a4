import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** An identity provider on a port of its own: publishes keys, and signs what a test asks for. */
export interface IdentityProvider {
  issuer: string;
  jwksUrl: string;
  /** How often the keys were asked for. */
  asked: number;
  /** Answers the keys' requests with this status from now on. */
  status: number;
  /** The key that signs now, as a holder of the published half has it. */
  publicJwk: JWK;
  /** From now on another key signs, and it alone is published. */
  rotate(): Promise<void>;
  sign(
    claims: JWTPayload,
    options?: { key?: CryptoKey; kid?: string; expires?: string | number | null },
  ): Promise<string>;
  close(): Promise<void>;
}

export const AUDIENCE = 'images';

export async function startIdentityProvider(): Promise<IdentityProvider> {
  let count = 0;
  let current = await newKey();
  async function newKey() {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const kid = `key-${++count}`;
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
  }
  const server: Server = createServer((_request, response) => {
    provider.asked += 1;
    response.writeHead(provider.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [current.jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const provider: IdentityProvider = {
    issuer,
    jwksUrl: `${issuer}keys`,
    asked: 0,
    status: 200,
    get publicJwk() {
      return current.jwk;
    },
    rotate: async () => {
      current = await newKey();
    },
    sign: async (claims, { key, kid, expires = '5m' } = {}) => {
      const jwt = new SignJWT({ iss: issuer, aud: AUDIENCE, sub: 'user-1', ...claims });
      jwt.setProtectedHeader({ alg: 'ES256', kid: kid ?? current.kid });
      if (expires !== null) jwt.setExpirationTime(expires);
      return jwt.sign(key ?? current.privateKey);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}
