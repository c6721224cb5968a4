import { hash } from 'node:crypto';
import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The part of a response that both Express and Fastify have. */
interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/**
 * Gives every read a weak ETag of its body, and answers 304 to whoever has that body already (console SPEC 10.12).
 *
 * Express does the like by itself, but not where the request says `Cache-Control: no-cache`, which `fetch` adds to
 * every request with an `If-None-Match` of the caller's own; and Fastify does not at all. The body is made into JSON
 * here, once, and handed on as text.
 */
@Injectable()
export class ConditionalReads implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const asked = context.switchToHttp().getRequest<Asked>();
    if (asked.method !== 'GET') return next.handle();
    const answer = context.switchToHttp().getResponse<Answer>();
    return next.handle().pipe(
      map((body: unknown) => {
        if (typeof body !== 'object' || body === null || body instanceof StreamableFile) return body;
        const text = JSON.stringify(body);
        const tag = `W/"${hash('sha1', text, 'base64url')}"`;
        answer.header('ETag', tag);
        // Kept by the browser, and asked for again each time.
        answer.header('Cache-Control', 'private, no-cache');
        if (isKnown(asked.headers['if-none-match'], tag)) {
          answer.status(304);
          return '';
        }
        answer.header('Content-Type', 'application/json; charset=utf-8');
        return text;
      }),
    );
  }
}

/** Weak comparison (RFC 9110, 8.8.3.2): proxies that compress make `W/"x"` of `"x"`. */
function isKnown(header: string | string[] | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const known = String(header)
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  return known.includes('*') || known.includes(tag.replace(/^W\//, ''));
}
