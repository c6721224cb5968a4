import {
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository, type DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { RequestBudget } from '../docker-hub/budget.js';
import { DockerHubClient } from '../docker-hub/docker-hub.client.js';
import { quoted } from '../domain/quoted.js';
import { invalidField, Refusal } from '../domain/refusals.js';
import { Throttled } from '../http/access.guard.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { CursorKind, PageQuery, totalOf } from '../http/cursor.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import { countBackFills } from './back-fill.sql.js';
import { CheckNow } from './check-now.js';
import { Check } from './check.entity.js';
import { countChecks } from './history.sql.js';
import { ImageMonitorService } from './image-monitor.service.js';
import { KeepReplica } from './keep-replica.js';
import { countImages, countTroubles, findOpenCheck, triggerAll } from './monitor.sql.js';
import {
  CheckAnswer,
  CheckList,
  checkSummary,
  checkView,
  cycleView,
  MonitorStatusView,
  OneCheckAnswer,
  openCheckSummary,
  TriggerAnswer,
} from './monitor.views.js';
import { listReplicas } from './replicas.sql.js';
import { WatchedImages } from './watched-images.js';

const CHECK_CURSOR = new CursorKind('checks:newest', ['text']);

/** The part of a response that both Express and Fastify have. */
interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** The monitor over REST: its status, checks by hand, and what checks found. */
@ApiTags('Monitor')
@UseInterceptors(ConditionalReads)
@ApiController('images')
export class MonitorController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    @InjectRepository(Check) private readonly checksRepository: Repository<Check>,
    private readonly monitor: ImageMonitorService,
    private readonly checkNow: CheckNow,
    private readonly budget: RequestBudget,
    private readonly hub: DockerHubClient,
    private readonly watched: WatchedImages,
    private readonly replica: KeepReplica,
  ) {}

  @Get('monitor/status')
  @Role('viewer')
  @ApiOperation({ summary: 'Is it running, what is due, how much may still be asked' })
  @ApiOkResponse({ type: MonitorStatusView })
  async status(): Promise<MonitorStatusView> {
    const [counts, budget, watched, backfills, troubles, replicas] = await Promise.all([
      countImages(this.db),
      this.budget.status(),
      this.watched.count(),
      countBackFills(this.db),
      countTroubles(this.db),
      listReplicas(this.db, this.replica.id),
    ]);
    const cycle = this.monitor.lastCycle;
    return {
      running: this.monitor.running,
      started_at: this.monitor.startedAt?.toISOString() ?? null,
      checkIntervalMinutes: this.settings.checkIntervalMinutes,
      nextCheckIn: counts.next_check_in_ms,
      images_watched: watched.images,
      images_due: counts.images_due,
      checks_in_flight: counts.checks_in_flight,
      last_cycle: cycle && cycleView(cycle),
      budget: {
        ...budget,
        waiting: counts.images_due,
        demand: Math.round((watched.requestsWanted / budget.limit) * 1000) / 1000,
      },
      ...troubles,
      backfills,
      credentials: this.hub.credentialsState(),
      replicas: replicas.map((one) => ({
        ...one,
        started_at: one.started_at.toISOString(),
        last_beat_at: one.last_beat_at.toISOString(),
      })),
    };
  }

  @Post('monitor/trigger')
  @HttpCode(HttpStatus.OK)
  @Role('reviewer')
  @Throttled('manual_check')
  @ApiOperation({ summary: 'Check all monitored images now; does not wait' })
  @ApiOkResponse({ type: TriggerAnswer })
  async trigger(): Promise<TriggerAnswer> {
    const queued = await triggerAll(this.db);
    void this.monitor.beat();
    return { message: 'Manual check triggered successfully', images_checked: queued };
  }

  @Post(':imageId/check')
  @HttpCode(HttpStatus.OK)
  @Role('reviewer')
  @Throttled('manual_check')
  @ApiOperation({ summary: 'Check one image now; waits up to 10 s for the outcome' })
  @ApiHeader({ name: 'Prefer', required: false, description: 'respond-async: do not wait.' })
  @ApiOkResponse({ type: CheckAnswer })
  @ApiAcceptedResponse({ type: CheckAnswer, description: 'Not finished yet; Location names the check.' })
  @ApiProblems(400, 404, 409)
  async check(
    @IdParam('imageId') imageId: number,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) answer: Answer,
  ): Promise<CheckAnswer> {
    const isAwaited = !/(^|,)\s*respond-async\b/i.test(prefer ?? '');
    const result = await this.checkNow.run(imageId, { isAwaited });
    const message = 'Image check triggered successfully';
    if (result.isFinished)
      return { message, image_name: result.imageName, check: checkSummary(result.check) };

    answer.status(HttpStatus.ACCEPTED);
    answer.header('Location', `checks/${result.checkId}`);
    const isQueued = result.startsInMs > 0;
    const startsAt = isQueued ? new Date(Date.now() + result.startsInMs) : undefined;
    return {
      message,
      image_name: result.imageName,
      check: openCheckSummary(result.checkId, isQueued ? 'queued' : 'running', startsAt),
    };
  }

  @Get(':imageId/checks')
  @Role('viewer')
  @ApiOperation({ summary: 'The checks of an image, newest first, of the last 30 days' })
  @ApiOkResponse({ type: CheckList })
  @ApiProblems(400, 404)
  async checks(@IdParam('imageId') imageId: number, @Query() query: PageQuery): Promise<CheckList> {
    const after = CHECK_CURSOR.read(query.cursor);
    const counted = await countChecks(this.db, imageId);
    if (counted === null) throw unknownImage(imageId);
    const checks = await this.checksRepository.find({
      where: after ? { imageId, id: LessThan(after[0]) } : { imageId },
      order: { id: 'DESC' },
      take: query.limit + 1,
    });
    const page = CHECK_CURSOR.page(checks, query.limit, (check) => [check.id]);
    return { checks: page.rows.map(checkView), ...totalOf(counted), next_cursor: page.nextCursor };
  }

  @Get(':imageId/checks/:id')
  @Role('viewer')
  @ApiOperation({ summary: 'One check: finished, running or queued' })
  @ApiParam({ name: 'id', schema: { type: 'string', pattern: '^[1-9][0-9]*$' } })
  @ApiOkResponse({ type: OneCheckAnswer })
  @ApiProblems(400, 404)
  async oneCheck(@IdParam('imageId') imageId: number, @Param('id') id: string): Promise<OneCheckAnswer> {
    if (!/^[1-9][0-9]*$/.test(id)) {
      throw invalidField('id', `takes a positive whole number, got ${quoted(id)}`);
    }
    const unknown = new Refusal(
      'not_found',
      'check_not_found',
      `Image ${imageId} has no check ${id.slice(0, 32)}.`,
    );
    // Beyond what a bigint holds there is nothing to look for.
    if (id.length > 18) throw unknown;
    // Open first: a check that ends in between has its row by the time that is looked for.
    const open = await findOpenCheck(this.db, imageId, id);
    const check = await this.checksRepository.findOneBy({ id, imageId });
    if (check) return { check: checkView(check) };
    if (!open) throw unknown;
    return {
      check: {
        ...openCheckSummary(id, open.is_running ? 'running' : 'queued'),
        image_id: imageId,
        reason: null,
        started_at: null,
        finished_at: null,
        pages_read: 0,
        repushed_tags: 0,
        is_truncated: false,
        error_kind: null,
      },
    };
  }
}

function unknownImage(id: number): Refusal {
  return new Refusal('not_found', 'image_not_found', `There is no image ${id}.`);
}
