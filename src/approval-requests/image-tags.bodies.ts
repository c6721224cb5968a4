import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { IfGiven } from '../http/schema.pipe.js';
import { ImageTagView } from '../images/image.views.js';
import type { ImageTagStatus } from '../images/image-tag.entity.js';

const LONGEST_TEXT = 2_000;

/** Body of an approval by hand. */
export class ApproveTagBody {
  @ApiProperty({ example: '7.5-alpine', maxLength: 128 })
  @IsString()
  @Matches(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, { message: 'takes a tag of 1 to 128 letters, digits, ._-' })
  tag!: string;

  @ApiPropertyOptional({
    description: 'The digest that was looked at; another one on Docker Hub by now is a 409.',
  })
  @IfGiven()
  @IsString()
  @Matches(/^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/, {
    message: 'takes a digest such as sha256:… with 64 hexadecimal digits',
  })
  digest?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_TEXT })
  @IfGiven()
  @IsString()
  @MaxLength(LONGEST_TEXT)
  notes?: string;

  @ApiPropertyOptional({
    default: false,
    description: 'Moves the mark to it: at most one tag of an image has it.',
  })
  @IfGiven()
  @IsBoolean()
  is_recommended?: boolean;

  @ApiPropertyOptional({ default: true, description: 'false: pending requests for lower patches stay.' })
  @IfGiven()
  @IsBoolean()
  supersede?: boolean;
}

/** Body of a change; what is left out stays. */
export class ChangeTagBody {
  @ApiPropertyOptional({ description: 'Moves the mark to it: at most one tag of an image has it.' })
  @IfGiven()
  @IsBoolean()
  is_recommended?: boolean;

  @ApiPropertyOptional({ description: 'A deprecated tag does not pass the gate.' })
  @IfGiven()
  @IsBoolean()
  is_deprecated?: boolean;

  @ApiPropertyOptional({ enum: ['approved', 'revoked'] })
  @IfGiven()
  @IsIn(['approved', 'revoked'])
  status?: ImageTagStatus;

  @ApiPropertyOptional({ default: true, description: 'false: pending requests for lower patches stay.' })
  @IfGiven()
  @IsBoolean()
  supersede?: boolean;
}

/** The answer to a change of an approved tag. */
export class ImageTagAnswer {
  @ApiProperty({ example: 'Tag updated successfully' }) message!: string;
  @ApiProperty({ type: ImageTagView }) tag!: ImageTagView;
}

/** The answer to an approval by hand. */
export class TagApprovedAnswer extends ImageTagAnswer {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The pending request that it closed; null: none.',
  })
  approval_request_id!: number | null;
  @ApiProperty({ type: [Number], description: 'Pending requests for lower patches that it superseded.' })
  superseded!: number[];
}
