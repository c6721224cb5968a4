import { ApiHideProperty, ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { PageQuery } from '../http/cursor.js';
import { IfGiven } from '../http/schema.pipe.js';
import {
  IMAGE_STATUSES,
  REQUEST_POLICIES,
  type ImageApprovalStatus,
  type RequestPolicy,
} from './image.entity.js';
import { IMAGE_SORTS, type ImageSort } from './list-images.sql.js';

const LONGEST_DESCRIPTION = 2_000;
const LONGEST_CATEGORY = 100;
const LONGEST_SEARCH = 255;
const LONGEST_ERROR_KIND = 32;
/** As many as `compileTagFilter` takes; it says so naming the list, this keeps the rest from being looked at. */
const MOST_PATTERNS = 50;
const MOST_PLATFORMS = 20;
/** A week. */
const LONGEST_INTERVAL_MINUTES = 10_080;
const TAKES_INTERVAL = `takes whole minutes from 1 to ${LONGEST_INTERVAL_MINUTES}, or null for the service's own`;

/** The field may be left out or null, which takes its value away. */
const IfNotNull = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined && value !== null);

/** `?status=approved&category=database&search=red…`; whatever is left out does not filter. */
export class ListImagesQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: IMAGE_STATUSES,
    isArray: true,
    description: 'Several: status=pending&status=rejected.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(3)
  @IsIn(IMAGE_STATUSES, { each: true })
  status?: ImageApprovalStatus[];

  @ApiPropertyOptional({ example: 'database', description: 'Empty: images without a category.' })
  @IfGiven()
  @IsString()
  @MaxLength(LONGEST_CATEGORY)
  category?: string;

  @ApiPropertyOptional({
    example: 'graf',
    description: 'A part of the name; upper and lower case are the same.',
  })
  @IfGiven()
  @IsString()
  @Length(1, LONGEST_SEARCH)
  search?: string;

  @ApiPropertyOptional()
  @IfGiven()
  @IsBoolean({ message: 'takes true or false' })
  watch_for_updates?: boolean;

  @ApiPropertyOptional({ description: 'true: those whose last check failed.' })
  @IfGiven()
  @IsBoolean({ message: 'takes true or false' })
  failing?: boolean;

  @ApiPropertyOptional({
    example: 'not_found',
    description: "Those whose last check failed like this: a key of the status's errors_by_cause.",
  })
  @IfGiven()
  @IsString()
  @Length(1, LONGEST_ERROR_KIND)
  error_kind?: string;

  @ApiPropertyOptional({
    enum: IMAGE_SORTS,
    default: 'name',
    description:
      'newest: added last. last_check: checked last, those never checked at the end. next_check: next in turn, those ' +
      'not watched at the end.',
  })
  @IfGiven()
  @IsIn(IMAGE_SORTS)
  sort: ImageSort = 'name';
}

/** What can be said about an image when it is added and whenever it is changed. */
class ImageSettings {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: LONGEST_DESCRIPTION })
  @IfNotNull()
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: LONGEST_CATEGORY, example: 'database' })
  @IfNotNull()
  @IsString()
  @Length(1, LONGEST_CATEGORY)
  @Matches(/^\S(?:.*\S)?$/, { message: 'takes one line without spaces at its ends' })
  category?: string | null;

  @ApiPropertyOptional({
    enum: IMAGE_STATUSES,
    description:
      'approved: watched from now on, unless watch_for_updates is false. Otherwise: no longer watched.',
  })
  @IfGiven()
  @IsIn(IMAGE_STATUSES)
  approval_status?: ImageApprovalStatus;

  @ApiPropertyOptional({ description: 'Only approved images can be monitored.' })
  @IfGiven()
  @IsBoolean()
  watch_for_updates?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: LONGEST_INTERVAL_MINUTES,
    description: "null: the service's CHECK_INTERVAL_MINUTES.",
  })
  @IfNotNull()
  @IsInt({ message: TAKES_INTERVAL })
  @Min(1, { message: TAKES_INTERVAL })
  @Max(LONGEST_INTERVAL_MINUTES, { message: TAKES_INTERVAL })
  check_interval_minutes?: number | null;

  @ApiPropertyOptional({
    enum: REQUEST_POLICIES,
    nullable: true,
    description: "Which new tags open a request; null: the service's REQUEST_POLICY.",
  })
  @IfNotNull()
  @IsIn(REQUEST_POLICIES)
  request_policy?: RequestPolicy | null;

  @ApiPropertyOptional({ description: 'true: the first check records what is there and opens nothing.' })
  @IfGiven()
  @IsBoolean()
  baseline?: boolean;

  @ApiPropertyOptional({
    type: [String],
    example: ['^7\\.'],
    description: 'RE2 patterns; a tag must match one.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(MOST_PATTERNS)
  @IsString({ each: true })
  tag_include?: string[];

  @ApiPropertyOptional({
    type: [String],
    example: ['-rc'],
    description: 'RE2 patterns; a tag that matches one is out.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(MOST_PATTERNS)
  @IsString({ each: true })
  tag_exclude?: string[];

  @ApiPropertyOptional({
    type: [String],
    example: ['linux/amd64', 'linux/arm64'],
    description: 'A tag must have all.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(MOST_PLATFORMS)
  @IsString({ each: true })
  platforms?: string[];

  @ApiPropertyOptional({ description: 'false: an approved push of an approved tag asks for no rollout.' })
  @IfGiven()
  @IsBoolean()
  auto_rollout?: boolean;
}

/** Body of a new image. */
export class CreateImageBody extends ImageSettings {
  @ApiProperty({
    example: 'grafana/grafana',
    description: 'A Docker reference without a tag: redis, library/redis, docker.io/grafana/grafana.',
  })
  @IsString()
  image_name!: string;
}

/** `?dry_run=true`. */
export class CreateImageQuery {
  @ApiPropertyOptional({
    default: false,
    description: 'Adds nothing: says how the name is read and what Docker Hub knows of it.',
  })
  @IfGiven()
  @IsBoolean({ message: 'takes true or false' })
  dry_run?: boolean;
}

/** Body of a change; what is left out stays. */
export class UpdateImageBody extends PartialType(ImageSettings) {
  // Named, so that whoever sends it is told why it cannot be.
  @ApiHideProperty()
  @IfGiven()
  @IsIn([], { message: 'cannot change; add the other image and delete this one' })
  image_name?: unknown;
}

/** Body of the switch. */
export class MonitoringBody {
  @ApiProperty()
  @IsBoolean()
  watch_for_updates!: boolean;
}

/** `?force=true`. */
export class DeleteImageQuery {
  @ApiPropertyOptional({ default: false, description: 'Deletes its tags, requests and checks with it.' })
  @IfGiven()
  @IsBoolean({ message: 'takes true or false' })
  force?: boolean;
}
