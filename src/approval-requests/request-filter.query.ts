import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateBy,
} from 'class-validator';
import { REQUEST_STATUSES, type RequestStatus } from '../domain/decision.js';
import type { Bump } from '../domain/comparison.js';
import { invalidField } from '../domain/refusals.js';
import { isTime } from '../domain/time.js';
import { PageQuery } from '../http/cursor.js';
import { IsTime } from '../http/is-time.js';
import { IfGiven } from '../http/schema.pipe.js';
import { REQUEST_SORTS, type RequestSort, type RequestView } from './list-requests.sql.js';
import { GROUPINGS, parseGroupKey, type RequestFilter, type RequestGroup } from './request-filter.sql.js';
import { BUMPS } from './request-groups.sql.js';

const MOST_GROUPS = 1_000;
/** Groups whose requests one answer holds: what a page shows of a list, with some to spare. */
const MOST_GROUPS_OF_ROWS = 50;
const MOST_ROWS = 500;
const MOST_WORDS = 8;
const AGE = /^([1-9][0-9]{0,4})([mhdw])$/;
const TAKES_AGE = 'takes an age such as 90m, 12h, 7d or 2w, or a time in ISO 8601 with its zone';
const MS_OF = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Which requests: the query of every list of them, and the `filter` of a bulk decision. */
export class RequestFilterFields {
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
  @IsTime()
  since?: string;

  @ApiPropertyOptional({
    example: 'redis alpine',
    description:
      'Up to 8 words, each a part of image:tag. Reads every request of the states asked for: give a status.',
  })
  @IfGiven()
  @IsString()
  @Length(1, 200)
  @IsFewWords()
  q?: string;

  @ApiPropertyOptional({ enum: BUMPS, isArray: true, description: 'Kinds of change; several.' })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(6)
  @IsIn(BUMPS, { each: true })
  bump?: Bump[];

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

  @ApiPropertyOptional({ example: 'sha256:…' })
  @IfGiven()
  @IsString()
  @Length(1, 200)
  digest?: string;

  @ApiPropertyOptional({ example: 'database', description: 'Empty: images without one.' })
  @IfGiven()
  @IsString()
  @MaxLength(100)
  category?: string;

  @ApiPropertyOptional({ description: 'The key of a group.', example: 'line:17:7-alpine' })
  @IfGiven()
  @IsString()
  @Length(1, 1_000)
  group?: string;

  @ApiPropertyOptional({ example: '14d', description: `Waiting for longer; ${TAKES_AGE}.` })
  @IfGiven()
  @IsAge()
  older_than?: string;

  @ApiPropertyOptional({ example: '7d', description: 'Asked since.' })
  @IfGiven()
  @IsAge()
  newer_than?: string;

  @ApiPropertyOptional({
    example: 'linux/arm64',
    description: 'The approved tag has this platform, and the one asked about lacks it; `any`: whichever.',
  })
  @IfGiven()
  @IsString()
  @Length(1, 100)
  missing_platform?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Bytes more than the approved tag, at least.' })
  @IfGiven()
  @IsInt()
  @Min(-Number.MAX_SAFE_INTEGER)
  @Max(Number.MAX_SAFE_INTEGER)
  size_change_min?: number;

  @ApiPropertyOptional({ example: 'ana' })
  @IfGiven()
  @IsString()
  @Length(1, 255)
  decided_by?: string;
}

/** A page of what the filter lets through. */
class FilteredPageQuery extends RequestFilterFields implements Pick<PageQuery, 'cursor'> {
  @ApiPropertyOptional({ description: 'next_cursor of the page before; opaque.' })
  @IfGiven()
  @IsString()
  @MaxLength(2_000)
  cursor?: string;
}

