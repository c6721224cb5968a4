import { ApiProperty } from '@nestjs/swagger';
import type { ImageTag } from './image-tag.entity.js';
import { IMAGE_STATUSES, REQUEST_POLICIES, type Image } from './image.entity.js';
import type { ImageRow } from './list-images.sql.js';

const DATE_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;

/** The tag of an image that was approved last. */
export class NewestApprovedView {
  @ApiProperty({ example: '7.4.1-alpine' }) tag!: string;
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty(DATE_OR_NULL) approved_at!: string | null;
}

/** An image as the API shows it; the names are the table's. */
export class ImageView {
  @ApiProperty({ type: 'integer', example: 1 }) id!: number;
  @ApiProperty({ example: 'docker.io' }) registry!: string;
  @ApiProperty({ example: 'library' }) namespace!: string;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ type: String, nullable: true }) description!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'database' }) category!: string | null;
  @ApiProperty({ description: "Docker's own: in the namespace library." }) is_official!: boolean;
  @ApiProperty({ enum: IMAGE_STATUSES }) approval_status!: string;
  @ApiProperty({ type: String, nullable: true }) approved_by!: string | null;
  @ApiProperty(DATE_OR_NULL) approved_at!: string | null;
  @ApiProperty() watch_for_updates!: boolean;
  @ApiProperty({ ...DATE_OR_NULL, description: 'The last complete check; a failed one does not move it.' })
  last_checked_at!: string | null;
  @ApiProperty({ format: 'date-time' }) next_check_at!: string;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: "null: the service's CHECK_INTERVAL_MINUTES.",
  })
  check_interval_minutes!: number | null;
  @ApiProperty({ enum: REQUEST_POLICIES, nullable: true, description: "null: the service's REQUEST_POLICY." })
  request_policy!: string | null;
  @ApiProperty() baseline!: boolean;
  @ApiProperty() auto_rollout!: boolean;
  @ApiProperty({ type: [String] }) tag_include!: string[];
  @ApiProperty({ type: [String] }) tag_exclude!: string[];
  @ApiProperty({ type: [String] }) platforms!: string[];
  @ApiProperty({
    enum: ['unread', 'partial', 'complete', 'truncated'],
    description: 'How much of the tags that were there before the first check has been read.',
  })
  inventory_state!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why the last check failed; null: it did not.' })
  last_error!: string | null;
  @ApiProperty(DATE_OR_NULL) last_error_at!: string | null;
  @ApiProperty({ type: 'integer' }) consecutive_failures!: number;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ format: 'date-time' }) updated_at!: string;
  @ApiProperty({ type: 'integer', description: 'Pending requests; 10001 means more than 10,000.' })
  pending_count!: number;
  @ApiProperty({ type: 'integer', description: 'Tags seen on the registry; 10001 means more than 10,000.' })
  tags_observed!: number;
  @ApiProperty({ type: NewestApprovedView, nullable: true }) approved_newest!: NewestApprovedView | null;
}

/** A tag that someone approved; `revoked`: its approval was withdrawn. */
export class ImageTagView {
  @ApiProperty({ type: 'integer' }) id!: number;
  @ApiProperty({ type: 'integer' }) image_id!: number;
  @ApiProperty({ example: '7.5-alpine' }) tag!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The approved content.' }) digest!: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) size_bytes!: number | null;
  @ApiProperty({ type: [String], example: ['amd64', 'arm64'] }) architectures!: string[];
  @ApiProperty({ type: [String], example: ['linux/amd64', 'linux/arm64/v8'] }) platforms!: string[];
  @ApiProperty(DATE_OR_NULL) pushed_at!: string | null;
  @ApiProperty({ enum: ['approved', 'revoked'] }) status!: string;
  @ApiProperty({ description: 'At most one of an image.' }) is_recommended!: boolean;
  @ApiProperty({ description: 'A deprecated tag does not pass the gate.' }) is_deprecated!: boolean;
  @ApiProperty({ type: String, nullable: true }) approved_by!: string | null;
  @ApiProperty(DATE_OR_NULL) approved_at!: string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The request whose approval it was; null: by hand.',
  })
  approval_request_id!: number | null;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ format: 'date-time' }) updated_at!: string;
}

/** An image with its approved tags. */
export class ImageWithTagsView extends ImageView {
  @ApiProperty({ type: [ImageTagView], description: 'Approved last first; at most 1,000.' })
  tags!: ImageTagView[];
  @ApiProperty({
    type: 'integer',
    description: 'All of them; more than in `tags`: the oldest were left out.',
  })
  tags_total!: number;
}

