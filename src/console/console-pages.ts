import type { IncomingMessage, ServerResponse } from 'node:http';
import { etagOf, type ConsoleFile, type ConsoleFiles } from './console-files.js';

/** Where the console stands and where it finds the API, as the browser sees both. */
export interface ConsoleMount {
  /** Path in this application: `/`, or `/platform/ims/console`. */
  readonly path: string;
  /** The same as the browser sees it, where a proxy in front takes a part away; default: `path`. */
  readonly publicPath?: string;
  /** Public path of the API: `/api/v1`. */
  readonly apiPath: string;
  /**
   * Whether `X-Forwarded-Prefix` of a request counts: a proxy in front puts it before both paths above. Only where that
   * proxy sets or removes the header itself, since else any caller chooses where the page looks for its scripts.
   */
  readonly trustForwardedPrefix?: boolean;
  /** Who may show the console in a frame, as CSP writes it; default: nobody. */
  readonly frameAncestors?: string;
}

/** A request handler of Node's own kind, which Express and Fastify both take as middleware. */
export type ConsoleHandler = (
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Every view has its own address, and only these get the page: a catch-all would hide the API's 404. */
const VIEWS = /^(?:|inbox|images|monitor|audit|sign-in|requests\/[1-9][0-9]{0,9}|images\/[1-9][0-9]{0,9})$/;

/** A path and nothing else: no host, no query, no `..`. Longer ones are somebody's trial. */
const PREFIX = /^(?:\/(?!\.\.?(?:\/|$))[\w.~-]{1,100}){1,10}\/?$/;

/** What the page names of the list, for the inbox without a filter alone: no other view asks for it. */
const LIST_AHEAD = /<link rel="preload"[^>]*\/approval-requests\/[^>]*>\s*/;
const INBOX = /^(?:inbox)?\/?$/;
/** Which request is open beside the list does not change it. */
const NO_FILTER = /^(?:\?(?:open=[0-9]*)?)?$/;

const A_YEAR = 'public, max-age=31536000, immutable';

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<title>Image Monitor</title><p>The console is being built; this page looks again every three seconds.</p>
<p>The API is up. Where nothing builds, run <code>npm start</code>, or set CONSOLE=false.</p></html>`;

/**
 * Answers the console's addresses and passes everything else on. Nothing is read from disk here, and no path of a
 * request is ever joined to a folder: an address is in the table or it is not ours.
 */
export function consoleHandler(files: ConsoleFiles | null, mount: ConsoleMount): ConsoleHandler {
  const base = withSlash(mount.path);
  const pages = pagesOf(files, mount, '');
  const headers = pageHeaders(mount);

  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const url = request.originalUrl ?? request.url ?? '/';
    const path = url.split('?', 1)[0] ?? '/';
    if (`${path}/` !== base && !path.startsWith(base)) return next();
    const name = path.slice(base.length);
    const asset = files?.assets.get(name);
    if (asset) {
      for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
      response.setHeader('Cache-Control', A_YEAR);
      return send(request, response, asset, 200);
    }
    if (!VIEWS.test(name.replace(/\/$/, ''))) return next();
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    response.setHeader('Cache-Control', files ? 'no-cache' : 'no-store');
    const isPlainInbox = INBOX.test(name) && NO_FILTER.test(url.slice(path.length));
    const which = isPlainInbox ? 'inbox' : 'other';
    if (!mount.trustForwardedPrefix) return send(request, response, pages[which], files ? 200 : 503);
    const prefix = prefixIn(request);
    const own = prefix === '' ? pages : pagesOf(files, mount, prefix);
    send(request, response, own[which], files ? 200 : 503, 'Accept-Encoding, X-Forwarded-Prefix');
  };
}

/** What the proxy took away from the path; empty where it says nothing, or nothing that is a path. */
function prefixIn(request: IncomingMessage): string {
  const prefix = request.headers['x-forwarded-prefix'];
  return typeof prefix === 'string' && PREFIX.test(prefix) ? prefix : '';
}

/** The page with its mount written in, so that its relative addresses hold at any depth. */
function pagesOf(
  files: ConsoleFiles | null,
  mount: ConsoleMount,
  prefix: string,
): Readonly<Record<'inbox' | 'other', ConsoleFile>> {
  const base = attribute(withSlash(prefix + withSlash(mount.publicPath ?? mount.path)));
  const api = attribute(withSlash(prefix + withSlash(mount.apiPath)));
  const text =
    files?.page
      .replace('href="/console-base/"', () => `href="${base}"`)
      .replaceAll('"/console-api/', () => `"${api}`) ?? NOT_BUILT;
  return { inbox: htmlFile(text), other: htmlFile(text.replace(LIST_AHEAD, '')) };
}

function htmlFile(text: string): ConsoleFile {
  const plain = Buffer.from(text);
  return { type: 'text/html; charset=utf-8', plain, br: null, gzip: null, etag: etagOf(plain) };
}

function pageHeaders(mount: ConsoleMount): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'self'",
      "form-action 'none'",
      `frame-ancestors ${mount.frameAncestors ?? "'none'"}`,
      "require-trusted-types-for 'script'",
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: ConsoleFile,
  status: number,
  vary = 'Accept-Encoding',
): void {
  response.setHeader('ETag', file.etag);
  response.setHeader('Vary', vary);
  if (status === 200 && isKnown(request.headers['if-none-match'], file.etag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const [encoding, body] =
    file.br && /\bbr\b/.test(accepted)
      ? ['br', file.br]
      : file.gzip && /\bgzip\b/.test(accepted)
        ? ['gzip', file.gzip]
        : [null, file.plain];
  if (encoding !== null) response.setHeader('Content-Encoding', encoding);
  response.setHeader('Content-Type', file.type);
  response.setHeader('Content-Length', body.length);
  response.statusCode = status;
  response.end(request.method === 'HEAD' ? undefined : body);
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}

function withSlash(path: string): string {
  return `/${path}/`.replace(/\/{2,}/g, '/');
}

function attribute(text: string): string {
  return text.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
