import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import { Refusal } from '../domain/refusals.js';
import { CursorKind } from '../http/cursor.js';
import type { BulkAnswer, BulkResultView, BulkWarningsView } from './approval-request.view.js';
import {
  describeRequests,
  findPreview,
  keepPreviews,
  type PreviewedRow,
  type PreviewFact,
} from './bulk.sql.js';
import {
  ChooseRequests,
  type BulkMode,
  type ChosenRequest,
  type ChosenRequests,
  type RequestChoice,
} from './choose-requests.js';
import { DecideRequests } from './decide-requests.js';
import type { DecisionOrder, DecisionResult } from './decision-order.js';

/** Decided in one transaction; it holds the locks of all their images. */
const MOST_PER_CALL = 1_000;
/** Results in one answer of a preview. */
const MOST_RESULTS = 1_000;
const RESULTS_CURSOR = new CursorKind('bulk:results', ['integer']);

/** An order about many requests: which, and what. */
export interface BulkOrder extends Omit<DecisionOrder, 'requests' | 'batchId' | 'accept' | 'isDryRun'> {
  readonly choice: RequestChoice;
  readonly mode: BulkMode;
}

/**
 * Many decisions as one batch: the same way as one, with one outcome per request, in one transaction of up to 1,000.
 *
 * A dry run says what would happen, for all that the order means: in steps of 1,000, as the calls that carry it out
 * take them. Its token names what each step comes to; sent along with the order, it makes sure that just that happens,
 * or nothing, and every answer brings the token for the next step.
 */
@Injectable()
export class DecideInBulk {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly chooseRequests: ChooseRequests,
    private readonly decideRequests: DecideRequests,
  ) {}

  /** What would happen; `cursor` of the answer before: with the results that follow. */
  async preview(order: BulkOrder, cursor?: string): Promise<BulkAnswer> {
    const [from] = RESULTS_CURSOR.read(cursor) ?? [0];
    const chosen = await this.choose(order, true);
    const steps = await this.plan(order, chosen);
    if (from === 0) await keepPreviews(this.db, steps);
    const results = steps.flatMap((step) => step.results.map(resultView));
    const all = [...results, ...chosen.leftOut.map(leftOutView)];
    const behind = from + MOST_RESULTS;
    const described = await describeRequests(
      this.db,
      all.map((result) => result.id),
    );
    const rowOf = new Map(described.map((row) => [row.id, row]));
    return {
      action: order.action,
      preview_token: steps.map((step) => step.hash).join('.'),
      total: all.length + chosen.beyond,
      counts: countsOf(all),
      remaining: chosen.beyond,
      results: all.slice(from, behind).map((result) => describedView(result, rowOf.get(result.id))),
      warnings: warningsOf(all, rowOf),
      cursor: all.length > behind ? RESULTS_CURSOR.write([behind]) : null,
    };
  }

  /** Decides the first 1,000; nothing where a preview is named that does not hold any longer. */
  async run(order: BulkOrder, previewToken: string | null): Promise<BulkAnswer> {
    const chosen = await this.choose(order, false);
    const now = chosen.requests.slice(0, MOST_PER_CALL);
    const remaining = chosen.requests.length - now.length + chosen.beyond;
    const [expected, ...following] = previewToken?.split('.') ?? [];
    const batchId = randomUUID();
    const results = await this.decideRequests
      .run({
        ...orderOf(order, now),
        batchId,
        accept: (planned) => {
          const hash = hashOf(planned, now.length + remaining);
          if (expected !== undefined && hash !== expected) throw new PreviewChanged(hash, planned);
        },
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof PreviewChanged) || expected === undefined) throw error;
        throw await this.changed(order, expected, error.planned);
      });
    const views = [...results.map(resultView), ...chosen.leftOut.map(leftOutView)];
    return {
      action: order.action,
      batch_id: batchId,
      total: views.length,
      counts: countsOf(views),
      remaining,
      results: views,
      ...(order.action === 'reopen' ? { rollout_started: results.some((one) => one.hasRolledOut) } : {}),
      ...(following.length > 0 ? { preview_token: following.join('.') } : {}),
    };
  }

  private choose(order: BulkOrder, isPreview: boolean): Promise<ChosenRequests> {
    const { choice, action, mode } = order;
    return this.chooseRequests.run(choice, action, { mode, isPreview, most: MOST_PER_CALL });
  }

  /** Step by step; what one step closes along with its own is not there any more in the next. */
  private async plan(order: BulkOrder, chosen: ChosenRequests): Promise<PlannedStep[]> {
    const steps: PlannedStep[] = [];
    let left = chosen.requests;
    do {
      const step = left.slice(0, MOST_PER_CALL);
      const results = await this.decideRequests.run({ ...orderOf(order, step), isDryRun: true });
      steps.push({
        hash: hashOf(results, left.length + chosen.beyond),
        facts: results.map(factOf),
        results,
      });
      const closed = new Set(results.flatMap((result) => result.superseded));
      left = left.slice(MOST_PER_CALL).filter((request) => !closed.has(request.id));
    } while (left.length > 0);
    return steps;
  }

  /** The refusal of an outdated preview: a new one, and how it differs from what was seen. */
  private async changed(
    order: BulkOrder,
    expected: string,
    planned: readonly DecisionResult[],
  ): Promise<Refusal> {
    const seen = await findPreview(this.db, expected);
    const fresh = await this.preview(order);
    return new Refusal(
      'conflict',
      'preview_changed',
      'By now this would come out differently than the preview said. Nothing was done; look at it again.',
      { details: { difference: seen && differenceOf(seen, planned.map(factOf)), ...fresh } },
    );
  }
}

