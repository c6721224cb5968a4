import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { PageQuery } from '../http/cursor.js';
import { IfGiven } from '../http/schema.pipe.js';
import { OBSERVED_STATES, type ObservedState } from './observed-tags.sql.js';

/** `?state=pending&line=7-alpine…`; whatever is left out does not filter. */
export class ListObservedTagsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: OBSERVED_STATES,
    isArray: true,
    description: 'Several: state=seen&state=held.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(6)
  @IsIn(OBSERVED_STATES, { each: true })
  state?: ObservedState[];

  @ApiPropertyOptional({ example: '7-alpine' })
  @IfGiven()
  @IsString()
  @Length(1, 128)
  line?: string;

  @ApiPropertyOptional({ example: '-alpine', description: 'Empty: tags without a suffix.' })
  @IfGiven()
  @IsString()
  @MaxLength(128)
  variant?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'The tag whose newest request this is.' })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  request_id?: number;

  @ApiPropertyOptional({ example: 'latest', description: 'The names of the digest that this tag has.' })
  @IfGiven()
  @IsString()
  @Length(1, 128)
  same_as?: string;

  @ApiPropertyOptional({ example: 'sha256:…' })
  @IfGiven()
  @IsString()
  @Length(1, 200)
  digest?: string;
}

/** `?line=7-alpine&platform=linux/arm64`. */
export class SizeHistoryQuery {
  @ApiPropertyOptional({ example: '7-alpine' })
  @IfGiven()
  @IsString()
  @Length(1, 128)
  line?: string;

  @ApiPropertyOptional({ example: '-alpine', description: 'Empty: tags without a suffix.' })
  @IfGiven()
  @IsString()
  @MaxLength(128)
  variant?: string;

  @ApiPropertyOptional({ example: 'linux/arm64', description: 'Tags that have it, with its size.' })
  @IfGiven()
  @IsString()
  @Length(1, 100)
  platform?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 500, default: 50 })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 50;
}

/** A tag that was seen on the registry, and where it stands. */
export class ObservedTagView {
  @ApiProperty({ example: '7.5-alpine' }) tag!: string;
  @ApiProperty({ enum: OBSERVED_STATES }) state!: string;
  @ApiProperty({ example: '7-alpine', description: 'What a request for it is compared within.' })
  line!: string;
  @ApiProperty({ example: '-alpine', description: 'Its suffix.' }) variant!: string;
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty({ type: [String], description: 'Other observed names of the digest; at most 100.' })
  same_as!: string[];
  @ApiProperty({ type: String, nullable: true, description: 'As Docker Hub sent it.' }) last_updated!:
    string | null;
  @ApiProperty({ type: 'integer', nullable: true }) size_bytes!: number | null;
  @ApiProperty({ type: [String] }) platforms!: string[];
  @ApiProperty({ type: 'integer', nullable: true, description: 'The newest request for it.' })
  request_id!: number | null;
  @ApiProperty({ format: 'date-time' }) first_seen_at!: string;
  @ApiProperty({ format: 'date-time' }) last_seen_at!: string;
}

/** A page of observed tags. */
export class ObservedTagList {
  @ApiProperty({ type: [ObservedTagView] }) observed_tags!: ObservedTagView[];
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ required: false }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
  @ApiProperty({
    enum: ['unread', 'partial', 'complete', 'truncated'],
    description: 'How much of the tags that were there before the first check has been read.',
  })
  inventory!: string;
}

/** How large a tag is. */
export class TagSizeView {
  @ApiProperty({ example: '7.5-alpine' }) tag!: string;
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'As Docker Hub sent it.' }) pushed_at!:
    string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'With platform: of that one, where a request for this content tells it.',
  })
  size_bytes!: number | null;
  @ApiProperty({ enum: OBSERVED_STATES }) state!: string;
}

/** `{"size_history": […]}`, newest first. */
export class SizeHistoryAnswer {
  @ApiProperty({ type: [TagSizeView] }) size_history!: TagSizeView[];
}
