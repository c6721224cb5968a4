import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { DECISION_ACTIONS, REQUEST_STATUSES } from '../domain/decision.js';
import type { RequestRow } from './list-requests.sql.js';
import { BUMPS } from './request-groups.sql.js';

/** The approved tag that a request is compared with. */
export class ApprovedTagView {
  @ApiProperty({ example: '7.4.1-alpine' }) tag!: string;
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) size_bytes!: number | null;
  @ApiProperty({ type: [String], example: ['linux/amd64'] }) platforms!: string[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) pushed_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) approved_at!: string | null;
  @ApiProperty({ type: String, nullable: true }) approved_by!: string | null;
}

/** Why a request is there: a code for programs, and what its sentence names. */
export class WhyView {
  @ApiProperty({ enum: ['repushed', 'new_in_line', 'nothing_approved', 'image_unknown'] }) code!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { line: '17', bump: 'patch', approved_tag: '17.2.2' },
  })
  params!: Record<string, unknown>;
}

/** A digest that a request was about before its tag was pushed again. */
export class PastDigestView {
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty({ type: String, format: 'date-time' }) replaced_at!: string;
}

/** An approval request as a row of a list; the names are the table's. */
export class ApprovalRequestRowView {
  @ApiProperty({ type: 'integer', example: 17 }) id!: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'null: the image is not known yet.' })
  image_id!: number | null;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ example: 'docker.io' }) registry!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '7.5-alpine',
    description: 'null: the question is about the image.',
  })
  tag_name!: string | null;
  @ApiProperty({ enum: REQUEST_STATUSES }) status!: string;
  @ApiProperty({ example: 'image_monitor' }) requested_by!: string;
  @ApiProperty({ type: String, format: 'date-time' }) requested_at!: string;
  @ApiProperty({ type: String, nullable: true }) reviewed_by!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) reviewed_at!: string | null;
  @ApiProperty({ type: String, nullable: true }) notes!: string | null;
  @ApiProperty({ type: String, nullable: true }) rejection_reason!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'What an approval approves.' }) digest!:
    string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '7-alpine',
    description: 'What it is compared within.',
  })
  line!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '-alpine' }) variant!: string | null;
  @ApiProperty({
    enum: BUMPS,
    nullable: true,
    description: 'What it is to the newest approved tag of its line.',
  })
  bump!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) pushed_at!: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) size_bytes!: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) size_change_bytes!: number | null;
  @ApiProperty({ type: [String], description: 'Platforms of the approved tag that it lacks.' })
  platforms_missing!: string[];
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The request whose approval closed this one.',
  })
  superseded_by!: number | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) batch_id!: string | null;
  @ApiProperty({ type: ApprovedTagView, nullable: true }) approved!: ApprovedTagView | null;
  @ApiProperty({ type: [String], description: 'Other observed names of the digest.' }) aliases!: string[];
  @ApiProperty({ type: 'integer', description: 'Pending requests of the image with this digest.' })
  same_digest_count!: number;
  @ApiProperty({
    type: 'integer',
    description:
      'Pending requests of the line with the same kind of change and a lower version; up to 1,000.',
  })
  older_in_line!: number;
  @ApiProperty({ type: 'number', nullable: true, example: -12.4 }) size_change_percent!: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) platform_count!: number | null;
  @ApiProperty({ type: String, nullable: true, description: "The tag's page at the registry." }) url!:
    string | null;
  @ApiProperty({ type: WhyView }) why!: WhyView;
  @ApiProperty({ type: [PastDigestView] }) digest_history!: PastDigestView[];
}

/** An approval request with the document that it is decided by. */
export class ApprovalRequestView extends ApprovalRequestRowView {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'The document to decide by: last_updated, digest, architectures, auto_detected, source and more.',
  })
  metadata!: Record<string, unknown>;
}

/** `{"approval_request": …}`. */
export class ApprovalRequestAnswer {
  @ApiProperty({ type: ApprovalRequestView }) approval_request!: ApprovalRequestView;
}

/** The answer to a decision. */
export class DecisionAnswer extends ApprovalRequestAnswer {
  @ApiProperty({ example: 'Approval request approved successfully' }) message!: string;
  @ApiProperty({ type: [Number], description: 'Requests that it closed, or opened again, with it.' })
  superseded!: readonly number[];
  @ApiProperty({ type: [String], description: 'Other names of the digest that were approved with it.' })
  aliases!: readonly string[];
}

/** The answer to a reopening. */
export class ReopenAnswer extends DecisionAnswer {
  @ApiProperty({ description: 'A rollout of what it had approved was asked for already.' })
  rollout_started!: boolean;
}

/** A page of requests. */
@ApiExtraModels(ApprovalRequestView, ApprovalRequestRowView)
export class ApprovalRequestList {
  @ApiProperty({
    description: 'With view=row without `metadata`.',
    type: 'array',
    items: {
      oneOf: [{ $ref: getSchemaPath(ApprovalRequestView) }, { $ref: getSchemaPath(ApprovalRequestRowView) }],
    },
  })
  approval_requests!: (ApprovalRequestView | ApprovalRequestRowView)[];
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ required: false, description: 'false: there are more than 10,000.' }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** What became, or would become, of one request of a bulk decision. */
export class BulkResultView {
  @ApiProperty({ type: 'integer' }) id!: number;
  @ApiProperty({ enum: ['approved', 'rejected', 'reopened', 'refused'] }) outcome!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why it was refused; stable, for programs.' })
  code!: string | null;
  @ApiProperty({ type: String, nullable: true }) detail!: string | null;
  @ApiProperty({ required: false, description: 'Dry run only, as is what follows.' }) image_name?: string;
  @ApiProperty({ type: String, nullable: true, required: false }) tag_name?: string | null;
  @ApiProperty({ type: [String], required: false }) platforms_missing?: string[];
}

