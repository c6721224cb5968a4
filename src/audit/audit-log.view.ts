import { ApiProperty } from '@nestjs/swagger';
import { AUDIT_SUBJECTS } from './audit-entry.entity.js';
import type { AuditRow } from './audit-log.sql.js';

const STATE = { type: 'object', nullable: true, additionalProperties: true } as const;

/** One change. */
export class AuditEntryView {
  @ApiProperty({ example: '1042' }) id!: string;
  @ApiProperty({ type: String, format: 'date-time' }) occurred_at!: string;
  @ApiProperty({
    example: 'ana',
    description: 'From authentication; image_monitor; cli:… for who typed a command.',
  })
  actor!: string;
  @ApiProperty({ example: 'approval_request.approved' }) action!: string;
  @ApiProperty({ enum: AUDIT_SUBJECTS }) subject_type!: string;
  @ApiProperty({ type: 'integer' }) subject_id!: number;
  @ApiProperty({ type: 'integer', nullable: true }) image_id!: number | null;
  @ApiProperty({ type: String, nullable: true }) image_name!: string | null;
  @ApiProperty({ type: String, nullable: true }) tag_name!: string | null;
  @ApiProperty({ ...STATE, example: { status: 'pending' } }) from_state!: Record<string, unknown> | null;
  @ApiProperty({ ...STATE, example: { status: 'approved' } }) to_state!: Record<string, unknown> | null;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) batch_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'X-Request-Id of the request that led to it.' })
  http_request_id!: string | null;
}

/** A page of the log. */
export class AuditEntryList {
  @ApiProperty({ type: [AuditEntryView] }) audit_entries!: AuditEntryView[];
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ required: false, description: 'false: there are more than 10,000.' }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** The columns of an export, in their order. */
export const AUDIT_COLUMNS = [
  'id',
  'occurred_at',
  'actor',
  'action',
  'subject_type',
  'subject_id',
  'image_id',
  'image_name',
  'tag_name',
  'from_state',
  'to_state',
  'reason',
  'batch_id',
  'http_request_id',
] as const satisfies readonly (keyof AuditEntryView)[];

/** An entry as the API shows it. */
export function auditEntryView(row: AuditRow): AuditEntryView {
  const { occurred_at_text: _text, ...rest } = row as AuditRow & { counted?: number };
  delete rest.counted;
  return { ...rest, occurred_at: row.occurred_at.toISOString(), subject_id: Number(row.subject_id) };
}
