import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

export const IMAGE_STATUSES = ['pending', 'approved', 'rejected'] as const;
export type ImageApprovalStatus = (typeof IMAGE_STATUSES)[number];
export const REQUEST_POLICIES = ['most_recent', 'all'] as const;
export type RequestPolicy = (typeof REQUEST_POLICIES)[number];
/** How much of the tags that were there before the first check has been read. */
export type InventoryState = 'unread' | 'partial' | 'complete' | 'truncated';

/**
 * An image: a repository of a registry that someone asked for, and everything that the monitor keeps about it.
 *
 * `next_check_at` is the only schedule there is; nobody caches a row of this table, so what an operator changes by
 * SQL holds from the next beat on.
 */
@Entity({ name: 'images' })
export class Image {
  @PrimaryGeneratedColumn() id!: number;

  /** Always `docker.io` today. */
  @Column({ type: 'varchar', length: 255, default: 'docker.io' }) registry!: string;

  /** `library` for official images, else the publisher. */
  @Column({ type: 'varchar', length: 255, default: 'library' }) namespace!: string;

  /** In the user's form: `redis`, `grafana/grafana`. Unique within the registry. */
  @Column({ name: 'image_name', type: 'varchar', length: 255 }) imageName!: string;

  @Column({ type: 'text', nullable: true }) description!: string | null;

  /** A free word to group by: `database`, `monitoring`. */
  @Column({ type: 'varchar', length: 100, nullable: true }) category!: string | null;

  @Column({ name: 'is_official', type: 'boolean', default: false }) isOfficial!: boolean;

  /** Only approved images are monitored and pass the gate. */
  @Column({ name: 'approval_status', type: 'varchar', length: 20, default: 'pending' })
  approvalStatus!: ImageApprovalStatus;

  @Column({ name: 'approved_by', type: 'varchar', length: 255, nullable: true }) approvedBy!: string | null;
  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true }) approvedAt!: Date | null;

  @Column({ name: 'watch_for_updates', type: 'boolean', default: false }) watchForUpdates!: boolean;

  /** When the reading of the last complete check began; a failed check does not move it. */
  @Column({ name: 'last_checked_at', type: 'timestamptz', nullable: true }) lastCheckedAt!: Date | null;

  @Column({ name: 'next_check_at', type: 'timestamptz', default: () => 'now()' }) nextCheckAt!: Date;

  /** Minutes, 1 to 10080; null: the service's `CHECK_INTERVAL_MINUTES`. */
  @Column({ name: 'check_interval_minutes', type: 'integer', nullable: true }) checkIntervalMinutes!:
    number | null;

  /** Which new tags open a request; null: the service's `REQUEST_POLICY`. */
  @Column({ name: 'request_policy', type: 'varchar', length: 20, nullable: true })
  requestPolicy!: RequestPolicy | null;

  /** True: the first check records what is there and opens nothing. */
  @Column({ type: 'boolean', default: false }) baseline!: boolean;

  /** True: an approved push of an approved tag publishes `rollout.requested`. */
  @Column({ name: 'auto_rollout', type: 'boolean', default: true }) autoRollout!: boolean;

  /** RE2 patterns; a tag must match one, where there are any. */
  @Column({ name: 'tag_include', type: 'text', array: true, default: [] }) tagInclude!: string[];

  /** RE2 patterns; a tag that matches one opens no request. */
  @Column({ name: 'tag_exclude', type: 'text', array: true, default: [] }) tagExclude!: string[];

  /** `os/arch[/variant]` that a tag must offer before it opens a request. */
  @Column({ type: 'text', array: true, default: [] }) platforms!: string[];

  /** 0: asked for by a person, 1: hinted at by a webhook, 2: due. */
  @Column({ name: 'check_priority', type: 'smallint', default: 2 }) checkPriority!: number;

  /** Number of the check that waits or runs; it becomes the row of `checks`. Null: none. */
  @Column({ name: 'check_id', type: 'bigint', nullable: true }) checkId!: string | null;

  /** Set while a check of everything that was asked for by hand has not reached this image. */
  @Column({ name: 'triggered_at', type: 'timestamptz', nullable: true }) triggeredAt!: Date | null;

  /** Whoever holds this token may write the check's result. */
  @Column({ name: 'lease_token', type: 'uuid', nullable: true }) leaseToken!: string | null;
  @Column({ name: 'lease_expires_at', type: 'timestamptz', nullable: true }) leaseExpiresAt!: Date | null;

  /** Everything pushed up to here has been read; the next check reads down to it. */
  @Column({ name: 'read_to', type: 'timestamptz', nullable: true }) readTo!: Date | null;

  /** Newest push that the first check saw: what is not newer and turns up later is inventory. Null: never checked. */
  @Column({ name: 'inventory_to', type: 'timestamptz', nullable: true }) inventoryTo!: Date | null;

  @Column({ name: 'inventory_state', type: 'varchar', length: 20, default: 'unread' })
  inventoryState!: InventoryState;

  /** The repository's `last_updated` as the listing of its namespace showed it before the last complete check. */
  @Column({ name: 'repository_stamp', type: 'text', nullable: true }) repositoryStamp!: string | null;

  /** What the last probe showed as `repositoryStamp`; null: nothing that can be relied on. */
  @Column({ name: 'probe_stamp', type: 'text', nullable: true }) probeStamp!: string | null;

  /** A probe or a failure has said that no probe can answer for it: the next check reads its tags. */
  @Column({ name: 'check_itself', type: 'boolean', default: false }) checkItself!: boolean;

  /** The page of old tags that the back-fill reads next; null: the second. */
  @Column({ name: 'inventory_page', type: 'integer', nullable: true }) inventoryPage!: number | null;

  @Column({ name: 'last_full_check_at', type: 'timestamptz', nullable: true }) lastFullCheckAt!: Date | null;

  @Column({ name: 'last_error', type: 'text', nullable: true }) lastError!: string | null;
  @Column({ name: 'last_error_at', type: 'timestamptz', nullable: true }) lastErrorAt!: Date | null;
  @Column({ name: 'consecutive_failures', type: 'integer', default: 0 }) consecutiveFailures!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' }) createdAt!: Date;
  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' }) updatedAt!: Date;
}
