import {
  Injectable,
  UnsupportedMediaTypeException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { quoted } from '../domain/quoted.js';

interface RequestWithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Takes JSON bodies only. A form on somebody else's page can post to us without asking, but not as JSON; and Nest
 * (in a host too) parses forms by default. An empty body, as `curl -X POST -d ''` sends it, has no type to be wrong.
 */
@Injectable()
export class JsonOnlyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { headers } = context.switchToHttp().getRequest<RequestWithHeaders>();
    const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
    if (!hasBody || isJson(headers['content-type'])) return true;
    throw new UnsupportedMediaTypeException(
      `Bodies are taken as application/json, not as ${quoted(headers['content-type'] ?? 'no type')}.`,
    );
  }
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^application\/json\s*(?:;|$)/i.test(contentType);
}