/** `{"image": …}`. */
export class OneImageAnswer {
  @ApiProperty({ type: ImageWithTagsView }) image!: ImageWithTagsView;
}

/** The answer to a new image and to a change. */
export class ImageWrittenAnswer {
  @ApiProperty({ example: 'Image created successfully' }) message!: string;
  @ApiProperty({ type: ImageView }) image!: ImageView;
}

/** The answer to a deletion. */
export class ImageDeletedAnswer {
  @ApiProperty({ example: 'Image deleted successfully' }) message!: string;
}

/** A page of images. */
export class ImageList {
  @ApiProperty({ type: [ImageView] }) images!: ImageView[];
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ required: false, description: 'false: there are more than 10,000.' }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** A category and its images. */
export class CategoryView {
  @ApiProperty({ type: String, nullable: true, description: 'null: images without a category.' })
  category!: string | null;
  @ApiProperty({ type: 'integer' }) images!: number;
  @ApiProperty({ type: 'integer' }) watched!: number;
}

/** All categories. */
export class CategoryList {
  @ApiProperty({ type: [CategoryView] }) categories!: CategoryView[];
}

/** An image as the switch shows it: the user's five fields and no more. */
export class MonitoredImageView {
  @ApiProperty({ type: 'integer', example: 1 }) id!: number;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ example: true }) watch_for_updates!: boolean;
  @ApiProperty(DATE_OR_NULL) last_checked_at!: string | null;
  @ApiProperty({ format: 'date-time', example: '2025-10-17T18:00:00.000Z' }) next_check_at!: string;
}

/** The answer to the switch. */
export class MonitoringAnswer {
  @ApiProperty({ enum: ['Monitoring enabled successfully', 'Monitoring disabled successfully'] })
  message!: string;
  @ApiProperty({ type: MonitoredImageView }) image!: MonitoredImageView;
}

/** A row as the API shows it. Field by field: spreading a row and dropping some of it cost more than the JSON. */
export function imageView(row: ImageRow): ImageView {
  const { approved_newest: newest } = row;
  return {
    id: row.id,
    registry: row.registry,
    namespace: row.namespace,
    image_name: row.image_name,
    description: row.description,
    category: row.category,
    is_official: row.is_official,
    approval_status: row.approval_status,
    approved_by: row.approved_by,
    approved_at: row.approved_at?.toISOString() ?? null,
    watch_for_updates: row.watch_for_updates,
    last_checked_at: row.last_checked_at?.toISOString() ?? null,
    next_check_at: row.next_check_at.toISOString(),
    check_interval_minutes: row.check_interval_minutes,
    request_policy: row.request_policy,
    baseline: row.baseline,
    auto_rollout: row.auto_rollout,
    tag_include: row.tag_include,
    tag_exclude: row.tag_exclude,
    platforms: row.platforms,
    inventory_state: row.inventory_state,
    last_error: row.last_error,
    last_error_at: row.last_error_at?.toISOString() ?? null,
    consecutive_failures: row.consecutive_failures,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    pending_count: row.pending_count,
    tags_observed: row.tags_observed,
    approved_newest: newest && {
      tag: newest.tag,
      digest: newest.digest,
      approved_at: newest.approved_at === null ? null : new Date(newest.approved_at).toISOString(),
    },
  };
}

/** A row of `image_tags` as the API shows it. */
export function imageTagView(tag: ImageTag): ImageTagView {
  return {
    id: tag.id,
    image_id: tag.imageId,
    tag: tag.tag,
    digest: tag.digest,
    size_bytes: tag.sizeBytes,
    architectures: tag.architectures,
    platforms: tag.platforms,
    pushed_at: tag.pushedAt?.toISOString() ?? null,
    status: tag.status,
    is_recommended: tag.isRecommended,
    is_deprecated: tag.isDeprecated,
    approved_by: tag.approvedBy,
    approved_at: tag.approvedAt?.toISOString() ?? null,
    approval_request_id: tag.approvalRequestId,
    created_at: tag.createdAt.toISOString(),
    updated_at: tag.updatedAt.toISOString(),
  };
}

/** The user's five fields. */
export function monitoredImageView(image: Image): MonitoredImageView {
  return {
    id: image.id,
    image_name: image.imageName,
    watch_for_updates: image.watchForUpdates,
    last_checked_at: image.lastCheckedAt?.toISOString() ?? null,
    next_check_at: image.nextCheckAt.toISOString(),
  };
}
