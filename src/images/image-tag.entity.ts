import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { BIGINT_AS_NUMBER } from '../database/column-types.js';

export type ImageTagStatus = 'approved' | 'revoked';

/** A tag that someone approved, with the digest he approved. Nothing else stands in this table. */
@Entity({ name: 'image_tags' })
export class ImageTag {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ name: 'image_id', type: 'integer' }) imageId!: number;
  @Column({ type: 'varchar', length: 128 }) tag!: string;

  /** The approved content: `sha256:…`. Null only where the registry gave none, which the gate does not let through. */
  @Column({ type: 'text', nullable: true }) digest!: string | null;

  /** Compressed bytes. */
  @Column({ name: 'size_bytes', type: 'bigint', nullable: true, transformer: BIGINT_AS_NUMBER })
  sizeBytes!: number | null;

  @Column({ type: 'text', array: true, default: [] }) architectures!: string[];

  /** `os/arch[/variant]`. */
  @Column({ type: 'text', array: true, default: [] }) platforms!: string[];

  @Column({ name: 'pushed_at', type: 'timestamptz', nullable: true }) pushedAt!: Date | null;
  @Column({ type: 'varchar', length: 20, default: 'approved' }) status!: ImageTagStatus;

  /** At most one of an image. */
  @Column({ name: 'is_recommended', type: 'boolean', default: false }) isRecommended!: boolean;

  /** A deprecated tag does not pass the gate. */
  @Column({ name: 'is_deprecated', type: 'boolean', default: false }) isDeprecated!: boolean;

  @Column({ name: 'approved_by', type: 'varchar', length: 255, nullable: true }) approvedBy!: string | null;
  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true }) approvedAt!: Date | null;

  /** The request whose approval put it here; null: approved by hand. */
  @Column({ name: 'approval_request_id', type: 'integer', nullable: true }) approvalRequestId!: number | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' }) createdAt!: Date;
  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' }) updatedAt!: Date;
}
