import { Column, Entity, PrimaryColumn } from 'typeorm';

export type CheckReason = 'manual' | 'hint' | 'due';
/** `postponed`: the registry asked to wait; nothing was found out. `failed`: never "up to date". */
export type CheckOutcome = 'unchanged' | 'changed' | 'failed' | 'postponed';

/** One finished look at one image. Kept 30 days. */
@Entity({ name: 'checks', schema: 'image_monitor' })
export class Check {
  /** Given when the check is queued or claimed (`images.check_id`). */
  @PrimaryColumn({ type: 'bigint' }) id!: string;
  @Column({ name: 'image_id', type: 'integer' }) imageId!: number;
  @Column({ type: 'varchar', length: 10 }) reason!: CheckReason;
  @Column({ type: 'varchar', length: 20 }) outcome!: CheckOutcome;
  @Column({ name: 'started_at', type: 'timestamptz' }) startedAt!: Date;
  @Column({ name: 'finished_at', type: 'timestamptz', default: () => 'now()' }) finishedAt!: Date;
  @Column({ name: 'pages_read', type: 'integer', default: 0 }) pagesRead!: number;
  @Column({ name: 'tags_seen', type: 'integer', default: 0 }) tagsSeen!: number;
  @Column({ name: 'new_tags', type: 'integer', default: 0 }) newTags!: number;
  @Column({ name: 'repushed_tags', type: 'integer', default: 0 }) repushedTags!: number;
  @Column({ name: 'requests_created', type: 'integer', default: 0 }) requestsCreated!: number;

  /** True where Docker Hub refused to list further down (anonymous callers). */
  @Column({ name: 'is_truncated', type: 'boolean', default: false }) isTruncated!: boolean;
  @Column({ name: 'error_kind', type: 'varchar', length: 20, nullable: true }) errorKind!: string | null;
  @Column({ type: 'text', nullable: true }) error!: string | null;

  /** When it is tried again; null: at the image's next regular check. */
  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true }) retryAt!: Date | null;
}
