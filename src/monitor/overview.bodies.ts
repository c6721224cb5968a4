import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsString, Max, Min } from 'class-validator';
import { PageQuery } from '../http/cursor.js';
import { IsTime } from '../http/is-time.js';
import { IfGiven } from '../http/schema.pipe.js';
import type { CheckOutcome } from './check.entity.js';
import { CheckView } from './monitor.views.js';

export const OUTCOMES = [
  'unchanged',
  'changed',
  'failed',
  'postponed',
] as const satisfies readonly CheckOutcome[];

/** `?limit=20`. */
export class UpcomingQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 500, default: 20 })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 20;
}

/** `?outcome=failed&since=…`. */
export class AllChecksQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: OUTCOMES,
    isArray: true,
    description: 'Several: outcome=failed&outcome=postponed.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(4)
  @IsIn(OUTCOMES, { each: true })
  outcome?: CheckOutcome[];

  @ApiPropertyOptional({ format: 'date-time', description: 'Finished at or after.' })
  @IfGiven()
  @IsTime()
  since?: string;
}

/** A filter to be tried; what is left out does not filter. */
export class FilterPreviewBody {
  @ApiPropertyOptional({ type: [String], example: ['^7\\.'] })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  tag_include?: string[];

  @ApiPropertyOptional({ type: [String], example: ['-rc'] })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  tag_exclude?: string[];

  @ApiPropertyOptional({ type: [String], example: ['linux/arm64'] })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  platforms?: string[];
}

/** A check that is to come. */
export class UpcomingCheckView {
  @ApiProperty({ type: 'integer' }) image_id!: number;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ type: String, format: 'date-time' }) next_check_at!: string;
  @ApiProperty({ enum: ['manual', 'hint', 'due'] }) reason!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) last_checked_at!: string | null;
}

/** `{"upcoming": […]}`. */
export class UpcomingList {
  @ApiProperty({ type: [UpcomingCheckView] }) upcoming!: UpcomingCheckView[];
}

/** A check of any image. */
export class CheckOfImageView extends CheckView {
  @ApiProperty({ example: 'redis' }) image_name!: string;
}

/** A page of checks over all images. */
export class AllChecksList {
  @ApiProperty({ type: [CheckOfImageView] }) checks!: CheckOfImageView[];
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

/** What a filter says of a tag. */
export class FilteredTagView {
  @ApiProperty({ example: '7.5-alpine' }) tag!: string;
  @ApiProperty({ type: String, nullable: true }) last_updated!: string | null;
  @ApiProperty({ description: 'As a new tag it would open a request (request_policy apart).' })
  would_open!: boolean;
  @ApiProperty({ enum: ['not_included', 'excluded', 'missing_platform'], nullable: true }) reason!:
    string | null;
  @ApiProperty({ type: [String] }) platforms_missing!: string[];
}

/** `{"tags": […], "would_open": n}`. */
export class FilterPreviewAnswer {
  @ApiProperty({ type: 'integer', description: 'Of those tags.' }) would_open!: number;
  @ApiProperty({ type: [FilteredTagView], description: 'The last 100, newest first.' })
  tags!: FilteredTagView[];
}