/** Raised under the locks, so that nothing is done; answered after they are released. */
class PreviewChanged extends Error {
  constructor(
    readonly hash: string,
    readonly planned: readonly DecisionResult[],
  ) {
    super('The preview does not hold any longer');
  }
}

interface PlannedStep {
  readonly hash: string;
  readonly facts: readonly PreviewFact[];
  readonly results: readonly DecisionResult[];
}

function orderOf(order: BulkOrder, requests: readonly ChosenRequest[]): DecisionOrder {
  const { choice: _choice, mode: _mode, ...shared } = order;
  return { ...shared, requests };
}

/** Stands for what a step comes to: which requests with which digests and outcomes, and how many are meant in all. */
function hashOf(results: readonly DecisionResult[], total: number): string {
  const facts = JSON.stringify([total, results.map(factOf)]);
  // 132 bits: nobody finds two previews with one hash, and ten of them are short enough for a token.
  return createHash('sha256').update(facts).digest('base64url').slice(0, 22);
}

function factOf(result: DecisionResult): PreviewFact {
  return [result.id, result.outcome, result.code, result.digest, result.superseded, result.aliases];
}

function differenceOf(seen: readonly PreviewFact[], now: readonly PreviewFact[]): Record<string, unknown> {
  const before = new Map(seen.map((fact) => [fact[0], fact]));
  const after = new Map(now.map((fact) => [fact[0], fact]));
  const told = ([, outcome, code, digest, superseded, aliases]: PreviewFact): Record<string, unknown> => ({
    outcome,
    code,
    digest,
    superseded,
    aliases,
  });
  return {
    added: now.map((fact) => fact[0]).filter((id) => !before.has(id)),
    removed: seen.map((fact) => fact[0]).filter((id) => !after.has(id)),
    changed: now.flatMap((fact) => {
      const was = before.get(fact[0]);
      if (!was || JSON.stringify(was) === JSON.stringify(fact)) return [];
      return [{ id: fact[0], was: told(was), is: told(fact) }];
    }),
  };
}

function resultView({ id, outcome, code, detail }: DecisionResult): BulkResultView {
  return { id, outcome, code, detail };
}

function leftOutView({ id, code, detail }: ChosenRequests['leftOut'][number]): BulkResultView {
  return { id, outcome: 'refused', code, detail };
}

function describedView(result: BulkResultView, row: PreviewedRow | undefined): BulkResultView {
  if (!row) return result;
  const { image_name, tag_name, platforms_missing } = row;
  return { ...result, image_name, tag_name, platforms_missing };
}

function warningsOf(
  results: readonly BulkResultView[],
  rowOf: ReadonlyMap<number, PreviewedRow>,
): BulkWarningsView {
  const rows = results.flatMap(({ id, outcome }) => (outcome === 'refused' ? [] : (rowOf.get(id) ?? [])));
  return {
    repushed: rows.filter((row) => row.bump === 'repush').length,
    missing_platform: rows.filter((row) => row.platforms_missing.length > 0).length,
  };
}

function countsOf(results: readonly BulkResultView[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
