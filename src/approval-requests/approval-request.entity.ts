import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { BIGINT_AS_NUMBER } from '../database/column-types.js';
import type { RequestStatus } from '../domain/decision.js';
import type { Bump } from '../domain/comparison.js';

/**
 * The question whether a tag may be used (or, without a tag, an image), and its answer.
 *
 * What lists filter and sort on are columns, computed when the request is opened, when its digest moves, and when a
 * tag of the image is approved or revoked; `metadata` is the document that the reviewer reads.
 */
@Entity({ name: 'image_approval_requests' })
export class ApprovalRequest {
  @PrimaryGeneratedColumn() id!: number;

  /** Null where the image is not known yet. */
  @Column({ name: 'image_id', type: 'integer', nullable: true }) imageId!: number | null;
  @Column({ name: 'image_name', type: 'varchar', length: 255 }) imageName!: string;
  @Column({ type: 'varchar', length: 255, default: 'docker.io' }) registry!: string;

  /** Null: the question is about the image. */
  @Column({ name: 'tag_name', type: 'varchar', length: 128, nullable: true }) tagName!: string | null;
  @Column({ type: 'varchar', length: 20, default: 'pending' }) status!: RequestStatus;
  @Column({ name: 'requested_by', type: 'varchar', length: 255, default: 'image_monitor' })
  requestedBy!: string;
  @Column({ name: 'requested_at', type: 'timestamptz', default: () => 'now()' }) requestedAt!: Date;
  @Column({ name: 'reviewed_by', type: 'varchar', length: 255, nullable: true }) reviewedBy!: string | null;
  @Column({ name: 'reviewed_at', type: 'timestamptz', nullable: true }) reviewedAt!: Date | null;
  @Column({ type: 'text', nullable: true }) notes!: string | null;
  @Column({ name: 'rejection_reason', type: 'text', nullable: true }) rejectionReason!: string | null;
  @Column({ type: 'jsonb', default: {} }) metadata!: Record<string, unknown>;

  /** What an approval approves. Null: the registry gave none. */
  @Column({ type: 'text', nullable: true }) digest!: string | null;

  /** What it is compared within, e.g. `7-alpine`. */
  @Column({ type: 'text', nullable: true }) line!: string | null;
  @Column({ type: 'text', nullable: true }) variant!: string | null;
  @Column({ type: 'varchar', length: 10, nullable: true }) bump!: Bump | null;

  /** `{7,4,2}` for `7.4.2-alpine`, so that versions sort; null: the tag is no version. */
  @Column({ name: 'version_numbers', type: 'bigint', array: true, nullable: true }) versionNumbers!:
    string[] | null;
  @Column({ name: 'pushed_at', type: 'timestamptz', nullable: true }) pushedAt!: Date | null;
  @Column({ name: 'size_bytes', type: 'bigint', nullable: true, transformer: BIGINT_AS_NUMBER })
  sizeBytes!: number | null;

  /** Against the tag it is compared with. */
  @Column({ name: 'size_change_bytes', type: 'bigint', nullable: true, transformer: BIGINT_AS_NUMBER })
  sizeChangeBytes!: number | null;

  /** Platforms of the tag it is compared with that this one lacks. */
  @Column({ name: 'platforms_missing', type: 'text', array: true, default: [] }) platformsMissing!: string[];

  /** `image_tags.id` of the tag it is compared with. */
  @Column({ name: 'compared_tag_id', type: 'integer', nullable: true }) comparedTagId!: number | null;

  /** The request whose approval closed this one. */
  @Column({ name: 'superseded_by', type: 'integer', nullable: true }) supersededBy!: number | null;

  /** The row of `image_tags` as it was before this request's approval, for reopening; null: there was none. */
  @Column({ name: 'tag_before', type: 'jsonb', nullable: true }) tagBefore!: Record<string, unknown> | null;

  /** The bulk decision it was part of. */
  @Column({ name: 'batch_id', type: 'uuid', nullable: true }) batchId!: string | null;
}
