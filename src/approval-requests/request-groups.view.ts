import { ApiProperty } from '@nestjs/swagger';
import type { Bump } from '../domain/comparison.js';
import { ApprovalRequestRowView, ApprovedTagView } from './approval-request.view.js';
import { groupKey, type RequestGroup } from './request-filter.sql.js';
import type { GroupRow } from './request-groups.sql.js';

const COUNTS = { type: 'object' as const, additionalProperties: { type: 'integer' as const } };

/** Requests that are read together: those of a line, an image or a digest. */
export class RequestGroupView {
  @ApiProperty({ example: 'line:17:7-alpine', description: 'What ?group= takes.' }) key!: string;
  @ApiProperty({ type: 'integer', nullable: true }) image_id!: number | null;
  @ApiProperty({ example: 'redis' }) image_name!: string;
  @ApiProperty({ type: String, nullable: true }) category!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '7-alpine' }) line!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '-alpine', description: 'null: several.' })
  variant!: string | null;
  @ApiProperty({ type: String, nullable: true }) digest!: string | null;
  @ApiProperty({ type: 'integer' }) total!: number;
  @ApiProperty({ ...COUNTS, example: { major: 1, minor: 0, patch: 8, rebuild: 0, repush: 1, other: 0 } })
  by_bump!: Record<Bump, number>;
  @ApiProperty({ type: 'integer' }) newest_request_id!: number;
  @ApiProperty({ type: String, format: 'date-time' }) oldest_requested_at!: string;
  @ApiProperty({ type: ApprovedTagView, nullable: true }) approved!: ApprovedTagView | null;
  @ApiProperty({
    type: [ApprovalRequestRowView],
    required: false,
    description: 'All its requests, where `rows` asked for them: re-pushes first, then the highest version.',
  })
  approval_requests?: ApprovalRequestRowView[];
}

/** A page of groups. */
export class RequestGroupList {
  @ApiProperty({ type: [RequestGroupView] }) groups!: RequestGroupView[];
  @ApiProperty({ type: 'integer', description: 'Groups, not requests.' }) total!: number;
  @ApiProperty({ required: false, description: 'false: there are more than 10,000.' }) total_is_exact?: false;
  @ApiProperty({ type: String, nullable: true }) next_cursor!: string | null;
}

class CategoryCount {
  @ApiProperty({ type: String, nullable: true }) category!: string | null;
  @ApiProperty({ type: 'integer' }) count!: number;
}

class ImageCount {
  @ApiProperty({ type: 'integer', nullable: true }) image_id!: number | null;
  @ApiProperty() image_name!: string;
  @ApiProperty({ type: 'integer' }) count!: number;
}

class PlatformCount {
  @ApiProperty({ example: 'linux/arm64' }) platform!: string;
  @ApiProperty({ type: 'integer' }) count!: number;
}

/** What the requests could be narrowed to. */
export class FacetsView {
  @ApiProperty({ type: 'integer', description: 'Requests that match the whole filter.' }) total!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) oldest_requested_at!: string | null;
  @ApiProperty(COUNTS) bump!: Record<string, number>;
  @ApiProperty({ type: [CategoryCount] }) category!: CategoryCount[];
  @ApiProperty({ type: [ImageCount], description: 'The 50 with most.' }) image!: ImageCount[];
  @ApiProperty({ type: [PlatformCount] }) missing_platform!: PlatformCount[];
  @ApiProperty({ ...COUNTS, example: { under_1d: 3, '1d_to_7d': 10, '7d_to_14d': 4, over_14d: 1 } })
  age!: Record<string, number>;
}

/** `{"facets": …}`. */
export class FacetsAnswer {
  @ApiProperty({ type: FacetsView }) facets!: FacetsView;
}

/** The key of the group that a request is in. */
export function groupKeyOf(
  row: { image_id: number | null; image_name: string; line: string | null; digest: string | null },
  by: RequestGroup['by'],
): string {
  const value = { line: row.line ?? '', digest: row.digest, image: null }[by];
  return groupKey({ by, imageId: row.image_id ?? 0, imageName: row.image_name, value });
}

/** A group as the API shows it. */
export function groupView(row: GroupRow, by: RequestGroup['by']): RequestGroupView {
  const { id: _id, ...approved } = row.approved ?? { id: 0 };
  return {
    key: groupKey({ by, imageId: row.image_id ?? 0, imageName: row.image_name, value: row.value }),
    image_id: row.image_id,
    image_name: row.image_name,
    category: row.category,
    line: by === 'line' ? row.value || null : null,
    variant: by === 'line' ? row.variant : null,
    digest: by === 'digest' ? row.value : null,
    total: row.total,
    by_bump: row.by_bump,
    newest_request_id: row.newest_request_id,
    oldest_requested_at: row.oldest_requested_at.toISOString(),
    approved: row.approved && (approved as ApprovedTagView),
  };
}
