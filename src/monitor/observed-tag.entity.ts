import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BIGINT_AS_NUMBER } from '../database/column-types.js';

/** A tag that was seen on the registry, once and for ever: what a check compares with, so that a tag is new once. */
@Entity({ name: 'observed_tags', schema: 'image_monitor' })
export class ObservedTag {
  @PrimaryColumn({ name: 'image_id', type: 'integer' }) imageId!: number;
  @PrimaryColumn({ name: 'tag_name', type: 'varchar', length: 128 }) tagName!: string;
  @Column({ type: 'text', nullable: true }) digest!: string | null;
  @Column({ name: 'last_updated', type: 'timestamptz', nullable: true }) lastUpdated!: Date | null;

  /** As Docker Hub sent it, 0 to 9 fraction digits. */
  @Column({ name: 'last_updated_text', type: 'text', nullable: true }) lastUpdatedText!: string | null;
  @Column({ name: 'size_bytes', type: 'bigint', nullable: true, transformer: BIGINT_AS_NUMBER })
  sizeBytes!: number | null;
  @Column({ type: 'text', array: true, default: [] }) platforms!: string[];

  /** `held`: left out only for a missing platform, and judged again when its digest moves. */
  @Column({ type: 'varchar', length: 10, default: 'seen' }) state!: 'seen' | 'held';
  @Column({ name: 'first_seen_at', type: 'timestamptz', default: () => 'now()' }) firstSeenAt!: Date;
  @Column({ name: 'last_seen_at', type: 'timestamptz', default: () => 'now()' }) lastSeenAt!: Date;
}
