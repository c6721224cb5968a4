import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../database/data-source.js';
import type { DecisionAction } from '../domain/decision.js';
import { newestPerLine, type LeftOut } from '../domain/newest-per-line.js';
import { chooseByBatch, chooseByFilter, chooseByIds, type ChoosableRow } from './bulk.sql.js';
import type { RequestFilter } from './request-filter.sql.js';

export const BULK_MODES = ['each', 'newest_per_line'] as const;
export type BulkMode = (typeof BULK_MODES)[number];

/** As many requests of a filter are looked at for one preview; more come after those are decided. */
const MOST_LOOKED_AT = 10_000;

/** One request and what is to be decided about it; `expectedDigest` undefined: whichever it has. */
export interface ChosenRequest {
  readonly id: number;
  readonly expectedDigest?: string | null;
  readonly action: DecisionAction;
}

/** What an order of many decisions means. */
export interface ChosenRequests {
  /** In the order in which they are to be decided. */
  readonly requests: readonly ChosenRequest[];
  /** Looked at and left as they are. */
  readonly leftOut: readonly LeftOut[];
  /** Requests that match the filter beyond those looked at. */
  readonly beyond: number;
}

/** Which requests are meant: by their ids, by a filter, or all of a batch. */
export type RequestChoice =
  | { readonly ids: readonly { readonly id: number; readonly expectedDigest?: string }[] }
  | { readonly filter: RequestFilter }
  | { readonly batchId: string };

/**
 * Finds out which requests an order of many decisions means and what it wants of each. Nothing is locked, so what it
 * answers can be out of date: each request is judged by itself when it is decided, by the digest that it had here.
 */
@Injectable()
export class ChooseRequests {
  constructor(@Inject(DATA_SOURCE) private readonly db: DataSource) {}

  async run(
    choice: RequestChoice,
    action: DecisionAction,
    options: { mode: BulkMode; isPreview: boolean; most: number },
  ): Promise<ChosenRequests> {
    if ('batchId' in choice) {
      const ids = await chooseByBatch(this.db, choice.batchId);
      return { requests: ids.map((id) => ({ id, action })), leftOut: [], beyond: 0 };
    }
    if ('ids' in choice) {
      const seen = new Map(choice.ids.map((item) => [item.id, item]));
      const requests = [...seen.values()].map((item) => ({ ...item, action }));
      if (options.mode === 'each') return { requests, leftOut: [], beyond: 0 };
      const rows = await chooseByIds(
        this.db,
        requests.map((request) => request.id),
      );
      const { decided, leftOut } = newestPerLine(rows.map(ofLine));
      const known = new Set(rows.map((row) => row.id));
      return {
        requests: [
          ...decided.map((one) => ({ ...one, expectedDigest: seen.get(one.id)?.expectedDigest })),
          // Judged as unknown where all are judged.
          ...requests.filter((request) => !known.has(request.id)),
        ],
        leftOut,
        beyond: 0,
      };
    }

    const filter = { ...choice.filter, status: choice.filter.status ?? defaultStatus(action) };
    const isNewest = options.mode === 'newest_per_line';
    const limit = options.isPreview || isNewest ? MOST_LOOKED_AT : options.most;
    const { rows, matching } = await chooseByFilter(this.db, filter, limit);
    const digestOf = new Map(rows.map((row) => [row.id, row.digest]));
    const { decided, leftOut } = isNewest
      ? newestPerLine(rows.map(ofLine))
      : { decided: rows.map((row) => ({ id: row.id, action })), leftOut: [] };
    return {
      requests: decided.map((one) => ({ ...one, expectedDigest: digestOf.get(one.id) })),
      leftOut,
      beyond: matching - rows.length,
    };
  }
}

function defaultStatus(action: DecisionAction): RequestFilter['status'] {
  return action === 'reopen' ? ['approved', 'rejected'] : ['pending'];
}

function ofLine(row: ChoosableRow): Parameters<typeof newestPerLine>[0][number] {
  return {
    id: row.id,
    imageId: row.image_id,
    tagName: row.tag_name,
    line: row.line,
    bump: row.bump,
    digest: row.digest,
    isCompared: row.compared_tag_id !== null,
  };
}
