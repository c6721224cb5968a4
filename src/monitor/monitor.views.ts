import { ApiProperty } from '@nestjs/swagger';
import type { Check } from './check.entity.js';
import type { Cycle } from './image-monitor.service.js';

/** The request budget: what may still be asked of Docker Hub. */
export class BudgetView {
  @ApiProperty({ type: 'integer', example: 180, description: 'Requests a minute.' }) limit!: number;
  @ApiProperty({ type: 'integer', example: 15, description: 'Requests that may leave now.' })
  remaining!: number;
  @ApiProperty({ format: 'date-time', description: 'When the budget is full again.' }) resets_at!: string;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Docker Hub asked to wait until then.',
  })
  paused_until!: string | null;
  @ApiProperty({ enum: ['closed', 'open'], description: 'open: Docker Hub failed ten times in a row.' })
  breaker!: string;
  @ApiProperty({ type: 'integer', description: 'Due images that wait for budget or a free slot.' })
  waiting!: number;
  @ApiProperty({
    example: 0.05,
    description: 'Requests wanted a minute ÷ limit; above 1 images wait longer.',
  })
  demand!: number;
}

/** The last round over all due images, as this replica sees it. */
export class CycleView {
  @ApiProperty({ format: 'date-time' }) started_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at!: string | null;
  @ApiProperty({ type: 'integer', description: 'Namespaces probed.' }) probed!: number;
  @ApiProperty({ type: 'integer', description: 'Images that a probe vouched for.' }) unmoved!: number;
  @ApiProperty({ type: 'integer', description: 'Images checked themselves.' }) checked!: number;
  @ApiProperty({ type: 'integer' }) changed!: number;
  @ApiProperty({ type: 'integer' }) failed!: number;
  @ApiProperty({ type: 'integer' }) requests_created!: number;
}

/** The reading of tags that were there before the first check. */
export class BackFillsView {
  @ApiProperty({ type: 'integer', description: 'Images whose old tags are being read.' }) running!: number;
  @ApiProperty({
    type: 'integer',
    description: 'Images whose old tags cannot be listed without a Docker account.',
  })
  truncated!: number;
}

/** A process that runs the monitor. */
export class ReplicaView {
  @ApiProperty({ example: 'image-monitoring-0:17', description: 'Host and process.' }) name!: string;
  @ApiProperty({ type: String, format: 'date-time' }) started_at!: string;
  @ApiProperty({ type: String, format: 'date-time', description: 'It tells once a minute.' })
  last_beat_at!: string;
  @ApiProperty({ description: 'The one that answers.' }) is_this!: boolean;
}

/** The monitor's status: the user's three fields, and what an operator asks next. */
export class MonitorStatusView {
  @ApiProperty({ example: true }) running!: boolean;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when it runs, on the replica that answers; null: it does not.',
  })
  started_at!: string | null;
  @ApiProperty({ type: 'integer', example: 60 }) checkIntervalMinutes!: number;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 3600000,
    description: 'Milliseconds until the next image is due; 0: one is overdue; null: none is watched.',
  })
  nextCheckIn!: number | null;
  @ApiProperty({ type: 'integer', example: 9 }) images_watched!: number;
  @ApiProperty({ type: 'integer' }) images_due!: number;
  @ApiProperty({ type: 'integer' }) checks_in_flight!: number;
  @ApiProperty({ type: CycleView, nullable: true }) last_cycle!: CycleView | null;
  @ApiProperty({ type: BudgetView }) budget!: BudgetView;
  @ApiProperty({ type: 'integer', description: 'Watched images whose last check failed.' })
  failing_images!: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { not_found: 2 },
    description: 'Those by the kind of their last failure.',
  })
  errors_by_cause!: Record<string, number>;
  @ApiProperty({ type: BackFillsView }) backfills!: BackFillsView;
  @ApiProperty({
    enum: ['none', 'ok', 'rejected'],
    description: 'The Docker account, where one is configured.',
  })
  credentials!: string;
  @ApiProperty({ type: [ReplicaView], description: 'All that run and were heard of in the last 3 minutes.' })
  replicas!: ReplicaView[];
}

