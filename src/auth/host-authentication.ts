import type { Actor } from '../http/actor.js';

/**
 * How a host platform says who asks. With it our tokens, JWTs, sessions and limits are out of the way: what the host's
 * own guards let through, and whom it names, is what counts; the role of the actor still decides what he may do.
 */
export interface HostAuthentication {
  /** The host's request, on which its guards and middleware have left who it is; null: nobody, answered with 401. */
  actorOf(request: object): Actor | null | Promise<Actor | null>;
  /** Where the console sends a person whom nobody knows. */
  readonly signInUrl?: string;
}

/** The token under which a host's {@link HostAuthentication} is provided; without a provider the service has its own. */
export const HOST_AUTHENTICATION: unique symbol = Symbol('HOST_AUTHENTICATION');
