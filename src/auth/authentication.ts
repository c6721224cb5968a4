import { Inject, Injectable, Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isLoopback } from '../config/load-settings.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { Refusal } from '../domain/refusals.js';
import type { AccessRequest } from '../http/access.guard.js';
import type { Actor } from '../http/actor.js';
import { hashOf, isWellFormedToken } from './api-token.js';
import { BriefMemory } from './brief-memory.js';
import { invalidToken, JwtVerifier } from './jwt-verifier.js';
import { RequestThrottle } from './request-throttle.js';
import { refuseForeignWrite, sessionIdIn } from './session-cookie.js';
import { findSession, findToken, hasTokens, noteTokenUse, type TokenHolder } from './tokens.sql.js';

/** Last use is shown to a person: exact to a minute, and a write per minute and token, not per request. */
const USE_NOTED_EVERY_MS = 60_000;

/** Our own answer to who asks: the local person, a token, a session opened with a token, a JWT. */
@Injectable()
export class Authentication {
  private readonly logger = new Logger('Access');
  private readonly open = new BriefMemory<boolean>();
  private readonly holders = new BriefMemory<TokenHolder | null>();
  private readonly usedAt = new Map<number, number>();
  private readonly jwts: JwtVerifier | null;
  private isLocal = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly throttle: RequestThrottle,
  ) {
    this.jwts = jwtVerifierOf(settings);
  }

  /**
   * Called by the stand-alone application, which listens on `HOST` itself and refuses foreign `Host` headers. Inside a
   * platform nobody calls it: where that listens, no setting of ours knows, so there nothing is ever open.
   */
  openOnLoopback(): void {
    this.isLocal = isLoopback(this.settings.host);
  }

  /** Whether a browser is to send its cookie over HTTPS only. */
  get wantsSecureCookies(): boolean {
    return !this.isLocal;
  }

  /**
   * Open to whoever reaches the loopback address, until a token is made or an identity provider is set (SPEC 10). A
   * database that cannot tell closes the service: the failure rises.
   */
  async isOpen(): Promise<boolean> {
    if (!this.isLocal || this.settings.authIssuer !== null) return false;
    return this.open.recall('open', async () => !(await hasTokens(this.db)));
  }

  /** Who asks; null when the request does not say. A token in the header counts before a cookie. */
  async identify(request: AccessRequest): Promise<Actor | null> {
    if (await this.isOpen()) return { name: 'local', role: 'admin', kind: 'local', address: request.ip };
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      return this.counted(request, async () => this.ofCredential(String(authorization)));
    }
    const sessionId = sessionIdIn(request, this.wantsSecureCookies);
    if (sessionId === null) return null;
    const actor = await this.counted(request, async () => this.ofSession(sessionId));
    refuseForeignWrite(request);
    return actor;
  }

  /** The holder of an API token, for opening a session with it. */
  async holderOf(token: string, request: AccessRequest): Promise<TokenHolder> {
    return this.counted(request, async () => this.ofToken(token));
  }

  /** The session ended: this replica forgets it at once, the others within a second. */
  forgetSession(sessionId: string): void {
    this.holders.forget(hashOf(sessionId).toString('base64'));
  }

  /**
   * Judges first and counts failures after: what is proved is never held up by what others at the same address try.
   */
  private async counted<T extends Actor | TokenHolder>(
    request: AccessRequest,
    judge: () => Promise<T>,
  ): Promise<T extends Actor ? Actor : T> {
    try {
      const found = await judge();
      return ('kind' in found ? { ...found, address: request.ip } : found) as T extends Actor ? Actor : T;
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'unauthenticated') this.throttle.failed(request.ip);
      throw error;
    }
  }

  private async ofCredential(authorization: string): Promise<Actor> {
    const token = /^bearer +([^\s]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw invalidToken('Authorization takes Bearer, a space, and a token.');
    const isJwt = this.jwts !== null && token.split('.').length === 3;
    return isJwt && this.jwts !== null ? this.jwts.actorOf(token) : actorFor(await this.ofToken(token));
  }

  private async ofToken(token: string): Promise<TokenHolder> {
    if (!isWellFormedToken(token)) throw invalidToken('This is no token of this service, or not all of one.');
    return this.used(token, findToken, 'This service knows no such token.');
  }

  private async ofSession(sessionId: string): Promise<Actor> {
    return actorFor(await this.used(sessionId, findSession, 'The session has ended; sign in again.'));
  }

  private async used(secret: string, find: typeof findToken, unknown: string): Promise<TokenHolder> {
    const hash = hashOf(secret);
    const holder = await this.holders.recall(hash.toString('base64'), async () => find(this.db, hash));
    if (holder === null) throw invalidToken(unknown);
    if (holder.state !== 'usable') throw invalidToken(`The token has ${saidOf(holder.state)}.`);
    this.noteUse(holder.id);
    return holder;
  }

  private noteUse(tokenId: number): void {
    const now = performance.now();
    const before = this.usedAt.get(tokenId);
    if (before !== undefined && now - before < USE_NOTED_EVERY_MS) return;
    this.usedAt.set(tokenId, now);
    // The request does not wait for it, and goes on without it.
    noteTokenUse(this.db, tokenId).catch((error: unknown) => {
      this.logger.warn(`The last use of token ${tokenId} was not noted: ${String(error)}`);
    });
  }
}

function saidOf(state: 'expired' | 'revoked'): string {
  return state === 'expired' ? 'expired' : 'been revoked';
}

function actorFor({ id, name, role }: TokenHolder): Actor {
  return { name, role, kind: 'token', id: `token:${id}` };
}

function jwtVerifierOf(settings: Settings): JwtVerifier | null {
  const {
    authIssuer: issuer,
    authAudience: audience,
    authJwksUrl: jwksUrl,
    authRoleClaim: roleClaim,
  } = settings;
  if (issuer === null || audience === null || jwksUrl === null) return null;
  return new JwtVerifier({ issuer, audience, jwksUrl, roleClaim });
}
