import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { REQUEST_STATUSES, type RequestStatus } from '../domain/decision.js';
import { PageQuery } from '../http/cursor.js';
import { IfGiven } from '../http/schema.pipe.js';
import type { RequestSort } from './list-requests.sql.js';

const MOST_IN_BULK = 1_000;
const LONGEST_TEXT = 2_000;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/;

/** `?status=pending&image_id=1…`; whatever is left out does not filter. */
export class ListRequestsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: REQUEST_STATUSES,
    isArray: true,
    description: 'Several: status=approved&status=rejected.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(4)
  @IsIn(REQUEST_STATUSES, { each: true })
  status?: RequestStatus[];

  @ApiPropertyOptional({ type: 'integer' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  image_id?: number;

  @ApiPropertyOptional({ example: 'grafana/grafana' })
  @IfGiven()
  @IsString()
  @Length(1, 255)
  image_name?: string;

  @ApiPropertyOptional({ example: '7.5-alpine' })
  @IfGiven()
  @IsString()
  @Length(1, 128)
  tag?: string;

  @ApiPropertyOptional({ example: 'image_monitor' })
  @IfGiven()
  @IsString()
  @Length(1, 64)
  source?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Requested at or after.' })
  @IfGiven()
  @IsISO8601({ strict: true, strictSeparator: true })
  since?: string;

  @ApiPropertyOptional({ enum: ['newest', 'oldest'], default: 'newest' })
  @IfGiven()
  @IsIn(['newest', 'oldest'])
  sort: RequestSort = 'newest';
}

/** Body of an approval; all of it may be left out. */
export class ApproveBody {
  @ApiPropertyOptional({ maxLength: LONGEST_TEXT })
  @IfGiven()
  @IsString()
  @MaxLength(LONGEST_TEXT)
  notes?: string;

  @ApiPropertyOptional({ description: 'The digest that was looked at; another one by now is a 409.' })
  @IfGiven()
  @Matches(DIGEST, { message: 'takes a digest such as sha256:… with 64 hexadecimal digits' })
  expected_digest?: string;

  @ApiPropertyOptional({
    default: false,
    description: 'Approves the other observed names of the same digest, too.',
  })
  @IfGiven()
  @IsBoolean()
  include_aliases?: boolean;

  @ApiPropertyOptional({ default: true, description: 'false: pending requests for lower patches stay.' })
  @IfGiven()
  @IsBoolean()
  supersede?: boolean;
}

/** Body of a rejection. */
export class RejectBody {
  @ApiProperty({
    minLength: 1,
    maxLength: LONGEST_TEXT,
    example: 'We stay on 7.4 until the memory leak is fixed.',
  })
  @IsString()
  @Length(1, LONGEST_TEXT)
  @Matches(/\S/, { message: 'takes a reason, not only spaces' })
  rejection_reason!: string;
}

/** One request of a bulk decision, and what was looked at. */
export class BulkItem {
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  id!: number;

  @ApiPropertyOptional()
  @IfGiven()
  @Matches(DIGEST, { message: 'takes a digest such as sha256:… with 64 hexadecimal digits' })
  expected_digest?: string;
}

/** Body of a bulk decision. */
export class BulkBody {
  @ApiProperty({ enum: ['approve', 'reject'] })
  @IsIn(['approve', 'reject'])
  action!: 'approve' | 'reject';

  @ApiProperty({ type: [BulkItem], minItems: 1, maxItems: MOST_IN_BULK })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_IN_BULK)
  @ValidateNested({ each: true })
  @Type(() => BulkItem)
  ids!: BulkItem[];

  @ApiPropertyOptional({ default: false, description: 'Answers what would happen, and does nothing.' })
  @IfGiven()
  @IsBoolean()
  dry_run?: boolean;

  @ApiPropertyOptional({
    description: 'From the dry run; 409 preview_changed when it would come out differently by now.',
  })
  @IfGiven()
  @IsString()
  @Length(1, 200)
  preview_token?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_TEXT })
  @IfGiven()
  @IsString()
  @MaxLength(LONGEST_TEXT)
  notes?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_TEXT, description: 'Needed to reject; one reason for all.' })
  @IfGiven()
  @IsString()
  @Length(1, LONGEST_TEXT)
  @Matches(/\S/, { message: 'takes a reason, not only spaces' })
  rejection_reason?: string;

  @ApiPropertyOptional({ default: false })
  @IfGiven()
  @IsBoolean()
  include_aliases?: boolean;

  @ApiPropertyOptional({ default: true })
  @IfGiven()
  @IsBoolean()
  supersede?: boolean;
}
