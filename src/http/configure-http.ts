import { HttpAdapterHost } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from '../config/settings.js';
import { isLoopbackHost, refuseForeignHosts } from './local-only.js';
import { ProblemFilter } from './problem.filter.js';
import { tellRequestId } from './request-id.js';

/** Far above our largest body (1,000 decisions with their digests: 110 kB), far below what hurts. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * How the stand-alone application speaks HTTP: prefix, limits, problem documents for what no controller sees, and the
 * rules of an open service on loopback. A host platform does not call it; there our controllers bring what they need.
 *
 * The application must be made with `bodyParser: false`, else Nest's own parser, which also takes forms and stops at
 * 100 kB, comes with it.
 */
export function configureHttp(
  app: NestExpressApplication,
  settings: Pick<Settings, 'host' | 'trustProxy'>,
): void {
  app.setGlobalPrefix('api/v1', { exclude: ['health/{*path}', 'metrics'] });
  app.use(tellRequestId);
  // Never `true`, with which anybody chooses the address that he is counted by.
  if (settings.trustProxy !== null) app.set('trust proxy', settings.trustProxy);
  if (isLoopbackAddress(settings.host)) app.use(refuseForeignHosts);
  // By Sec-Fetch-Site, or by Origin against Host where a browser does not send it: refuses cross-site writes with 403.
  app.enableCsrfProtection();
  app.useSecurityHeaders({
    // This service speaks plain HTTP on loopback: a browser told to upgrade would not find its own page's scripts.
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    strictTransportSecurity: false,
  });
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  app.useGlobalFilters(new ProblemFilter(app.get(HttpAdapterHost)));
  answerUnknownRoutesEverywhere(app);
}

/**
 * With a prefix Nest answers unknown routes beneath it only, and Express the others, in HTML. Called once more without
 * the prefix, the adapter's own method answers those too. Whatever is mounted after `app.init()` is then not reached.
 */
function answerUnknownRoutesEverywhere(app: NestExpressApplication): void {
  const adapter = app.getHttpAdapter();
  const setNotFoundHandler = adapter.setNotFoundHandler?.bind(adapter);
  if (!setNotFoundHandler) return;
  adapter.setNotFoundHandler = (handler, prefix, excludedRoutes) => {
    setNotFoundHandler(handler, prefix, excludedRoutes);
    if (prefix) setNotFoundHandler(handler);
  };
}

function isLoopbackAddress(host: string): boolean {
  return isLoopbackHost(host.includes(':') ? `[${host}]` : host);
}