/** `?status=pending&image_id=1…`; whatever is left out does not filter. */
export class ListRequestsQuery extends FilteredPageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_ROWS, default: 50 })
  @IfGiven()
  @IsInt({ message: 'takes a whole number from 1 to 500' })
  @Min(1, { message: 'takes a whole number from 1 to 500' })
  @Max(MOST_ROWS, { message: 'takes a whole number from 1 to 500' })
  limit: number = 50;

  @ApiPropertyOptional({
    type: [String],
    maxItems: MOST_GROUPS_OF_ROWS,
    description: 'The keys of several groups, whose requests come in one answer.',
  })
  @IfGiven()
  @IsArray()
  @ArrayMaxSize(MOST_GROUPS_OF_ROWS)
  @IsString({ each: true })
  @Length(1, 1_000, { each: true })
  groups?: string[];

  @ApiPropertyOptional({
    enum: REQUEST_SORTS,
    default: 'newest',
    description:
      'group: lines together, by image; in each the re-pushes first, then the highest version. GET …/groups has the lines in the order of an inbox: those with a re-push first, then the one asked about last.',
  })
  @IfGiven()
  @IsIn(REQUEST_SORTS)
  sort: RequestSort = 'newest';

  @ApiPropertyOptional({ enum: ['full', 'row'], default: 'full', description: 'row: without the document.' })
  @IfGiven()
  @IsIn(['full', 'row'])
  view: RequestView = 'full';
}

/** `?by=line&status=pending…`. */
export class ListGroupsQuery extends FilteredPageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_GROUPS, default: MOST_GROUPS })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MOST_GROUPS)
  limit: number = MOST_GROUPS;

  @ApiPropertyOptional({ enum: GROUPINGS, default: 'line' })
  @IfGiven()
  @IsIn(GROUPINGS)
  by: RequestGroup['by'] = 'line';

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MOST_ROWS,
    description:
      'The first groups bring their requests along, in the same answer: as many whole groups as have so many requests together.',
  })
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MOST_ROWS)
  rows?: number;
}

/** Of the groups of an answer, those whose requests it holds: whole groups from the first on, never more than `rows`. */
export function groupsWithin<Group extends { total: number }>(
  groups: readonly Group[],
  rows: number,
): Group[] {
  let sum = 0;
  const found: Group[] = [];
  for (const group of groups.slice(0, MOST_GROUPS_OF_ROWS)) {
    sum += group.total;
    if (sum > rows) break;
    found.push(group);
  }
  return found;
}

/** The filter as the statements take it; ages are counted back from `now`. Throws a Refusal of the field `group`. */
export function filterOf(fields: RequestFilterFields, now: Date, path = ''): RequestFilter {
  const group = fields.group === undefined ? undefined : parseGroupKey(fields.group);
  if (group === null) throw invalidField(`${path}group`, 'takes the key of a group, as /groups gives it');
  return {
    status: fields.status && [...new Set(fields.status)],
    imageId: fields.image_id,
    imageName: fields.image_name,
    tag: fields.tag,
    source: fields.source,
    since: fields.since,
    q: fields.q,
    bump: fields.bump && [...new Set(fields.bump)],
    line: fields.line,
    variant: fields.variant,
    digest: fields.digest,
    category: fields.category,
    group,
    olderThan: fields.older_than && timeOf(fields.older_than, now),
    newerThan: fields.newer_than && timeOf(fields.newer_than, now),
    missingPlatform: fields.missing_platform,
    sizeChangeMin: fields.size_change_min,
    decidedBy: fields.decided_by,
  };
}

/** The same with the groups that a list was asked for. */
export function listFilterOf(
  query: RequestFilterFields & Pick<ListRequestsQuery, 'groups'>,
  now: Date,
): RequestFilter {
  const groups = query.groups?.map((key, i) => {
    const group = parseGroupKey(key);
    if (group === null) throw invalidField(`groups[${i}]`, 'takes the key of a group, as /groups gives it');
    return group;
  });
  return { ...filterOf(query, now), groups: groups && groups.length > 0 ? groups : undefined };
}

/** Each word is looked for in every row, so that a text of a hundred letters apart would cost seconds. */
function IsFewWords(): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && value.trim().split(/\s+/).length <= MOST_WORDS;
  return ValidateBy(
    { name: 'isFewWords', validator: { validate } },
    { message: `takes at most ${MOST_WORDS} words` },
  );
}

function IsAge(): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && (AGE.test(value) || isTime(value));
  return ValidateBy({ name: 'isAge', validator: { validate } }, { message: TAKES_AGE });
}

function timeOf(age: string, now: Date): string {
  const match = AGE.exec(age);
  if (!match) return age;
  return new Date(now.getTime() - Number(match[1]) * MS_OF[match[2] as keyof typeof MS_OF]).toISOString();
}
