import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Refusal } from '../domain/refusals.js';

/** viewer reads, reviewer decides and checks, admin does everything; each may what the one before may. */
export type ActorRole = 'viewer' | 'reviewer' | 'admin';

/** Who asks: what a decision and its audit row name. Comes from authentication, never from a body. */
export interface Actor {
  readonly name: string;
  readonly role: ActorRole;
  /** `local`: open on loopback. `token`: one of our API tokens. `jwt`: the user's identity provider. `host`: the host platform. */
  readonly kind: 'local' | 'token' | 'jwt' | 'host';
  /** Network address, where there is one. */
  readonly address?: string;
}

/** Where a guard, ours or a host's, puts the actor. */
interface RequestWithActor {
  actor?: Actor;
  readonly ip?: string;
}

export const ROLE_METADATA = 'image-monitoring:role';

/** The least role that may call a route. Every route has one, and a test walks all routes to prove it. */
export const Role = (role: ActorRole) => SetMetadata(ROLE_METADATA, role);

/** The actor of a request; 401 when no guard has said who it is, so that a forgotten guard closes and does not open. */
export function actorOf(request: object): Actor {
  const { actor } = request as RequestWithActor;
  if (!actor) throw new Refusal('unauthenticated', 'unauthenticated', 'Say who you are.');
  return actor;
}

/** The actor as a parameter of a controller's method. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor =>
  actorOf(context.switchToHttp().getRequest<object>()),
);

/**
 * The guard of an installation without tokens: whoever reaches the loopback address is the admin `local` (SPEC 10).
 * It leaves alone an actor that is already there. Goes together with `refuseForeignHosts`.
 */
@Injectable()
export class OpenLocallyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<RequestWithActor>();
    request.actor ??= { name: 'local', role: 'admin', kind: 'local', address: request.ip };
    return true;
  }
}
