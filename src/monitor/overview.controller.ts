import { Body, Get, HttpCode, Inject, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository, type DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { missingPlatforms, parsePlatformPattern, platformText } from '../domain/platform.js';
import { Refusal } from '../domain/refusals.js';
import { compileTagFilter } from '../domain/tag-filter.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { CursorKind } from '../http/cursor.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import { Check } from './check.entity.js';
import { checkView } from './monitor.views.js';
import {
  AllChecksList,
  AllChecksQuery,
  FilterPreviewAnswer,
  FilterPreviewBody,
  OUTCOMES,
  UpcomingList,
  UpcomingQuery,
} from './overview.bodies.js';
import { listCheckIds, listRecentTags, listUpcoming } from './overview.sql.js';

/** Ids are handed out in order; those of a page are its cursor. */
const CURSOR = new CursorKind('all-checks:newest', ['integer']);
/** As many tags as one page of Docker Hub holds: what a first check would judge. */
const TAGS_TRIED = 100;

/** The monitor at a glance, over all images: what comes next, how the last checks went, and what a filter would do. */
@ApiTags('Monitor')
@UseInterceptors(ConditionalReads)
@ApiController('images')
export class OverviewController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    @InjectRepository(Check) private readonly checksRepository: Repository<Check>,
  ) {}

  @Get('monitor/upcoming')
  @Role('viewer')
  @ApiOperation({ summary: 'The checks that come next' })
  @ApiOkResponse({ type: UpcomingList })
  @ApiProblems(400)
  async upcoming(@Query() query: UpcomingQuery): Promise<UpcomingList> {
    const rows = await listUpcoming(this.db, query.limit);
    return {
      upcoming: rows.map((row) => ({
        ...row,
        next_check_at: row.next_check_at.toISOString(),
        last_checked_at: row.last_checked_at?.toISOString() ?? null,
      })),
    };
  }

  @Get('checks')
  @Role('viewer')
  @ApiOperation({ summary: 'The checks of all images, newest first' })
  @ApiOkResponse({ type: AllChecksList })
  @ApiProblems(400)
  async checks(@Query() query: AllChecksQuery): Promise<AllChecksList> {
    const [before] = CURSOR.read(query.cursor) ?? [null];
    const filter = {
      outcome: [...new Set(query.outcome ?? OUTCOMES)],
      since: query.since ?? null,
      before: before === null ? null : String(before),
    };
    const found = await listCheckIds(this.db, filter, query.limit + 1);
    const page = CURSOR.page(found, query.limit, (row) => [Number(row.id)]);
    const ids = page.rows.map((row) => row.id);
    const checks = await this.checksRepository.findBy({ id: In(ids) });
    const byId = new Map(checks.map((check) => [check.id, check]));
    return {
      checks: page.rows.flatMap((row) => {
        const check = byId.get(row.id);
        return check ? [{ ...checkView(check), image_name: row.image_name }] : [];
      }),
      next_cursor: page.nextCursor,
    };
  }

  @Post(':imageId/filter-preview')
  @HttpCode(200)
  @Role('reviewer')
  @ApiOperation({ summary: 'Which of the last 100 tags would open a request under a filter, and why not' })
  @ApiOkResponse({ type: FilterPreviewAnswer })
  @ApiProblems(400, 404)
  async filterPreview(
    @IdParam('imageId') imageId: number,
    @Body() body: FilterPreviewBody,
  ): Promise<FilterPreviewAnswer> {
    const isIncluded = compileTagFilter({ include: body.tag_include ?? [], exclude: [] });
    const isLetIn = compileTagFilter({ include: [], exclude: body.tag_exclude ?? [] });
    const platforms = (body.platforms ?? []).map((text, index) =>
      platformText(parsePlatformPattern(text, `platforms[${index}]`)),
    );
    const tags = await listRecentTags(this.db, imageId, TAGS_TRIED);
    if (!tags) throw new Refusal('not_found', 'image_not_found', `There is no image ${imageId}.`);
    const judged = tags.map((tag) => {
      const missing = missingPlatforms(platforms, tag.platforms);
      const reason = !isIncluded(tag.tag_name)
        ? 'not_included'
        : !isLetIn(tag.tag_name)
          ? 'excluded'
          : missing.length > 0
            ? 'missing_platform'
            : null;
      return {
        tag: tag.tag_name,
        last_updated: tag.last_updated_text,
        would_open: reason === null,
        reason,
        platforms_missing: missing,
      };
    });
    return { would_open: judged.filter((tag) => tag.would_open).length, tags: judged };
  }
}
