import { Get, HttpCode, Inject, Logger, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { LogLine } from '../config/log-line.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { quoted } from '../domain/quoted.js';
import { invalidField, Refusal } from '../domain/refusals.js';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { CursorKind, PageQuery, totalOf } from '../http/cursor.js';
import { ApiProblems } from '../http/openapi.js';
import { countDeadLetters, listDeadLetters, type DeadLetterRow } from './queue.sql.js';
import { JobQueue } from './job-queue.js';

/** A job that failed for the last time. */
export class DeadLetterView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ example: 'domain-events' }) queue!: string;
  @ApiProperty({ format: 'uuid', description: 'Of the job at first; for a domain event, its id.' })
  job_id!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) data!: Record<string, unknown>;
  @ApiProperty({ type: String, nullable: true }) error!: string | null;
  @ApiProperty({ type: 'integer', example: 11 }) tries!: number;
  @ApiProperty({ format: 'date-time' }) stored_at!: string;
  @ApiProperty({ format: 'date-time' }) failed_at!: string;
}

/** A page of them. */
export class DeadLettersView {
  @ApiProperty({ type: [DeadLetterView] }) dead_letters!: DeadLetterView[];
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ required: false, type: Boolean }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** The answer to a replay. */
export class ReplayView {
  @ApiProperty({ example: 'The job will be tried again' }) message!: string;
}

const cursors = new CursorKind('dead-letters:newest', ['time', 'text'] as const);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What could not be delivered, for an admin who has mended the cause. */
@ApiTags('Events')
@ApiController('dead-letters')
export class DeadLettersController {
  private readonly logger = new Logger('Queue');

  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly queue: JobQueue,
  ) {}

  @Get()
  @Role('admin')
  @ApiOperation({ summary: 'Jobs that failed for the last time, the newest first' })
  @ApiOkResponse({ type: DeadLettersView })
  @ApiProblems(400, 401, 403)
  async list(@Query() query: PageQuery): Promise<DeadLettersView> {
    const [failedAt, id] = cursors.read(query.cursor) ?? [];
    if (id !== undefined && !UUID.test(id))
      throw invalidField('cursor', 'takes the next_cursor of a page before');
    const after = failedAt === undefined || id === undefined ? null : { failedAt, id };
    const [found, counted] = await Promise.all([
      listDeadLetters(this.db, { limit: query.limit, after }),
      countDeadLetters(this.db),
    ]);
    const position = (row: DeadLetterRow): [string, string] => [row.failed_at, row.id];
    const { rows, nextCursor } = cursors.page(found, query.limit, position);
    return { dead_letters: rows, ...totalOf(counted), next_cursor: nextCursor };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Role('admin')
  @ApiOperation({ summary: 'Try a job again, from its first try' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ type: ReplayView })
  @ApiProblems(400, 401, 403, 404)
  async replay(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<ReplayView> {
    if (!UUID.test(id)) throw invalidField('id', `takes a UUID, got ${quoted(id)}`);
    if (!(await this.queue.replay(id))) {
      throw new Refusal('not_found', 'not_found', `There is no dead letter ${id}.`);
    }
    this.logger.log(
      new LogLine(`${actor.name} sends the dead letter ${id} again`, { actor: actor.name, job_id: id }),
    );
    return { message: 'The job will be tried again' };
  }
}
