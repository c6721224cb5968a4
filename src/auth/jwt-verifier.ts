import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Refusal } from '../domain/refusals.js';
import { ACTOR_ROLES, type Actor, type ActorRole } from '../http/actor.js';

/**
 * Signatures with a private key only. An HS256 token is "signed" with what everybody may read here, the public key,
 * and `none` with nothing.
 */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Clocks of the provider and of this machine may differ by this much. */
const CLOCK_SKEW_SECONDS = 30;

/** A key that nobody knows makes us ask the provider again (it may be new), but not more often than this. */
const KEYS_COOLDOWN_MS = 30_000;

/** After this a key that the provider took back is taken back here. */
const KEYS_MAX_AGE_MS = 600_000;
const KEYS_TIMEOUT_MS = 5_000;
const RETRY_AFTER_SECONDS = 5;

/** What `actor` in the audit log has room for. */
const MAX_NAME_LENGTH = 255;

/** Names that the service writes into the audit log itself. */
const RESERVED_NAMES = new Set(['local', 'image_monitor']);

export interface JwtOptions {
  issuer: string;
  audience: string;
  jwksUrl: string;
  /** A claim's name, or a path with dots into objects. */
  roleClaim: string;
}

/** Verifies the JWTs of one identity provider and reads from them who asks. */
export class JwtVerifier {
  private readonly keys: JWTVerifyGetKey;

  constructor(private readonly options: JwtOptions) {
    this.keys = createRemoteJWKSet(new URL(options.jwksUrl), {
      cooldownDuration: KEYS_COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      timeoutDuration: KEYS_TIMEOUT_MS,
    });
  }

  /** @throws Refusal 401 for a token that is not to be believed, 403 for one without a role, 503 when the keys cannot be had */
  async actorOf(jwt: string): Promise<Actor> {
    const claims = await this.verified(jwt);
    const name = nameIn(claims);
    if (name === null)
      throw invalidToken('The token names nobody: it has no email, preferred_username or sub.');
    const role = roleIn(claims, this.options.roleClaim);
    if (role === null) {
      throw new Refusal(
        'forbidden',
        'no_role',
        `The token is right, but its claim ${this.options.roleClaim} holds none of ${ACTOR_ROLES.join(', ')}.`,
        { details: { required_role: 'viewer', role: null } },
      );
    }
    return { name, role, kind: 'jwt', id: `jwt:${claims.sub ?? name}` };
  }

  private async verified(jwt: string): Promise<JWTPayload> {
    const { issuer, audience } = this.options;
    const demands = {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['exp'],
    };
    try {
      return (await jwtVerify(jwt, this.keys, demands)).payload;
    } catch (error) {
      // A token that does not say which key signed it, and a provider with several: each is tried.
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        for await (const key of error) {
          const result = await jwtVerify(jwt, key, demands).catch((inner: unknown) => {
            if (inner instanceof errors.JWSSignatureVerificationFailed) return null;
            throw refusalFor(inner);
          });
          if (result !== null) return result.payload;
        }
        throw invalidToken('The signature of the token is not of one of the keys of the identity provider.');
      }
      throw refusalFor(error);
    }
  }
}

/** 401 for a credential that is wrong; `detail` goes into `WWW-Authenticate`, too. */
export function invalidToken(detail: string): Refusal {
  return new Refusal('unauthenticated', 'invalid_token', detail);
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return invalidToken('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalidToken(`The claim ${error.claim} of the token is not as it has to be here.`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return invalidToken('The algorithm of the token is not one that is taken here.');
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) {
    return invalidToken('The signature of the token is not of one of the keys of the identity provider.');
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return invalidToken('The token is not a JWT.');
  }
  // What is left is the provider's: unreachable, slow, or no set of keys. The caller is not to blame.
  return new Refusal(
    'unavailable',
    'identity_provider_unavailable',
    'The keys of the identity provider cannot be had just now, so the token cannot be judged.',
    { details: { retry_after_seconds: RETRY_AFTER_SECONDS } },
  );
}

/** What people know each other by, first. An address that the provider says nobody has verified is anybody's. */
function nameIn(claims: JWTPayload): string | null {
  const email = claims['email_verified'] === false ? undefined : claims['email'];
  for (const given of [email, claims['preferred_username'], claims.sub]) {
    const name = typeof given === 'string' ? cleaned(given) : '';
    if (name !== '' && !RESERVED_NAMES.has(name)) return name;
  }
  return null;
}

/** On one line and without what turns text around: the name is printed in logs, tables and the audit log. */
function cleaned(name: string): string {
  const printable = name
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return [...printable].slice(0, MAX_NAME_LENGTH).join('');
}

/** The greatest role that the claim holds: as a value, or one of a list. Names with dots (URLs) stand before paths. */
function roleIn(claims: JWTPayload, path: string): ActorRole | null {
  const value = Object.hasOwn(claims, path) ? claims[path] : valueAt(claims, path.split('.'));
  const held: unknown[] = Array.isArray(value) ? value : [value];
  return ACTOR_ROLES.findLast((role) => held.includes(role)) ?? null;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}
