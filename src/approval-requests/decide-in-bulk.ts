import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Refusal } from '../domain/refusals.js';
import type { BulkAnswer } from './approval-request.view.js';
import { DecideRequests, type DecisionOrder, type DecisionResult } from './decide-requests.js';

/**
 * Many decisions as one batch: the same way as one, with one outcome per request, in one transaction. A dry run says
 * what would happen; its token, sent along with the order, makes sure that just that happens, or nothing.
 */
@Injectable()
export class DecideInBulk {
  constructor(private readonly decideRequests: DecideRequests) {}

  async run(
    order: DecisionOrder,
    options: { isDryRun: boolean; previewToken: string | null },
  ): Promise<BulkAnswer> {
    if (options.isDryRun) {
      const results = await this.decideRequests.run({ ...order, isDryRun: true });
      return { preview_token: tokenOf(results), ...answerOf(order, results), cursor: null };
    }
    const batchId = randomUUID();
    const results = await this.decideRequests.run({
      ...order,
      batchId,
      accept: (planned) => {
        if (options.previewToken === null || tokenOf(planned) === options.previewToken) return;
        throw new Refusal(
          'conflict',
          'preview_changed',
          'By now this would come out differently than the preview said. Nothing was done; look at it again.',
          { details: { preview_token: tokenOf(planned), ...answerOf(order, planned) } },
        );
      },
    });
    return { batch_id: batchId, ...answerOf(order, results) };
  }
}

function answerOf(order: DecisionOrder, results: readonly DecisionResult[]): Omit<BulkAnswer, 'batch_id'> {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return {
    action: order.action,
    total: results.length,
    counts,
    remaining: 0,
    results: results.map(({ id, outcome, code, detail }) => ({ id, outcome, code, detail })),
  };
}

/** Stands for what would happen: which requests, with which digests and outcomes. */
function tokenOf(results: readonly DecisionResult[]): string {
  const facts = results.map((result) => [
    result.id,
    result.outcome,
    result.code,
    result.digest,
    result.superseded,
    result.aliases,
  ]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}
