import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { parseImageName } from '../domain/image-name.js';
import { invalidField, Refusal } from '../domain/refusals.js';
import { isDigest } from '../domain/digest.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ApiProblems } from '../http/openapi.js';
import { IfGiven } from '../http/schema.pipe.js';
import { Gate } from './gate.js';

/** `?image=redis&tag=7.5-alpine[&digest=sha256:…]`. */
export class GateQuery {
  @ApiProperty({ example: 'redis' })
  @IsString()
  @Length(1, 512)
  image!: string;

  @ApiProperty({ example: '7.5-alpine' })
  @Matches(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, { message: 'takes the name of a tag' })
  tag!: string;

  @ApiPropertyOptional({ description: 'Judges this digest, and asks nobody.' })
  @IfGiven()
  @IsString()
  @Length(1, 200)
  digest?: string;
}

/** The gate's verdict. */
export class GateAnswer {
  @ApiProperty({ enum: ['allowed', 'refused', 'undecided'] }) verdict!: string;
  @ApiProperty({
    enum: [
      'internal_namespace',
      'approved',
      'image_unknown',
      'image_pending',
      'image_rejected',
      'tag_not_approved',
      'tag_revoked',
      'tag_deprecated',
      'digest_changed',
      'digest_unknown',
      'registry_unavailable',
    ],
  })
  reason!: string;
  @ApiProperty({ description: 'For people.' }) detail!: string;
  @ApiProperty({ type: String, nullable: true, description: 'What would let it pass.' }) action_required!:
    string | null;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ example: '7.5-alpine' }) tag!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The digest that was judged.' }) digest!:
    string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Only this digest may be deployed.' })
  approved_digest!: string | null;
}

/** The gate for any deployer: the same verdict as for a push, without side effects. */
@ApiTags('Gate')
@ApiController('gate')
export class GateController {
  constructor(private readonly gate: Gate) {}

  @Get()
  @Role('viewer')
  @ApiOperation({ summary: 'May this tag be deployed, and with which digest?' })
  @ApiOkResponse({ type: GateAnswer })
  @ApiProblems(400)
  async judge(@Query() query: GateQuery): Promise<GateAnswer> {
    if (query.digest !== undefined && !isDigest(query.digest)) {
      throw invalidField('digest', 'takes a digest such as sha256:… with 64 hexadecimal digits');
    }
    const image = imageOf(query.image);
    const { verdict, gate, found } = await this.gate.judge(image, query.tag, query.digest);
    return {
      verdict: verdict.outcome,
      reason: verdict.reason,
      detail: verdict.detail,
      action_required: verdict.actionRequired,
      image_name: image.imageName,
      tag: query.tag,
      digest: query.digest ?? found?.digest ?? null,
      approved_digest: gate?.tag_status === 'approved' ? gate.digest : null,
    };
  }
}

/** The parser names the field of a new image; here it is another one. */
function imageOf(text: string): ReturnType<typeof parseImageName> {
  try {
    return parseImageName(text);
  } catch (error) {
    if (error instanceof Refusal) throw invalidField('image', error.fields[0]?.message ?? error.message);
    throw error;
  }
}
