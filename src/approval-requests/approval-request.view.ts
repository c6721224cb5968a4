import { ApiProperty } from '@nestjs/swagger';
import { DECISION_ACTIONS, REQUEST_STATUSES } from '../domain/decision.js';
import type { RequestRow } from './list-requests.sql.js';

const BUMPS = ['major', 'minor', 'patch', 'rebuild', 'repush', 'other'] as const;

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

/** An approval request as the API shows it; the names are the table's. */
export class ApprovalRequestView {
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

/** A page of requests. */
export class ApprovalRequestList {
  @ApiProperty({ type: [ApprovalRequestView] }) approval_requests!: ApprovalRequestView[];
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
  @ApiProperty({ required: false, description: 'Dry run only: send it with the same order to carry it out.' })
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
  @ApiProperty({ type: String, nullable: true, required: false }) cursor?: string | null;
}

/** A row as the API shows it. */
export function requestView(row: RequestRow & { counted?: number }): ApprovalRequestView {
  // What a list's rows carry beside the request.
  const { requested_at_text: _text, counted: _counted, ...rest } = row;
  return {
    ...rest,
    requested_at: row.requested_at.toISOString(),
    reviewed_at: row.reviewed_at?.toISOString() ?? null,
    pushed_at: row.pushed_at?.toISOString() ?? null,
    size_bytes: row.size_bytes === null ? null : Number(row.size_bytes),
    size_change_bytes: row.size_change_bytes === null ? null : Number(row.size_change_bytes),
    approved: row.approved,
  };
}
