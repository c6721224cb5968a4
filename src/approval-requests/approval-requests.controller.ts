import { Body, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import type { DecisionAction } from '../domain/decision.js';
import { invalidField, Refusal } from '../domain/refusals.js';
import { CurrentActor, Role, type Actor } from '../http/actor.js';
import { ApiController } from '../http/api-controller.js';
import { IdParam } from '../http/id.pipe.js';
import { ApiProblems } from '../http/openapi.js';
import { RequestId } from '../http/request-id.js';
import { ApproveBody, BulkBody, RejectBody, ReopenBody } from './approval-requests.bodies.js';
import { BulkAnswer, DecisionAnswer, ReopenAnswer, requestView } from './approval-request.view.js';
import type { RequestChoice } from './choose-requests.js';
import { DecideInBulk } from './decide-in-bulk.js';
import { DecideRequests } from './decide-requests.js';
import type { DecisionOrder } from './decision-order.js';
import { findRequest } from './list-requests.sql.js';
import { filterOf } from './request-filter.query.js';
import { unknownRequest } from './unknown-request.js';

const DONE: Readonly<Record<DecisionAction, string>> = {
  approve: 'Approval request approved successfully',
  reject: 'Approval request rejected successfully',
  reopen: 'Approval request reopened successfully',
};

/** The answers to the questions over REST: one, or many at once. */
@ApiTags('Approval requests')
@ApiController('images/approval-requests')
export class ApprovalRequestsController {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly decideRequests: DecideRequests,
    private readonly decideInBulk: DecideInBulk,
  ) {}

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
    refuseContradictions(body);
    const order = {
      action: body.action,
      mode: body.mode ?? 'each',
      choice: choiceOf(body, new Date()),
      notes: body.notes,
      rejectionReason: body.rejection_reason,
      includeAliases: body.include_aliases,
      supersede: body.supersede,
      actor: actor.name,
      httpRequestId,
    };
    return body.dry_run
      ? this.decideInBulk.preview(order, body.cursor)
      : this.decideInBulk.run(order, body.preview_token ?? null);
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
    const { answer } = await this.decide({
      action: 'approve',
      requests: [{ id, expectedDigest: body.expected_digest }],
      notes: body.notes,
      includeAliases: body.include_aliases,
      supersede: body.supersede,
      actor: actor.name,
      httpRequestId,
    });
    return answer;
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
    const { answer } = await this.decide({
      action: 'reject',
      requests: [{ id }],
      rejectionReason: body.rejection_reason,
      actor: actor.name,
      httpRequestId,
    });
    return answer;
  }

  @Post(':id/reopen')
  @HttpCode(200)
  @Role('reviewer')
  @ApiOperation({
    summary: 'Reopen: withdraws what the request approved, and reopens what it superseded',
    description:
      "Of a re-push the digest approved before is in force again. 409 pending_exists where a newer request for the tag waits. A request whose tag was pushed again meanwhile is about the tag's present digest.",
  })
  @ApiOkResponse({ type: ReopenAnswer })
  @ApiProblems(400, 404, 409)
  async reopen(
    @IdParam('id') id: number,
    @Body() body: ReopenBody,
    @CurrentActor() actor: Actor,
    @RequestId() httpRequestId: string,
  ): Promise<ReopenAnswer> {
    const { answer, hasRolledOut } = await this.decide({
      action: 'reopen',
      requests: [{ id }],
      notes: body.reason,
      actor: actor.name,
      httpRequestId,
    });
    return { ...answer, rollout_started: hasRolledOut };
  }

  /** One decision: its refusal is the answer, with the request as it is now. */
  private async decide(order: DecisionOrder): Promise<{ answer: DecisionAnswer; hasRolledOut: boolean }> {
    const [result] = await this.decideRequests.run(order);
    const id = order.requests[0]?.id ?? 0;
    if (!result) throw new Error(`The decision on request ${id} has no result`);
    const row = await findRequest(this.db, id);
    if (!row) throw unknownRequest(id);
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
    const answer = {
      message: DONE[order.action],
      approval_request: requestView(row),
      superseded: result.superseded,
      aliases: result.aliases,
    };
    return { answer, hasRolledOut: result.hasRolledOut };
  }
}

/** Fields that each are in order and do not go together. */
function refuseContradictions(body: BulkBody): void {
  const isNewest = body.mode === 'newest_per_line';
  if (isNewest && body.action !== 'approve') {
    throw invalidField('mode', 'takes newest_per_line with action approve only');
  }
  if ((body.action === 'reject' || isNewest) && body.rejection_reason === undefined) {
    throw invalidField(
      'rejection_reason',
      'takes a reason of 1 to 2,000 characters when requests are rejected',
    );
  }
  if (body.batch_id !== undefined && body.action !== 'reopen') {
    throw invalidField('batch_id', 'takes a batch with action reopen only');
  }
  if (body.cursor !== undefined && !body.dry_run) throw invalidField('cursor', 'goes with dry_run only');
}

function choiceOf(body: BulkBody, now: Date): RequestChoice {
  const given = [body.ids, body.filter, body.batch_id].filter((choice) => choice !== undefined);
  if (given.length !== 1) {
    throw invalidField(
      given.length === 0 ? 'ids' : 'filter',
      'takes one of ids, filter and batch_id: which requests are meant',
    );
  }
  if (body.filter) return { filter: filterOf(body.filter, now, 'filter.') };
  if (body.batch_id !== undefined) return { batchId: body.batch_id };
  return { ids: (body.ids ?? []).map((item) => ({ id: item.id, expectedDigest: item.expected_digest })) };
}
