import { Body, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import type { DecisionAction } from '../domain/decision.js';
import { invalidField, Refusal } from '../domain/refusals.js';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { CursorKind, totalOf } from '../http/cursor.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import { RequestId } from '../http/request-id.js';
import { ApproveBody, BulkBody, ListRequestsQuery, RejectBody } from './approval-requests.bodies.js';
import {
  ApprovalRequestAnswer,
  ApprovalRequestList,
  BulkAnswer,
  DecisionAnswer,
  requestView,
} from './approval-request.view.js';
import { DecideInBulk } from './decide-in-bulk.js';
import { DecideRequests, type DecisionOrder } from './decide-requests.js';
import { findRequest, listRequests, type RequestRow } from './list-requests.sql.js';

const CURSORS = {
  newest: new CursorKind('approval-requests:newest', ['time', 'integer']),
  oldest: new CursorKind('approval-requests:oldest', ['time', 'integer']),
};

const DONE: Readonly<Record<DecisionAction, string>> = {
  approve: 'Approval request approved successfully',
  reject: 'Approval request rejected successfully',
  reopen: 'Approval request reopened successfully',
};

/** The questions and their answers over REST. */
@ApiTags('Approval requests')
@ApiController('images/approval-requests')
export class ApprovalRequestsController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly decideRequests: DecideRequests,
    private readonly decideInBulk: DecideInBulk,
  ) {}

  @Get()
  @Role('viewer')
  @ApiOperation({ summary: 'List approval requests' })
  @ApiOkResponse({ type: ApprovalRequestList })
  @ApiProblems(400)
  async list(@Query() query: ListRequestsQuery): Promise<ApprovalRequestList> {
    const cursors = CURSORS[query.sort];
    const after = cursors.read(query.cursor);
    const { rows, counted } = await listRequests(
      this.db,
      {
        status: query.status,
        imageId: query.image_id,
        imageName: query.image_name,
        tag: query.tag,
        source: query.source,
        since: query.since,
      },
      { sort: query.sort, after: after && { requestedAt: after[0], id: after[1] }, limit: query.limit },
    );
    const page = cursors.page(rows, query.limit, (row) => [row.requested_at_text, row.id]);
    return {
      approval_requests: page.rows.map((row) => requestView(row)),
      ...totalOf(counted),
      next_cursor: page.nextCursor,
    };
  }

  @Post('bulk')
  @HttpCode(200)
  @Role('reviewer')
  @ApiOperation({ summary: 'Decide up to 1,000 requests, or see what that would do' })
  @ApiOkResponse({ type: BulkAnswer })
  @ApiProblems(400, 409)
  async bulk(
    @Body() body: BulkBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<BulkAnswer> {
    if (body.action === 'reject' && body.rejection_reason === undefined) {
      throw invalidField(
        'rejection_reason',
        'takes a reason of 1 to 2,000 characters when requests are rejected',
      );
    }
    return this.decideInBulk.run(
      {
        action: body.action,
        requests: body.ids.map((item) => ({ id: item.id, expectedDigest: item.expected_digest })),
        notes: body.notes,
        rejectionReason: body.rejection_reason,
        includeAliases: body.include_aliases,
        supersede: body.supersede,
        actor: actor.name,
        httpRequestId,
      },
      { isDryRun: body.dry_run ?? false, previewToken: body.preview_token ?? null },
    );
  }

  @Get(':id')
  @Role('viewer')
  @ApiOperation({ summary: 'One approval request' })
  @ApiOkResponse({ type: ApprovalRequestAnswer })
  @ApiProblems(400, 404)
  async one(@IdParam('id') id: number): Promise<ApprovalRequestAnswer> {
    return { approval_request: requestView(await this.found(id)) };
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Role('reviewer')
  @ApiOperation({ summary: 'Approve: the tag enters image_tags with the digest of the request' })
  @ApiOkResponse({ type: DecisionAnswer })
  @ApiProblems(400, 404, 409)
  async approve(
    @IdParam('id') id: number,
    @Body() body: ApproveBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<DecisionAnswer> {
    return this.decide({
      action: 'approve',
      requests: [{ id, expectedDigest: body.expected_digest }],
      notes: body.notes,
      includeAliases: body.include_aliases,
      supersede: body.supersede,
      actor: actor.name,
      httpRequestId,
    });
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Role('reviewer')
  @ApiOperation({ summary: 'Reject, with a reason' })
  @ApiOkResponse({ type: DecisionAnswer })
  @ApiProblems(400, 404, 409)
  async reject(
    @IdParam('id') id: number,
    @Body() body: RejectBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<DecisionAnswer> {
    return this.decide({
      action: 'reject',
      requests: [{ id }],
      rejectionReason: body.rejection_reason,
      actor: actor.name,
      httpRequestId,
    });
  }

  /** One decision: its refusal is the answer, with the request as it is now. */
  private async decide(order: DecisionOrder): Promise<DecisionAnswer> {
    const [result] = await this.decideRequests.run(order);
    const id = order.requests[0]?.id ?? 0;
    if (!result) throw new Error(`The decision on request ${id} has no result`);
    const row = await this.found(id);
    if (result.outcome === 'refused') {
      throw new Refusal(
        'conflict',
        result.code ?? 'conflict',
        result.detail ?? 'The request cannot be decided.',
        {
          details: { current: requestView(row) },
        },
      );
    }
    return {
      message: DONE[order.action],
      approval_request: requestView(row),
      superseded: result.superseded,
      aliases: result.aliases,
    };
  }

  private async found(id: number): Promise<RequestRow> {
    const row = await findRequest(this.db, id);
    if (!row) {
      throw new Refusal('not_found', 'approval_request_not_found', `There is no approval request ${id}.`);
    }
    return row;
  }
}