/** The answer to a check of everything. */
export class TriggerAnswer {
  @ApiProperty({ example: 'Manual check triggered successfully' }) message!: string;
  @ApiProperty({ type: 'integer', example: 9, description: 'Images that were queued.' })
  images_checked!: number;
}

/** How a check by hand came out. */
export class CheckSummary {
  @ApiProperty({ example: '42' }) id!: string;
  @ApiProperty({ enum: ['unchanged', 'changed', 'failed', 'postponed', 'running', 'queued'] })
  outcome!: string;
  @ApiProperty({ type: 'integer' }) tags_seen!: number;
  @ApiProperty({ type: 'integer' }) new_tags!: number;
  @ApiProperty({ type: 'integer' }) requests_created!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed or has to wait.' }) error!:
    string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it is tried again.' })
  retry_at!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    description: 'Queued: when there is budget for it.',
  })
  starts_at?: string;
}

/** The answer to a check of one image. */
export class CheckAnswer {
  @ApiProperty({ example: 'Image check triggered successfully' }) message!: string;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ type: CheckSummary }) check!: CheckSummary;
}

/** A row of the history. */
export class CheckView extends CheckSummary {
  @ApiProperty({ type: 'integer' }) image_id!: number;
  @ApiProperty({ enum: ['manual', 'hint', 'due'], nullable: true }) reason!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) started_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finished_at!: string | null;
  @ApiProperty({ type: 'integer' }) pages_read!: number;
  @ApiProperty({ type: 'integer' }) repushed_tags!: number;
  @ApiProperty({ description: 'Docker Hub refused to list further down.' }) is_truncated!: boolean;
  @ApiProperty({ type: String, nullable: true }) error_kind!: string | null;
}

/** `{"check": …}`. */
export class OneCheckAnswer {
  @ApiProperty({ type: CheckView }) check!: CheckView;
}

/** A page of the history. */
export class CheckList {
  @ApiProperty({ type: [CheckView] }) checks!: CheckView[];
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ required: false }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** A finished check as a row of the history. */
export function checkView(check: Check): CheckView {
  return {
    id: check.id,
    image_id: check.imageId,
    reason: check.reason,
    outcome: check.outcome,
    started_at: check.startedAt.toISOString(),
    finished_at: check.finishedAt.toISOString(),
    pages_read: check.pagesRead,
    tags_seen: check.tagsSeen,
    new_tags: check.newTags,
    repushed_tags: check.repushedTags,
    requests_created: check.requestsCreated,
    is_truncated: check.isTruncated,
    error_kind: check.errorKind,
    error: check.error,
    retry_at: check.retryAt?.toISOString() ?? null,
  };
}

/** A finished check as its caller sees it. */
export function checkSummary(check: Check): CheckSummary {
  const { id, outcome, tags_seen, new_tags, requests_created, error, retry_at } = checkView(check);
  return { id, outcome, tags_seen, new_tags, requests_created, error, retry_at };
}

/** A check that waits or runs. */
export function openCheckSummary(id: string, outcome: 'queued' | 'running', startsAt?: Date): CheckSummary {
  return {
    id,
    outcome,
    tags_seen: 0,
    new_tags: 0,
    requests_created: 0,
    error: null,
    retry_at: null,
    ...(startsAt ? { starts_at: startsAt.toISOString() } : {}),
  };
}

export function cycleView(cycle: Cycle): CycleView {
  return {
    started_at: cycle.startedAt.toISOString(),
    finished_at: cycle.finishedAt?.toISOString() ?? null,
    probed: cycle.probed,
    unmoved: cycle.unmoved,
    checked: cycle.checked,
    changed: cycle.changed,
    failed: cycle.failed,
    requests_created: cycle.requestsCreated,
  };
}
