import type { IncomingMessage, ServerResponse } from 'node:http';
import { quoted } from '../domain/quoted.js';
import { Refusal } from '../domain/refusals.js';

const LOOPBACK = /^(?:localhost|127(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}|\[::1\])(?::[0-9]{1,5})?$/i;

/** Whether a `Host` header names this machine: `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}

/**
 * Middleware for a service that is open on loopback: refuses requests whose `Host` is another name.
 *
 * A page on the internet can let its own name point to 127.0.0.1 (DNS rebinding); the browser then takes this service
 * for a part of that page and lets it read and write. Only the header gives it away. What a page may do under its own
 * name, Nest's protection against cross-site requests covers (`configure-http.ts`).
 */
export function refuseForeignHosts(
  request: IncomingMessage,
  _response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  const host = request.headers.host;
  if (isLoopbackHost(host)) return next();
  next(
    new Refusal(
      'forbidden',
      'foreign_host',
      `This service answers on this machine only, as localhost, 127.0.0.1 or [::1]; it was asked for as ${quoted(host ?? '')}.`,
    ),
  );
}
