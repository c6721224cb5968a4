import { Body, Delete, Get, Inject, Put, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { CursorKind, totalOf, type CursorPart } from '../http/cursor.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import { RequestId } from '../http/request-id.js';
import { ChangeImage } from './change-image.js';
import { DeleteImage } from './delete-image.js';
import { ImageTag } from './image-tag.entity.js';
import { imageNotFound } from './image-settings.js';
import {
  CategoryList,
  ImageDeletedAnswer,
  ImageList,
  imageTagView,
  imageView,
  ImageWrittenAnswer,
  monitoredImageView,
  MonitoringAnswer,
  OneImageAnswer,
} from './image.views.js';
import { DeleteImageQuery, ListImagesQuery, MonitoringBody, UpdateImageBody } from './images.bodies.js';
import {
  findImage,
  listCategories,
  listImages,
  type ImagePosition,
  type ImageSort,
  type ListedImageRow,
} from './list-images.sql.js';
import { SwitchMonitoring } from './switch-monitoring.js';

/** Tags shown with an image; whoever has approved more reads the list of observed tags. */
const MOST_TAGS = 1_000;

const CURSORS: Record<ImageSort, CursorKind<readonly CursorPart[]>> = {
  name: new CursorKind('images:name', ['text', 'text']),
  id: new CursorKind('images:id', ['integer']),
  newest: new CursorKind('images:newest', ['integer']),
  last_check: new CursorKind('images:last_check', ['time', 'integer']),
  next_check: new CursorKind('images:next_check', ['integer', 'time', 'integer']),
};

/** The keys of the row that a page ends with. */
const POSITIONS: Record<ImageSort, (row: ListedImageRow) => ImagePosition> = {
  name: (row) => [row.registry, row.image_name],
  id: (row) => [row.id],
  newest: (row) => [row.id],
  last_check: (row) => [row.last_checked_text, row.id],
  next_check: (row) => [row.watch_for_updates ? 0 : 1, row.next_check_text, row.id],
};

/**
 * The images over REST: which there are, what is decided about them, and whether they are watched. They are added in
 * `monitor/`, since whoever adds one may want to ask Docker Hub first, which this room does not know.
 */
@ApiTags('Images')
@UseInterceptors(ConditionalReads)
@ApiController('images')
export class ImagesController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly changeImage: ChangeImage,
    private readonly deleteImage: DeleteImage,
    private readonly switchMonitoring: SwitchMonitoring,
  ) {}

  @Get()
  @Role('viewer')
  @ApiOperation({ summary: 'List images' })
  @ApiOkResponse({ type: ImageList })
  @ApiProblems(400)
  async list(@Query() query: ListImagesQuery): Promise<ImageList> {
    const cursors = CURSORS[query.sort];
    const after = cursors.read(query.cursor) as ImagePosition | null;
    const { rows, counted } = await listImages(
      this.db,
      {
        status: query.status,
        category: query.category,
        search: query.search,
        watchForUpdates: query.watch_for_updates,
        isFailing: query.failing,
        errorKind: query.error_kind,
      },
      { sort: query.sort, after, limit: query.limit },
    );
    const page = cursors.page(rows, query.limit, (row) => [...POSITIONS[query.sort](row)]);
    return { images: page.rows.map(imageView), ...totalOf(counted), next_cursor: page.nextCursor };
  }

  // Above `:id`, since Nest matches routes in their order.
  @Get('categories')
  @Role('viewer')
  @ApiOperation({ summary: 'The categories and how many images each has' })
  @ApiOkResponse({ type: CategoryList })
  async categories(): Promise<CategoryList> {
    return { categories: await listCategories(this.db) };
  }

  @Get(':id')
  @Role('viewer')
  @ApiOperation({ summary: 'One image with its approved tags' })
  @ApiOkResponse({ type: OneImageAnswer })
  @ApiProblems(400, 404)
  async one(@IdParam('id') id: number): Promise<OneImageAnswer> {
    const row = await findImage(this.db, id);
    if (!row) throw imageNotFound(id);
    const [tags, total] = await this.db.getRepository(ImageTag).findAndCount({
      where: { imageId: id },
      order: { approvedAt: { direction: 'DESC', nulls: 'LAST' }, id: 'DESC' },
      take: MOST_TAGS,
    });
    return { image: { ...imageView(row), tags: tags.map(imageTagView), tags_total: total } };
  }

  @Put(':id')
  @Role('admin')
  @ApiOperation({ summary: 'Change an image; what is left out stays' })
  @ApiOkResponse({ type: ImageWrittenAnswer })
  @ApiProblems(400, 404, 409)
  async update(
    @IdParam('id') imageId: number,
    @Body() body: UpdateImageBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<ImageWrittenAnswer> {
    const row = await this.changeImage.run({ imageId, settings: body, actor: actor.name, httpRequestId });
    return { message: 'Image updated successfully', image: imageView(row) };
  }

  @Delete(':id')
  @Role('admin')
  @ApiOperation({ summary: 'Delete an image; one with a history needs ?force=true' })
  @ApiOkResponse({ type: ImageDeletedAnswer })
  @ApiProblems(400, 404, 409)
  async remove(
    @IdParam('id') imageId: number,
    @Query() query: DeleteImageQuery,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<ImageDeletedAnswer> {
    await this.deleteImage.run({ imageId, isForced: query.force ?? false, actor: actor.name, httpRequestId });
    return { message: 'Image deleted successfully' };
  }

  @Put(':imageId/monitoring')
  @Role('admin')
  @ApiOperation({ summary: 'Switch the watching of an image on or off' })
  @ApiOkResponse({ type: MonitoringAnswer })
  @ApiProblems(400, 404, 409)
  async monitoring(
    @IdParam('imageId') imageId: number,
    @Body() body: MonitoringBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<MonitoringAnswer> {
    const image = await this.switchMonitoring.run({
      imageId,
      isWatched: body.watch_for_updates,
      actor: actor.name,
      httpRequestId,
    });
    return {
      message: `Monitoring ${body.watch_for_updates ? 'enabled' : 'disabled'} successfully`,
      image: monitoredImageView(image),
    };
  }
}
