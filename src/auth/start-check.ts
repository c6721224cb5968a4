import type { DataSource } from 'typeorm';
import { isLoopback } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { hasUsableToken } from './tokens.sql.js';

/** The service would be open to a network. Ends the start with 78, as a wrong setting does. */
export class AccessNotSetUp extends Error {
  override readonly name = 'AccessNotSetUp';
}

/**
 * Before the service listens: on loopback it may be open, anywhere else somebody must be able to prove who he is, by a
 * token that can still be used or through an identity provider.
 *
 * @throws AccessNotSetUp with the sentence that tells how
 */
export async function refuseOpenNetwork(
  { host, authIssuer }: Pick<Settings, 'host' | 'authIssuer'>,
  db: DataSource,
): Promise<void> {
  if (isLoopback(host) || authIssuer !== null || (await hasUsableToken(db))) return;
  throw new AccessNotSetUp(
    `HOST is ${host}, and nobody could say who may approve images: there is no API token that can be used, and no identity provider.\n` +
      '  Make a token:              npm run token -- create --name admin --role admin\n' +
      '  or name your provider:     AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL\n' +
      '  or stay on this machine:   HOST=127.0.0.1\n' +
      'Nothing is listening. See docs/access.md.',
  );
}
