import { Readable } from 'node:stream';
import { Get, Headers, Inject, Query, Res, StreamableFile, UseInterceptors } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
  getSchemaPath,
  ApiExtraModels,
} from '@nestjs/swagger';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, IsUUID, Length, Max, Min } from 'class-validator';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { csvLine } from '../http/csv.js';
import { CursorKind, PageQuery, totalOf } from '../http/cursor.js';
import { IsTime } from '../http/is-time.js';
import { ApiProblems } from '../http/openapi.js';
import { IfGiven } from '../http/schema.pipe.js';
import { AUDIT_SUBJECTS } from './audit-entry.entity.js';
import { listAuditEntries, type AuditFilter, type AuditPosition } from './audit-log.sql.js';
import { AUDIT_COLUMNS, AuditEntryList, auditEntryView } from './audit-log.view.js';

const CURSOR = new CursorKind('audit-log:newest', ['time', 'text']);
/** Entries of an export that are in memory at once. */
const EXPORT_PAGE = 1_000;
const MAX_ID = 2_147_483_647;

/** `?actor=ana&action=approval_request.approved…`; whatever is left out does not filter. */
export class AuditLogQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'ana' })
  @IfGiven()
  @IsString()
  @Length(1, 255)
  actor?: string;

  @ApiPropertyOptional({ example: 'approval_request.approved' })
  @IfGiven()
  @IsString()
  @Length(1, 64)
  action?: string;

  @ApiPropertyOptional({ enum: AUDIT_SUBJECTS })
  @IfGiven()
  @IsIn(AUDIT_SUBJECTS)
  subject_type?: string;

  @ApiPropertyOptional({ type: 'integer' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  subject_id?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Everything about an image and its tags.' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MAX_ID)
  image_id?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Everything about an approval request.' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MAX_ID)
  request_id?: number;

  @ApiPropertyOptional({ format: 'uuid', description: 'A bulk decision.' })
  @IfGiven()
  @IsUUID()
  batch_id?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'At or after.' })
  @IfGiven()
  @IsTime()
  since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before.' })
  @IfGiven()
  @IsTime()
  until?: string;
}

/** The part of a response that both Express and Fastify have. */
interface Answer {
  header(name: string, value: string): unknown;
}

/** Who did what, for whoever has to find out; there is no way to write it but by doing. */
@ApiTags('Audit log')
@ApiExtraModels(AuditEntryList)
@UseInterceptors(ConditionalReads)
@ApiController('audit-log')
export class AuditLogController {
  constructor(@Inject(DATA_SOURCE) private readonly db: DataSource) {}

  @Get()
  @Role('viewer')
  @ApiOperation({
    summary: 'The audit log, newest first',
    description:
      'With Accept: text/csv all entries that match, as a file; limit and cursor do not count then.',
  })
  @ApiProduces('application/json', 'text/csv')
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(AuditEntryList) } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiProblems(400)
  async list(
    @Query() query: AuditLogQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<AuditEntryList | StreamableFile> {
    answer.header('Vary', 'Accept');
    const filter = filterOf(query);
    if (/\btext\/csv\b/i.test(accept ?? '')) {
      return new StreamableFile(Readable.from(this.csv(filter)), {
        type: 'text/csv; charset=utf-8; header=present',
        disposition: 'attachment; filename="audit-log.csv"',
      });
    }
    const after = CURSOR.read(query.cursor);
    const { rows, counted } = await listAuditEntries(this.db, filter, {
      after: after && positionOf(after),
      limit: query.limit,
      isCounted: true,
    });
    const page = CURSOR.page(rows, query.limit, (row) => [row.occurred_at_text, row.id]);
    return {
      audit_entries: page.rows.map(auditEntryView),
      ...totalOf(counted),
      next_cursor: page.nextCursor,
    };
  }

  /** Page by page, so that ten million entries pass through a few megabytes and no connection is held while the reader is slow. */
  private async *csv(filter: AuditFilter): AsyncGenerator<string> {
    yield csvLine(AUDIT_COLUMNS);
    let after: AuditPosition | null = null;
    for (;;) {
      const { rows } = await listAuditEntries(this.db, filter, {
        after,
        limit: EXPORT_PAGE,
        isCounted: false,
      });
      const page = rows.slice(0, EXPORT_PAGE);
      yield page
        .map((row) => auditEntryView(row))
        .map((entry) => csvLine(AUDIT_COLUMNS.map((column) => cellOf(entry[column]))))
        .join('');
      const last = page[page.length - 1];
      if (rows.length <= EXPORT_PAGE || !last) return;
      after = { occurredAt: last.occurred_at_text, id: last.id };
    }
  }
}

function cellOf(value: unknown): string | number | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}

function positionOf([occurredAt, id]: [string, string]): AuditPosition {
  // A number too large for the column reads from the newest entry on, as any position beyond it would.
  return { occurredAt, id: /^[0-9]{1,18}$/.test(id) ? id : '0' };
}

function filterOf(query: AuditLogQuery): AuditFilter {
  return {
    actor: query.actor,
    action: query.action,
    subjectType: query.subject_type,
    subjectId: query.subject_id,
    imageId: query.image_id,
    requestId: query.request_id,
    batchId: query.batch_id,
    since: query.since,
    until: query.until,
  };
}
