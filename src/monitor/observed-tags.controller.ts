import { Get, Inject, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { comparer, type Comparison } from '../domain/comparison.js';
import { parsePlatformPattern, platformText } from '../domain/platform.js';
import { Refusal } from '../domain/refusals.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { CursorKind, totalOf } from '../http/cursor.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import {
  ListObservedTagsQuery,
  ObservedTagList,
  SizeHistoryAnswer,
  SizeHistoryQuery,
} from './observed-tags.bodies.js';
import {
  listObservedNames,
  listObservedTags,
  readApprovedTags,
  readPlatformSizes,
} from './observed-tags.sql.js';

const CURSOR = new CursorKind('observed-tags:newest', ['time_or_null', 'text']);

/** Finds the line and variant of a tag, by its name and the approved tags of its image. */
type Placed = (name: string) => Pick<Comparison, 'line' | 'variant'>;

/** What is on the registry: each tag with where it stands, and how large they became. */
@ApiTags('Monitor')
@UseInterceptors(ConditionalReads)
@ApiController('images')
export class ObservedTagsController {
  constructor(@Inject(DATA_SOURCE) private readonly db: DataSource) {}

  @Get(':imageId/observed-tags')
  @Role('viewer')
  @ApiOperation({ summary: 'What is on the registry, newest first, and where each tag stands' })
  @ApiOkResponse({ type: ObservedTagList })
  @ApiProblems(400, 404)
  async observedTags(
    @IdParam('imageId') imageId: number,
    @Query() query: ListObservedTagsQuery,
  ): Promise<ObservedTagList> {
    const after = CURSOR.read(query.cursor);
    const place = await this.placer(imageId);
    const { rows, counted, inventory } = await listObservedTags(
      this.db,
      imageId,
      {
        state: query.state && [...new Set(query.state)],
        requestId: query.request_id,
        digest: query.digest,
        sameAs: query.same_as,
        names: await this.namesOf(imageId, query, place),
      },
      { after: after && { lastUpdated: after[0], tagName: after[1] }, limit: query.limit },
    );
    if (inventory === null) throw unknownImage(imageId);
    const page = CURSOR.page(rows, query.limit, (row) => [row.last_updated_micros_text, row.tag_name]);
    return {
      observed_tags: page.rows.map((row) => ({
        tag: row.tag_name,
        state: row.state,
        line: place(row.tag_name).line,
        variant: place(row.tag_name).variant,
        digest: row.digest,
        same_as: row.same_as,
        last_updated: row.last_updated_text,
        size_bytes: row.size_bytes === null ? null : Number(row.size_bytes),
        platforms: row.platforms,
        request_id: row.request_id,
        first_seen_at: row.first_seen_at.toISOString(),
        last_seen_at: row.last_seen_at.toISOString(),
      })),
      ...totalOf(counted),
      next_cursor: page.nextCursor,
      inventory,
    };
  }

  @Get(':imageId/size-history')
  @Role('viewer')
  @ApiOperation({ summary: 'How large the tags of a line or variant are, newest first' })
  @ApiOkResponse({ type: SizeHistoryAnswer })
  @ApiProblems(400, 404)
  async sizeHistory(
    @IdParam('imageId') imageId: number,
    @Query() query: SizeHistoryQuery,
  ): Promise<SizeHistoryAnswer> {
    const platform =
      query.platform === undefined
        ? undefined
        : platformText(parsePlatformPattern(query.platform, 'platform'));
    const names = await this.namesOf(imageId, query, await this.placer(imageId));
    const page = { after: null, limit: query.limit };
    const { rows, inventory } = await listObservedTags(this.db, imageId, { platform, names }, page);
    if (inventory === null) throw unknownImage(imageId);
    const tags = rows.slice(0, query.limit);
    const sizes =
      platform === undefined
        ? new Map(tags.map((tag) => [tag.tag_name, tag.size_bytes === null ? null : Number(tag.size_bytes)]))
        : await readPlatformSizes(
            this.db,
            imageId,
            tags.map((tag) => ({ name: tag.tag_name, digest: tag.digest })),
            platform,
          );
    return {
      size_history: tags.map((tag) => ({
        tag: tag.tag_name,
        digest: tag.digest,
        pushed_at: tag.last_updated_text,
        size_bytes: sizes.get(tag.tag_name) ?? null,
        state: tag.state,
      })),
    };
  }

  private async placer(imageId: number): Promise<Placed> {
    const compare = comparer(await readApprovedTags(this.db, imageId));
    return (name) => compare({ name, sizeBytes: null, platforms: [] });
  }

  /**
   * The names in a line or of a variant; undefined: neither is asked for. Both follow from the name and the approved
   * tags by rules that SQL does not have, and the names of even the largest images are read in milliseconds.
   */
  private async namesOf(
    imageId: number,
    wanted: { line?: string; variant?: string },
    place: Placed,
  ): Promise<string[] | undefined> {
    if (wanted.line === undefined && wanted.variant === undefined) return undefined;
    const names = await listObservedNames(this.db, imageId);
    return names.filter((name) => {
      const { line, variant } = place(name);
      return (wanted.line ?? line) === line && (wanted.variant ?? variant) === variant;
    });
  }
}

function unknownImage(id: number): Refusal {
  return new Refusal('not_found', 'image_not_found', `There is no image ${id}.`);
}
