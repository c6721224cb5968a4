import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { DECISION_ACTIONS, type DecisionAction } from '../domain/decision.js';
import { IfGiven } from '../http/schema.pipe.js';
import { BULK_MODES, type BulkMode } from './choose-requests.js';
import { RequestFilterFields } from './request-filter.query.js';

const MOST_IN_BULK = 1_000;
const LONGEST_TEXT = 2_000;
/** Also no zero-width spaces, which JavaScript's `\S` takes for something. */
const READABLE = /[\p{L}\p{N}\p{P}\p{S}]/u;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/;

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
  @Matches(READABLE, { message: 'takes a reason that can be read, not only spaces' })
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

/** Body of a bulk decision: which requests (one of `ids`, `filter`, `batch_id`), and what about them. */
export class BulkBody {
  @ApiProperty({ enum: DECISION_ACTIONS })
  @IsIn(DECISION_ACTIONS)
  action!: DecisionAction;

  @ApiPropertyOptional({ type: [BulkItem], minItems: 1, maxItems: MOST_IN_BULK })
  @IfGiven()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_IN_BULK)
  @ValidateNested({ each: true })
  @Type(() => BulkItem)
  ids?: BulkItem[];

  @ApiPropertyOptional({
    type: RequestFilterFields,
    description:
      'Instead of ids: the filter of the list. 1,000 are decided per call, `remaining` says how many are left; the status is pending unless it says otherwise.',
  })
  @IfGiven()
  @IsObject()
  @ValidateNested()
  @Type(() => RequestFilterFields)
  filter?: RequestFilterFields;

  @ApiPropertyOptional({ format: 'uuid', description: 'Reopen only: what that batch decided.' })
  @IfGiven()
  @IsUUID()
  batch_id?: string;

  @ApiPropertyOptional({
    enum: BULK_MODES,
    default: 'each',
    description:
      'newest_per_line (approve only): of each line the highest version within the approved major is approved, the lower ones are rejected with rejection_reason; majors and re-pushes are left out.',
  })
  @IfGiven()
  @IsIn(BULK_MODES)
  mode?: BulkMode;

  @ApiPropertyOptional({ default: false, description: 'Answers what would happen, and does nothing.' })
  @IfGiven()
  @IsBoolean()
  dry_run?: boolean;

  @ApiPropertyOptional({
    description: 'From the dry run; 409 preview_changed when it would come out differently by now.',
  })
  @IfGiven()
  @IsString()
  @Length(1, 1_000)
  preview_token?: string;

  @ApiPropertyOptional({
    description: 'Dry run only: the cursor of the answer before, for its next results.',
  })
  @IfGiven()
  @IsString()
  @MaxLength(2_000)
  cursor?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_TEXT })
  @IfGiven()
  @IsString()
  @MaxLength(LONGEST_TEXT)
  notes?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_TEXT, description: 'Needed to reject; one reason for all.' })
  @IfGiven()
  @IsString()
  @Length(1, LONGEST_TEXT)
  @Matches(READABLE, { message: 'takes a reason that can be read, not only spaces' })
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

/** Body of a reopening; all of it may be left out. */
export class ReopenBody {
  @ApiPropertyOptional({ maxLength: LONGEST_TEXT, description: 'Why; kept in the audit log.' })
  @IfGiven()
  @IsString()
  @MaxLength(LONGEST_TEXT)
  reason?: string;
}
