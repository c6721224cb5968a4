import { Global, Module } from '@nestjs/common';
import { AUTHENTICATE, THROTTLE, type Authenticate } from '../http/access.guard.js';
import { Authentication } from './authentication.js';
import { HOST_AUTHENTICATION, type HostAuthentication } from './host-authentication.js';
import { RequestThrottle } from './request-throttle.js';
import { SessionController } from './session.controller.js';

/**
 * The auth room answers for who asks: API tokens (made by `npm run token`), the JWTs of an identity provider, browser
 * sessions, the person at an open loopback address, and how much each of them may ask.
 *
 * What a role may do stands at the routes (`@Role`), and `AccessGuard` in `http/` holds them to it; it comes with every
 * controller and finds what this module provides, which is why this one is global. A host platform that provides
 * `HOST_AUTHENTICATION` says itself who asks; `AUTHENTICATE` is then its answer and not ours.
 */
@Global()
@Module({
  controllers: [SessionController],
  providers: [
    Authentication,
    RequestThrottle,
    { provide: THROTTLE, useExisting: RequestThrottle },
    {
      provide: AUTHENTICATE,
      inject: [Authentication, { token: HOST_AUTHENTICATION, optional: true }],
      useFactory: (ours: Authentication, host?: HostAuthentication): Authenticate =>
        host ? (request) => host.actorOf(request) : (request) => ours.identify(request),
    },
  ],
  exports: [AUTHENTICATE, THROTTLE],
})
export class AuthModule {}
