import { Body, Delete, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import { RequestId } from '../http/request-id.js';
import { imageTagView } from '../images/image.views.js';
import { ApproveTagByHand } from './approve-tag-by-hand.js';
import { ChangeTag } from './change-tag.js';
import { ApproveTagBody, ChangeTagBody, ImageTagAnswer, TagApprovedAnswer } from './image-tags.bodies.js';

/** Approved tags by hand: a decision that nobody had asked for. */
@ApiTags('Approved tags')
@ApiController('images')
export class ImageTagsController {
  constructor(
    private readonly approveTagByHand: ApproveTagByHand,
    private readonly changeTag: ChangeTag,
  ) {}

  @Post(':id/tags')
  @Role('reviewer')
  @ApiOperation({ summary: 'Approve a tag by hand, with the digest that Docker Hub has now' })
  @ApiCreatedResponse({ type: TagApprovedAnswer })
  @ApiProblems(400, 404, 409, 503)
  async approve(
    @IdParam('id') imageId: number,
    @Body() body: ApproveTagBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<TagApprovedAnswer> {
    const { tag, requestId, superseded } = await this.approveTagByHand.run({
      imageId,
      tag: body.tag,
      expectedDigest: body.digest,
      notes: body.notes ?? null,
      isRecommended: body.is_recommended ?? false,
      supersede: body.supersede ?? true,
      actor: actor.name,
      httpRequestId,
    });
    return {
      message: 'Tag approved successfully',
      tag: imageTagView(tag),
      approval_request_id: requestId,
      superseded,
    };
  }

  @Put(':id/tags/:tagId')
  @Role('reviewer')
  @ApiOperation({ summary: 'Recommend, deprecate or revoke an approved tag, or put it back in force' })
  @ApiOkResponse({ type: ImageTagAnswer })
  @ApiProblems(400, 404, 409)
  async change(
    @IdParam('id') imageId: number,
    @IdParam('tagId') tagId: number,
    @Body() body: ChangeTagBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<ImageTagAnswer> {
    const tag = await this.changeTag.run({
      imageId,
      tagId,
      changes: {
        status: body.status,
        isRecommended: body.is_recommended,
        isDeprecated: body.is_deprecated,
      },
      supersede: body.supersede,
      actor: actor.name,
      httpRequestId,
    });
    return { message: 'Tag updated successfully', tag: imageTagView(tag) };
  }

  @Delete(':id/tags/:tagId')
  @Role('reviewer')
  @ApiOperation({ summary: 'Revoke an approved tag; its row stays' })
  @ApiOkResponse({ type: ImageTagAnswer })
  @ApiProblems(400, 404)
  async revoke(
    @IdParam('id') imageId: number,
    @IdParam('tagId') tagId: number,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<ImageTagAnswer> {
    const changes = { status: 'revoked' } as const;
    const tag = await this.changeTag.run({ imageId, tagId, changes, actor: actor.name, httpRequestId });
    return { message: 'Tag revoked successfully', tag: imageTagView(tag) };
  }
}
