import type { EntityManager } from 'typeorm';
import { comparer, type Comparison } from '../domain/comparison.js';
import { openings, type Openings, type OpeningRules } from '../domain/openings.js';
import type { RegistryTag } from '../domain/registry-tag.js';
import { requestMetadata } from '../domain/request-metadata.js';
import { microsToText } from '../domain/stamp.js';
import type { WhatIsNew } from '../domain/what-is-new.js';
import {
  readOpeningFacts,
  writeRequests,
  type RequestColumns,
  type WrittenRequest,
} from './approval-requests.sql.js';

/** The image whose tags were read. */
export interface ImageOfRequests {
  readonly id: number;
  readonly imageName: string;
  readonly isInventoryComplete: boolean;
  /** The page of one of its tags at the registry. */
  readonly urlOf: (tagName: string) => string;
}

/** What a check led to. */
export interface OpenedRequests {
  readonly written: readonly WrittenRequest[];
  /** Names of tags that wait for a platform. */
  readonly held: ReadonlySet<string>;
}

/**
 * Opens the requests that a reading of an image's tags asks for, in the transaction that closes the check. The
 * caller has locked the image's row, so that no decision and no other check comes between judging and writing.
 * Two statements, or none where nothing is to be judged.
 */
export async function openRequests(
  tx: EntityManager,
  image: ImageOfRequests,
  news: WhatIsNew,
  rules: OpeningRules,
): Promise<OpenedRequests> {
  const judged = [...news.fresh, ...news.repushed.map((repush) => repush.tag)];
  if (judged.length === 0) return { written: [], held: new Set() };

  const facts = await readOpeningFacts(
    tx,
    image.id,
    judged.map((tag) => tag.name),
    [...new Set(judged.flatMap((tag) => tag.digest ?? []))],
  );
  const result: Openings = openings(news, rules, {
    approvedDigests: new Map(facts.approved.map((tag) => [tag.tag, tag.digest])),
    requests: facts.requests,
  });
  if (result.opened.length + result.followed.length === 0) return { written: [], held: result.held };

  const compare = comparer(facts.approved);
  const namesOf = withFreshNames(facts.namesByDigest, judged);
  const describe = (
    tag: RegistryTag,
    change: 'new' | 'repush',
    previousDigest: string | null,
  ): RequestColumns => {
    const comparison = compare(tag);
    const aliases = (namesOf.get(tag.digest ?? '') ?? []).filter((name) => name !== tag.name);
    const metadata = requestMetadata(tag, {
      change,
      previousDigest,
      aliases,
      comparison,
      url: image.urlOf(tag.name),
      isInventoryComplete: image.isInventoryComplete,
    });
    return { ...columnsOf(tag, comparison), metadata };
  };

  const written = await writeRequests(
    tx,
    image,
    result.opened.map(({ tag, change, previousDigest }) => ({
      tagName: tag.name,
      ...describe(tag, change, previousDigest),
    })),
    result.followed.map(({ requestId, tag, isSettled }) => {
      const columns = describe(tag, 'new', null);
      // What the request is about, and what it replaced at first, stay as they were when it was opened.
      const { change: _change, previous_digest: _previous, ...metadata } = columns.metadata;
      return { id: requestId, isSettled, ...columns, metadata };
    }),
  );
  return { written, held: result.held };
}

function columnsOf(tag: RegistryTag, comparison: Comparison): Omit<RequestColumns, 'metadata'> {
  return {
    digest: tag.digest,
    line: comparison.line,
    variant: comparison.variant,
    bump: comparison.bump,
    versionNumbers: comparison.versionNumbers,
    pushedAt: tag.lastUpdated === null ? null : microsToText(tag.lastUpdated.micros),
    sizeBytes: tag.sizeBytes,
    sizeChangeBytes: comparison.sizeChangeBytes,
    platformsMissing: comparison.missingPlatforms,
    comparedTagId: comparison.comparedWith?.id ?? null,
  };
}

/** Observed names of each digest, and those of this reading, which are written after the requests. */
function withFreshNames(
  observed: ReadonlyMap<string, string[]>,
  tags: readonly RegistryTag[],
): ReadonlyMap<string, string[]> {
  const names = new Map([...observed].map(([digest, list]) => [digest, new Set(list)]));
  for (const tag of tags) {
    if (tag.digest === null) continue;
    const list = names.get(tag.digest) ?? new Set<string>();
    names.set(tag.digest, list.add(tag.name));
  }
  return new Map([...names].map(([digest, list]) => [digest, [...list].sort()]));
}
