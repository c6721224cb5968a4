import { Get, Inject, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { ApiProblems } from '../http/openapi.js';
import { IfGiven } from '../http/schema.pipe.js';
import { listBudgetMinutes, listTagDays } from './stats.sql.js';

/** `?days=30&image_id=1`. */
export class TagStatsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 366, default: 30 })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(366)
  days: number = 30;

  @ApiPropertyOptional({ type: 'integer' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  image_id?: number;
}

/** `?minutes=60`. */
export class BudgetStatsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1440, default: 60 })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(1440)
  minutes: number = 60;
}

/** A day of the reviewers' work. */
export class TagDayView {
  @ApiProperty({ format: 'date', example: '2026-02-28', description: 'In UTC.' }) day!: string;
  @ApiProperty({ type: 'integer', description: 'Requests opened.' }) opened!: number;
  @ApiProperty({ type: 'integer', description: 'Approvals; one given twice counts twice.' })
  approved!: number;
  @ApiProperty({ type: 'integer' }) rejected!: number;
  @ApiProperty({
    type: 'integer',
    description: 'Re-pushes of approved tags that opened a request, and of waiting tags.',
  })
  repushed!: number;
}

/** `{"days": […]}`, oldest first, none left out. */
export class TagStatsAnswer {
  @ApiProperty({ type: [TagDayView] }) days!: TagDayView[];
}

/** A minute of the request budget. */
export class BudgetMinuteView {
  @ApiProperty({ format: 'date-time' }) minute!: string;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Requests paid since the minute before that is shown; null: none was kept.',
  })
  used!: number | null;
  @ApiProperty({ type: 'integer', description: 'Requests a minute that might leave.' }) limit!: number;
  @ApiProperty({ type: 'integer', description: 'Due images that waited.' }) waiting!: number;
  @ApiProperty({ description: 'Docker Hub had asked to wait, or was failing.' }) paused!: boolean;
}

/** `{"minutes": […]}`, oldest first; minutes in which no replica ran are left out. */
export class BudgetStatsAnswer {
  @ApiProperty({ type: [BudgetMinuteView] }) minutes!: BudgetMinuteView[];
}

/** What the console plots over time. */
@ApiTags('Statistics')
@UseInterceptors(ConditionalReads)
@ApiController('stats')
export class StatsController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly budget: RequestBudget,
  ) {}

  @Get('tags')
  @Role('viewer')
  @ApiOperation({ summary: 'How many requests were opened and decided on each day' })
  @ApiOkResponse({ type: TagStatsAnswer })
  @ApiProblems(400)
  async tags(@Query() query: TagStatsQuery): Promise<TagStatsAnswer> {
    return { days: await listTagDays(this.db, { days: query.days, imageId: query.image_id ?? null }) };
  }

  @Get('budget')
  @Role('viewer')
  @ApiOperation({ summary: 'How much was asked of Docker Hub in each of the last minutes' })
  @ApiOkResponse({ type: BudgetStatsAnswer })
  @ApiProblems(400)
  async minutes(@Query() query: BudgetStatsQuery): Promise<BudgetStatsAnswer> {
    const rows = await listBudgetMinutes(this.db, this.budget.key, query.minutes);
    return { minutes: rows.map((row) => ({ ...row, minute: row.minute.toISOString() })) };
  }
}
