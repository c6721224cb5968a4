import { applyDecorators, Controller, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { AccessGuard } from './access.guard.js';
import { JsonOnlyGuard } from './json-only.guard.js';
import { ApiProblems } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { SchemaPipe } from './schema.pipe.js';

/**
 * A controller of the API: refused to whom its `@Role` does not name, problem documents, judged bodies and queries, JSON only.
 *
 * Each controller brings them along instead of the application setting them globally, so that a host platform that
 * imports a module gets the same behaviour and keeps its own filters and pipes for its own routes.
 */
export function ApiController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(path),
    UseFilters(ProblemFilter),
    UseGuards(AccessGuard, JsonOnlyGuard),
    UsePipes(new SchemaPipe()),
    // What any route may answer, whatever it does: judged before it is reached, or the database's fault.
    ApiProblems(400, 401, 403, 413, 415, 429, 503),
  );
}
