import { Body, Delete, Get, HttpCode, HttpStatus, Inject, Optional, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import type { DataSource } from 'typeorm';
import { BUILD, VERSION } from '../config/version.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { Refusal } from '../domain/refusals.js';
import {
  AUTHENTICATE,
  unauthenticated,
  type AccessRequest,
  type Authenticate,
} from '../http/access.guard.js';
import { ACTOR_ROLES, Public, type Actor, type ActorRole } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ApiProblems } from '../http/openapi.js';
import { hashOf, newSessionId } from './api-token.js';
import { Authentication } from './authentication.js';
import { HOST_AUTHENTICATION, type HostAuthentication } from './host-authentication.js';
import { refuseForeignWrite, sessionCookie, sessionIdIn } from './session-cookie.js';
import { endSession, openSession } from './tokens.sql.js';

/** What each role may do, in words that a page shows or hides its controls by; the server decides all the same. */
const ABILITIES: Readonly<Record<ActorRole, readonly string[]>> = {
  viewer: ['read'],
  reviewer: ['read', 'decide', 'check'],
  admin: ['read', 'decide', 'check', 'edit_images', 'settings'],
};

/** A page of the console, under whatever path it is mounted at. */
const SIGN_IN_PAGE = 'sign-in';

/** What opens a session. */
export class SignInBody {
  @ApiProperty({ example: 'ims_…', description: 'An API token.' })
  @IsString()
  @Length(1, 4096)
  token!: string;
}

/** Who is signed in, and how one does. */
export class SessionView {
  @ApiProperty({ example: 'ci' }) actor!: string;
  @ApiProperty({ enum: ACTOR_ROLES }) role!: ActorRole;
  @ApiProperty({ type: [String], example: ABILITIES.reviewer }) can!: readonly string[];
  @ApiProperty({
    enum: ['local', 'token', 'host'],
    description: 'local: open on this machine, nobody signs in.',
  })
  auth!: 'local' | 'token' | 'host';
  @ApiProperty({ type: String, nullable: true, example: SIGN_IN_PAGE }) sign_in_url!: string | null;
  @ApiProperty({ example: '0.1.0' }) version!: string;
  @ApiProperty({ example: '5f2a90c1b3d4' }) build!: string;
}

/** The answer to the end of a session. */
export class SignedOutView {
  @ApiProperty({ example: 'Signed out' }) message!: string;
}

/** The part of a response that both Express and Fastify have. */
interface Answer {
  header(name: string, value: string): unknown;
}

/**
 * Sessions of a browser, which cannot send a token with an `EventSource` and should keep none in a script: the token
 * becomes a cookie that only the server reads, ends after 12 hours, and ends with the token.
 */
@ApiTags('Session')
@ApiController('session')
export class SessionController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    @Inject(AUTHENTICATE) private readonly authenticate: Authenticate,
    private readonly authentication: Authentication,
    @Optional() @Inject(HOST_AUTHENTICATION) private readonly host?: HostAuthentication,
  ) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'Who am I, and what may I do; 401 says where to sign in' })
  @ApiOkResponse({ type: SessionView })
  @ApiProblems(401)
  async session(
    @Req() request: AccessRequest,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<SessionView> {
    answer.header('Cache-Control', 'no-store');
    const actor = await this.authenticate(request);
    if (!actor) throw unauthenticated({ sign_in_url: this.signInUrl() });
    return this.viewOf(actor);
  }

  @Post()
  @Public()
  @ApiOperation({ summary: 'Sign in: turns an API token into the cookie of a session' })
  @ApiCreatedResponse({ type: SessionView })
  @ApiProblems(400, 401, 404, 429)
  async signIn(
    @Body() body: SignInBody,
    @Req() request: AccessRequest,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<SessionView> {
    this.refuseInHost();
    const holder = await this.authentication.holderOf(body.token.trim(), request);
    const id = newSessionId().reveal();
    await openSession(this.db, { hash: hashOf(id), tokenId: holder.id });
    answer.header('Set-Cookie', sessionCookie(id, this.authentication.wantsSecureCookies));
    answer.header('Cache-Control', 'no-store');
    return this.viewOf({ name: holder.name, role: holder.role, kind: 'token' });
  }

  @Delete()
  @HttpCode(HttpStatus.OK)
  @Public()
  @ApiOperation({ summary: 'Sign out: ends the session, wherever its cookie was copied to' })
  @ApiOkResponse({ type: SignedOutView })
  @ApiProblems(403, 404)
  async signOut(
    @Req() request: AccessRequest,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<{ message: string }> {
    this.refuseInHost();
    const isSecure = this.authentication.wantsSecureCookies;
    const id = sessionIdIn(request, isSecure);
    if (id !== null) {
      refuseForeignWrite(request);
      await endSession(this.db, hashOf(id));
      this.authentication.forgetSession(id);
    }
    answer.header('Set-Cookie', sessionCookie(null, isSecure));
    return { message: 'Signed out' };
  }

  private viewOf(actor: Pick<Actor, 'name' | 'role' | 'kind'>): SessionView {
    const { name, role, kind } = actor;
    return {
      actor: name,
      role,
      can: ABILITIES[role],
      auth: kind === 'jwt' ? 'token' : kind,
      sign_in_url: kind === 'local' ? null : this.signInUrl(),
      version: VERSION,
      build: BUILD,
    };
  }

  private signInUrl(): string | null {
    return this.host ? (this.host.signInUrl ?? null) : SIGN_IN_PAGE;
  }

  private refuseInHost(): void {
    if (this.host)
      throw new Refusal('not_found', 'not_found', 'The platform around this service signs people in.');
  }
}
