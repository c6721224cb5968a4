import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What an audit entry is about. */
export const AUDIT_SUBJECTS = ['image', 'tag', 'approval_request', 'api_token'] as const;
export type AuditSubject = (typeof AUDIT_SUBJECTS)[number];

/** One change, written in its own transaction; the database refuses to change or delete it. */
@Entity({ name: 'audit_log', schema: 'image_monitor' })
export class AuditEntry {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Column({ name: 'occurred_at', type: 'timestamptz', default: () => 'now()' }) occurredAt!: Date;

  /** Who: from authentication, or `image_monitor`. Never from a request's body. */
  @Column({ type: 'varchar', length: 255 }) actor!: string;

  /** What: `approval_request.approved`, `image.monitoring_enabled` … */
  @Column({ type: 'varchar', length: 64 }) action!: string;
  @Column({ name: 'subject_type', type: 'varchar', length: 32 }) subjectType!: AuditSubject;
  @Column({ name: 'subject_id', type: 'bigint' }) subjectId!: string;
  @Column({ name: 'image_id', type: 'integer', nullable: true }) imageId!: number | null;
  @Column({ name: 'image_name', type: 'varchar', length: 255, nullable: true }) imageName!: string | null;
  @Column({ name: 'tag_name', type: 'varchar', length: 128, nullable: true }) tagName!: string | null;
  @Column({ name: 'from_state', type: 'jsonb', nullable: true }) fromState!: Record<string, unknown> | null;
  @Column({ name: 'to_state', type: 'jsonb', nullable: true }) toState!: Record<string, unknown> | null;
  @Column({ type: 'text', nullable: true }) reason!: string | null;
  @Column({ name: 'batch_id', type: 'uuid', nullable: true }) batchId!: string | null;

  /** Id of the HTTP request that led to it. */
  @Column({ name: 'http_request_id', type: 'text', nullable: true }) httpRequestId!: string | null;
}
