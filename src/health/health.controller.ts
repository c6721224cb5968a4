import { Controller, Get, Inject, UseFilters, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { Refusal } from '../domain/refusals.js';
import { AccessGuard } from '../http/access.guard.js';
import { Public } from '../http/actor.js';
import { ApiProblems } from '../http/openapi.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { JobQueue } from '../queue/job-queue.js';

/** The answer of a health route. */
export class HealthView {
  @ApiProperty({ example: 'ok' }) status!: 'ok';
}

/** For load balancers and orchestrators; outside the API's prefix. */
@ApiTags('Health')
@Controller('health')
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@ApiProblems(429)
export class HealthController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly queue: JobQueue,
  ) {}

  /** The process answers: restart it when this does not. Says nothing about the database, which a restart would not mend. */
  @Get('live')
  @Public()
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ type: HealthView })
  live(): HealthView {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({ summary: 'The database answers, has the tables of this version, and jobs can be stored' })
  @ApiOkResponse({ type: HealthView })
  @ApiProblems(503)
  async ready(): Promise<HealthView> {
    try {
      // The newest column and table that the code needs; a planner error is the answer "not migrated".
      await this.db.query(`SELECT inventory_state FROM images LIMIT 0`);
      await this.db.query(`SELECT id FROM image_monitor.audit_log LIMIT 0`);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      throw new Refusal(
        'unavailable',
        'not_ready',
        'The database does not answer, or has not been migrated.',
        {
          details: { reason: /does not exist/.test(why) ? 'not_migrated' : 'database' },
        },
      );
    }
    if (!this.queue.ready) {
      throw new Refusal('unavailable', 'not_ready', 'The job queue has not started yet.', {
        details: { reason: 'queue' },
      });
    }
    return { status: 'ok' };
  }
}