/** What a reviewer is warned of, counted over all that would be approved or rejected. */
export class BulkWarningsView {
  @ApiProperty({ type: 'integer', description: 'Approved tags that were pushed again.' }) repushed!: number;
  @ApiProperty({ type: 'integer', description: 'Lack a platform that the approved tag has.' })
  missing_platform!: number;
}

/** The answer to a bulk decision, or to its dry run. */
export class BulkAnswer {
  @ApiProperty({ enum: DECISION_ACTIONS, required: false }) action?: string;
  @ApiProperty({
    type: String,
    format: 'uuid',
    required: false,
    description: 'Names the batch in the audit log.',
  })
  batch_id?: string;
  @ApiProperty({
    required: false,
    description:
      'Send it with the same order to carry out just that. Of an order of more than 1,000 requests each answer brings the one for the next call.',
  })
  preview_token?: string;
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { approved: 31, refused: 2 },
  })
  counts!: Record<string, number>;
  @ApiProperty({
    type: 'integer',
    description: 'Requests that the order means but this call did not get to.',
  })
  remaining!: number;
  @ApiProperty({ type: [BulkResultView] }) results!: BulkResultView[];
  @ApiProperty({
    required: false,
    description: 'Reopening only: a rollout of what one of them had approved was asked for already.',
  })
  rollout_started?: boolean;
  @ApiProperty({ type: BulkWarningsView, required: false, description: 'Dry run only.' })
  warnings?: BulkWarningsView;
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    description: 'Dry run only: send it along for the results that follow.',
  })
  cursor?: string | null;
}

/** A row as the API shows it, with its document. */
export function requestView(row: RequestRow): ApprovalRequestView {
  return Object.assign(requestRowView(row), { metadata: row.metadata ?? {} });
}

/** A row as the API shows it. Field by field: spreading a row and dropping some of it cost more than the JSON. */
export function requestRowView(row: RequestRow): ApprovalRequestRowView {
  const [size, change] = [numberOf(row.size_bytes), numberOf(row.size_change_bytes)];
  return {
    id: row.id,
    image_id: row.image_id,
    image_name: row.image_name,
    registry: row.registry,
    tag_name: row.tag_name,
    status: row.status,
    requested_by: row.requested_by,
    requested_at: row.requested_at.toISOString(),
    reviewed_by: row.reviewed_by,
    reviewed_at: row.reviewed_at?.toISOString() ?? null,
    notes: row.notes,
    rejection_reason: row.rejection_reason,
    digest: row.digest,
    line: row.line,
    variant: row.variant,
    bump: row.bump,
    pushed_at: row.pushed_at?.toISOString() ?? null,
    size_bytes: size,
    size_change_bytes: change,
    size_change_percent: percentOf(size, change),
    platforms_missing: row.platforms_missing,
    platform_count: row.platform_count,
    superseded_by: row.superseded_by,
    batch_id: row.batch_id,
    approved: row.approved && approvedView(row.approved),
    aliases: listOf(row.aliases).filter((alias) => typeof alias === 'string'),
    same_digest_count: row.same_digest_count,
    older_in_line: row.older_in_line,
    url: typeof row.url === 'string' ? row.url : null,
    why: whyOf(row),
    digest_history: listOf(row.digest_history) as PastDigestView[],
  };
}

/** The times are in a JSON document, which PostgreSQL writes in a form of its own. */
function approvedView(approved: NonNullable<RequestRow['approved']>): ApprovedTagView {
  const timeOf = (text: string | null): string | null =>
    text === null ? null : new Date(text).toISOString();
  return {
    tag: approved.tag,
    digest: approved.digest,
    size_bytes: approved.size_bytes,
    platforms: approved.platforms,
    pushed_at: timeOf(approved.pushed_at),
    approved_at: timeOf(approved.approved_at),
    approved_by: approved.approved_by,
  };
}

/** Why the request is there; from what it is compared with now, as its other columns are. */
function whyOf(row: RequestRow): WhyView {
  if (row.tag_name === null) {
    return { code: 'image_unknown', params: { image_name: row.image_name, source: row.source ?? null } };
  }
  if (row.bump === 'repush') {
    return {
      code: 'repushed',
      params: { tag: row.tag_name, approved_digest: row.approved?.digest ?? null, digest: row.digest },
    };
  }
  return row.approved
    ? { code: 'new_in_line', params: { line: row.line, bump: row.bump, approved_tag: row.approved.tag } }
    : { code: 'nothing_approved', params: { line: row.line, variant: row.variant } };
}

/** Of the size that it is compared with, to a tenth. */
function percentOf(size: number | null, change: number | null): number | null {
  if (size === null || change === null || size - change <= 0) return null;
  return Math.round((change / (size - change)) * 1000) / 10;
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

/** Documents that were not written by the monitor can hold anything. */
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
