import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import { Refusal } from '../domain/refusals.js';
import { rawRequestOf } from './request-id.js';

/** viewer reads, reviewer decides and checks, admin does everything; each may what the one before may. */
export type ActorRole = 'viewer' | 'reviewer' | 'admin';

/** The roles from the smallest to the greatest. */
export const ACTOR_ROLES: readonly ActorRole[] = ['viewer', 'reviewer', 'admin'];

/** Who asks: what a decision and its audit row name. Comes from authentication, never from a body. */
export interface Actor {
  readonly name: string;
  readonly role: ActorRole;
  /** `local`: open on loopback. `token`: one of our API tokens. `jwt`: the user's identity provider. `host`: the host platform. */
  readonly kind: 'local' | 'token' | 'jwt' | 'host';
  /** Tells two callers of one name apart (`token:7`, `jwt:<sub>`); what is counted per caller is counted by it. */
  readonly id?: string;
  /** Network address, where there is one. */
  readonly address?: string;
}

export const ROLE_METADATA = 'image-monitoring:role';

/** What a route says about who may call it; a route that says nothing is refused to everybody. */
export type RouteRole = ActorRole | 'public';

/** The least role that may call a route, in the document, too. Every route has one, and a test walks all routes to prove it. */
export const Role = (role: ActorRole) =>
  applyDecorators(SetMetadata(ROLE_METADATA, role), ApiBearerAuth(), ApiExtension('x-role', role));

/** Anybody may call the route, and no actor is known in it: health, sign-in, and what a secret in the URL protects. */
export const Public = () => SetMetadata(ROLE_METADATA, 'public');

/** By Node's own request, as the request's id is: no property that a host's guard may have filled with something else. */
const actors = new WeakMap<object, Actor>();

/** Says who asks. Called by {@link AccessGuard} alone, after it has judged the request. */
export function setActor(request: object, actor: Actor): void {
  actors.set(rawRequestOf(request), actor);
}

/** The actor of a request; 401 when no guard has said who it is, so that a forgotten guard closes and does not open. */
export function actorOf(request: object): Actor {
  const actor = actors.get(rawRequestOf(request));
  if (!actor) throw new Refusal('unauthenticated', 'unauthenticated', 'Say who you are.');
  return actor;
}

/** The actor as a parameter of a controller's method. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor =>
  actorOf(context.switchToHttp().getRequest<object>()),
);
