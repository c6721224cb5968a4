import {
  Inject,
  Injectable,
  Optional,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Refusal } from '../domain/refusals.js';
import { ACTOR_ROLES, ROLE_METADATA, setActor, type Actor, type ActorRole, type RouteRole } from './actor.js';
import { rawRequestOf } from './request-id.js';

/** What Express and Fastify both give of a request, and all that access is judged by. */
export interface AccessRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The caller's address as far as `TRUST_PROXY` lets a proxy say it. */
  readonly ip?: string;
}

/**
 * Says who asks; null where the request does not say. Throws a `Refusal` for credentials that are wrong. May be called
 * again for the same request, as a stream does that must end with the session it began in.
 */
export type Authenticate = (request: AccessRequest) => Actor | null | Promise<Actor | null>;

/** The token of {@link Authenticate}: ours from `auth/`, or what a host platform puts in its place. */
export const AUTHENTICATE: unique symbol = Symbol('AUTHENTICATE');

/** What a call costs: a check by hand asks Docker Hub, and so has a limit of its own. */
export type CallKind = 'request' | 'manual_check';

/** Counts calls; refuses with `too_many` the one that is beyond a limit. `actor` is null on public routes. */
export interface Throttle {
  admit(call: { actor: Actor | null; address: string | undefined; kind: CallKind }): void;
}

/** The token of {@link Throttle}. Without a provider nothing is counted. */
export const THROTTLE: unique symbol = Symbol('THROTTLE');

const KIND_METADATA = 'image-monitoring:call-kind';

/** Counts a route under a limit of its own, beside the one of all requests. */
export const Throttled = (kind: Exclude<CallKind, 'request'>) => SetMetadata(KIND_METADATA, kind);

/**
 * Lets a request through when the route says who may call it and the caller is one of them: default deny.
 *
 * It comes with each of our controllers, so that a host cannot import one without it; the stand-alone application has
 * it around everything besides, so that a controller that forgot it is refused, too. It judges a request once.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(AUTHENTICATE) private readonly authenticate: Authenticate,
    @Optional() @Inject(THROTTLE) private readonly throttle?: Throttle,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<AccessRequest>();
    if (admitted.has(rawRequestOf(request))) return true;

    const role = this.metadata<RouteRole>(ROLE_METADATA, context);
    if (role === undefined) {
      throw new Refusal(
        'forbidden',
        'route_without_role',
        'Nobody has said who may call this, so nobody may.',
      );
    }
    const address = request.ip;
    if (role === 'public') {
      this.throttle?.admit({ actor: null, address, kind: 'request' });
    } else {
      const actor = await this.authenticate(request);
      const kind = this.metadata<CallKind>(KIND_METADATA, context) ?? 'request';
      this.throttle?.admit({ actor, address, kind: actor ? kind : 'request' });
      if (!actor) throw unauthenticated();
      refuseSmallerRole(actor, role);
      setActor(request, actor);
    }
    admitted.add(rawRequestOf(request));
    return true;
  }

  private metadata<T>(key: string, context: ExecutionContext): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}

/** Requests that the guard has let through already. */
const admitted = new WeakSet<object>();

/** 401 for a request that does not say who asks. `details` may tell a person's page where to sign in. */
export function unauthenticated(details: Record<string, unknown> = {}): Refusal {
  return new Refusal(
    'unauthenticated',
    'unauthenticated',
    'Say who you are: Authorization: Bearer, and a token of this service or of your identity provider.',
    { details },
  );
}

function refuseSmallerRole(actor: Actor, role: ActorRole): void {
  if (ACTOR_ROLES.indexOf(actor.role) >= ACTOR_ROLES.indexOf(role)) return;
  throw new Refusal('forbidden', 'role_too_small', `This takes the role ${role}; yours is ${actor.role}.`, {
    details: { required_role: role, role: actor.role },
  });
}
