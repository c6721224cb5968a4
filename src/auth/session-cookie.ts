import { Refusal } from '../domain/refusals.js';
import type { AccessRequest } from '../http/access.guard.js';

/** As long as a session lasts in the database. */
const MAX_AGE_SECONDS = 12 * 60 * 60;

/** A browser takes a `__Host-` cookie from this very host over HTTPS only, so that no sister domain can plant one. */
const SECURE_NAME = '__Host-ims_session';
const LOCAL_NAME = 'ims_session';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `Set-Cookie` for a new session, or with null for one that ended. `isSecure`: everywhere but on loopback. */
export function sessionCookie(id: string | null, isSecure: boolean): string {
  const value = id === null ? '=; Max-Age=0' : `=${id}; Max-Age=${MAX_AGE_SECONDS}`;
  const name = isSecure ? SECURE_NAME : LOCAL_NAME;
  return `${name}${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}

/** The session that a browser sends along; null where it sends none. */
export function sessionIdIn(request: AccessRequest, isSecure: boolean): string | null {
  const { cookie } = request.headers;
  if (typeof cookie !== 'string') return null;
  const start = `${isSecure ? SECURE_NAME : LOCAL_NAME}=`;
  const found = cookie.split(';').find((part) => part.trim().startsWith(start));
  const id = found?.trim().slice(start.length) ?? '';
  return /^[A-Za-z0-9_-]{43}$/.test(id) ? id : null;
}

/**
 * A browser sends its cookie along whatever page asks. So a write by cookie must come from a page of this very origin,
 * as the browser itself says, and carry JSON, which no form can.
 */
export function refuseForeignWrite({ method, headers }: AccessRequest): void {
  if (SAFE_METHODS.has(method)) return;
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  const isJson = /^application\/json\s*(?:;|$)/i.test(String(headers['content-type'] ?? ''));
  if (headers['sec-fetch-site'] === 'same-origin' && (isJson || !hasBody)) return;
  throw new Refusal(
    'forbidden',
    'cross_site',
    'With the cookie of a session only a page of this origin may write, and only in JSON.',
  );
}
