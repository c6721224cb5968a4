import { Get, Inject, Query, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { invalidField } from '../domain/refusals.js';
import { Role } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { ConditionalReads } from '../http/conditional-reads.js';
import { CursorKind, totalOf } from '../http/cursor.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import {
  ApprovalRequestAnswer,
  ApprovalRequestList,
  requestRowView,
  requestView,
} from './approval-request.view.js';
import {
  findRequest,
  listRequests,
  type RequestPosition,
  type RequestRow,
  type RequestSort,
} from './list-requests.sql.js';
import {
  filterOf,
  groupsWithin,
  listFilterOf,
  ListGroupsQuery,
  ListRequestsQuery,
  RequestFilterFields,
} from './request-filter.query.js';
import { countFacets, listGroups } from './request-groups.sql.js';
import {
  FacetsAnswer,
  groupKeyOf,
  groupView,
  RequestGroupList,
  type RequestGroupView,
} from './request-groups.view.js';
import { unknownRequest } from './unknown-request.js';

/** Of each sorting: its cursor, and how a position becomes one. */
const ORDERS: Readonly<Record<RequestSort, RequestOrder>> = {
  newest: byTime('newest'),
  oldest: byTime('oldest'),
  growth: orderBy('growth', ['integer_or_null', 'integer'], {
    read: ([sizeChange, id]) => ({ sort: 'growth', sizeChange, id }),
    keys: (row) => [row.size_change_bytes === null ? null : Number(row.size_change_bytes), row.id],
  }),
  group: orderBy('group', ['integer', 'text', 'integer', 'text', 'integer'], {
    read: ([imageId, line, isRepush, version, id]) => {
      if (!/^\{[0-9,]*\}$/.test(version))
        throw invalidField('cursor', 'takes the next_cursor of a page before');
      return { sort: 'group', imageId, line, isRepush: isRepush === 1, version, id };
    },
    keys: (row) => [
      row.image_id ?? 0,
      row.line ?? '',
      Number(row.bump === 'repush'),
      row.version_text,
      row.id,
    ],
  }),
};
const GROUP_CURSOR = {
  line: new CursorKind('request-groups:line', ['integer', 'time', 'integer']),
  image: new CursorKind('request-groups:image', ['integer', 'time', 'integer']),
  digest: new CursorKind('request-groups:digest', ['integer', 'time', 'integer']),
};

/** What waits, what was decided, and how much of which kind: the reads of a reviewer. */
@ApiTags('Approval requests')
@UseInterceptors(ConditionalReads)
@ApiController('images/approval-requests')
export class RequestListsController {
  constructor(@Inject(DATA_SOURCE) private readonly db: DataSource) {}

  @Get()
  @Role('viewer')
  @ApiOperation({ summary: 'List approval requests' })
  @ApiOkResponse({ type: ApprovalRequestList })
  @ApiProblems(400)
  async list(@Query() query: ListRequestsQuery): Promise<ApprovalRequestList> {
    const order = ORDERS[query.sort];
    const { rows, counted } = await listRequests(this.db, listFilterOf(query, new Date()), {
      sort: query.sort,
      view: query.view,
      after: order.read(query.cursor),
      limit: query.limit,
    });
    const page = order.page(rows, query.limit);
    return {
      approval_requests: page.rows.map(query.view === 'row' ? requestRowView : requestView),
      ...totalOf(counted),
      next_cursor: page.nextCursor,
    };
  }

  @Get('groups')
  @Role('viewer')
  @ApiOperation({ summary: 'The same requests by line, image or digest: how many are in each' })
  @ApiOkResponse({ type: RequestGroupList })
  @ApiProblems(400)
  async groups(@Query() query: ListGroupsQuery): Promise<RequestGroupList> {
    const cursors = GROUP_CURSOR[query.by];
    const after = cursors.read(query.cursor);
    const now = new Date();
    const { rows, counted } = await listGroups(this.db, filterOf(query, now), {
      by: query.by,
      after: after && { hasRepush: after[0] === 1, newestRequestedAt: after[1], newestId: after[2] },
      limit: query.limit,
    });
    const page = cursors.page(rows, query.limit, (row) => [
      Number(row.has_repush),
      row.newest_requested_at_text,
      row.newest_request_id,
    ]);
    const groups = page.rows.map((row) => groupView(row, query.by));
    if (query.rows !== undefined) await this.addRequests(groupsWithin(groups, query.rows), query, now);
    return { groups, ...totalOf(counted), next_cursor: page.nextCursor };
  }

  /** All requests of these groups; a group that has others by now than were counted stays without, to be read by itself. */
  private async addRequests(groups: RequestGroupView[], query: ListGroupsQuery, now: Date): Promise<void> {
    if (groups.length === 0) return;
    const byKey = new Map(groups.map((group) => [group.key, { group, found: [] as RequestRow[] }]));
    const filter = listFilterOf({ ...query, groups: [...byKey.keys()] }, now);
    const limit = groups.reduce((sum, group) => sum + group.total, 0);
    const { rows } = await listRequests(this.db, filter, { sort: 'group', view: 'row', after: null, limit });
    for (const row of rows) byKey.get(groupKeyOf(row, query.by))?.found.push(row);
    for (const { group, found } of byKey.values())
      if (found.length === group.total) group.approval_requests = found.map(requestRowView);
  }

  @Get('facets')
  @Role('viewer')
  @ApiOperation({
    summary: 'What the same requests could be narrowed to, each counted without its own filter',
  })
  @ApiOkResponse({ type: FacetsAnswer })
  @ApiProblems(400)
  async facets(@Query() query: RequestFilterFields): Promise<FacetsAnswer> {
    return { facets: await countFacets(this.db, filterOf(query, new Date())) };
  }

  @Get(':id')
  @Role('viewer')
  @ApiOperation({ summary: 'One approval request' })
  @ApiOkResponse({ type: ApprovalRequestAnswer })
  @ApiProblems(400, 404)
  async one(@IdParam('id') id: number): Promise<ApprovalRequestAnswer> {
    const row = await findRequest(this.db, id);
    if (!row) throw unknownRequest(id);
    return { approval_request: requestView(row) };
  }
}

/** How one sorting reads and writes its cursors. */
interface RequestOrder {
  read(cursor: string | undefined): RequestPosition | null;
  page(rows: readonly RequestRow[], limit: number): { rows: RequestRow[]; nextCursor: string | null };
}

type Parts = ConstructorParameters<typeof CursorKind>[1];

function orderBy<const P extends Parts>(
  sort: RequestSort,
  parts: P,
  how: {
    read: (position: ReturnType<CursorKind<P>['read']> & object) => RequestPosition;
    keys: (row: RequestRow) => Parameters<CursorKind<P>['write']>[0];
  },
): RequestOrder {
  const cursors = new CursorKind(`approval-requests:${sort}`, parts);
  return {
    read: (cursor) => {
      const position = cursors.read(cursor);
      return position && how.read(position);
    },
    page: (rows, limit) => cursors.page(rows, limit, how.keys),
  };
}

function byTime(sort: 'newest' | 'oldest'): RequestOrder {
  return orderBy(sort, ['time', 'integer'], {
    read: ([requestedAt, id]) => ({ sort, requestedAt, id }),
    keys: (row) => [row.requested_at_text, row.id],
  });
}
