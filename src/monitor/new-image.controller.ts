import { Body, HttpStatus, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ApiProblems } from '../http/openapi.js';
import { RequestId } from '../http/request-id.js';
import { AddImage } from '../images/add-image.js';
import { imageView, ImageWrittenAnswer } from '../images/image.views.js';
import { CreateImageBody, CreateImageQuery } from '../images/images.bodies.js';
import { LookUpImage } from './look-up-image.js';

/** How a name was read. */
export class ParsedImageNameView {
  @ApiProperty({ example: 'docker.io' }) registry!: string;
  @ApiProperty({ example: 'library' }) namespace!: string;
  @ApiProperty({ example: 'redis' }) image_name!: string;
}

/** What adding an image would add. */
export class ImagePreviewAnswer {
  @ApiProperty({ type: ParsedImageNameView }) parsed!: ParsedImageNameView;
  @ApiProperty({ type: 'integer', nullable: true, description: 'The image that is there already.' })
  image_id!: number | null;
  @ApiProperty({ description: 'false: Docker Hub has no such repository, or it is private.' })
  found!: boolean;
  @ApiProperty({ description: "Docker's own: in the namespace library." }) official!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'As Docker Hub has it.' })
  description!: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) tag_count!: number | null;
}

/**
 * Adding an image, or seeing what that would be. Stands in this room and not with the images because it asks Docker
 * Hub, which they do not know.
 */
@ApiTags('Images')
@ApiController('images')
export class NewImageController {
  constructor(
    private readonly addImage: AddImage,
    private readonly lookUpImage: LookUpImage,
  ) {}

  @Post()
  @Role('admin')
  @ApiOperation({ summary: 'Add an image, or look it up on Docker Hub first' })
  @ApiCreatedResponse({ type: ImageWrittenAnswer })
  @ApiOkResponse({ type: ImagePreviewAnswer, description: 'With dry_run: nothing was added.' })
  @ApiProblems(400, 409, 503)
  async create(
    @Body() body: CreateImageBody,
    @Query() query: CreateImageQuery,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
    @Res({ passthrough: true }) answer: { status(code: number): unknown },
  ): Promise<ImageWrittenAnswer | ImagePreviewAnswer> {
    const { image_name: imageName, ...settings } = body;
    if (query.dry_run) {
      const { name, imageId, repository } = await this.lookUpImage.run(imageName);
      answer.status(HttpStatus.OK);
      return {
        parsed: { registry: name.registry, namespace: name.namespace, image_name: name.imageName },
        image_id: imageId,
        found: repository !== null,
        official: name.isOfficial,
        description: repository?.description ?? null,
        tag_count: repository?.tagCount ?? null,
      };
    }
    const row = await this.addImage.run({ imageName, settings, actor: actor.name, httpRequestId });
    return { message: 'Image created successfully', image: imageView(row) };
  }
}
