import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { record } from '../audit/audit.sql.js';
import { failpoint } from '../config/failpoint.js';
import { DATA_SOURCE } from '../database/data-source.js';
import { inTransaction } from '../database/in-transaction.js';
import { patchesOf, supersedes } from '../domain/decision.js';
import { parseImageName } from '../domain/image-name.js';
import type { DomainEvent } from '../events/domain-events.js';
import { DomainEvents } from '../events/domain-events.service.js';
import {
  approveTags,
  decideImages,
  ensureImages,
  withdrawTags,
  type WithdrawnTag,
} from '../images/images.sql.js';
import { compareAgain } from './compare-again.js';
import { eventsOfDecisions } from './decision-events.js';
import type { Decided, DecisionOrder, DecisionResult } from './decision-order.js';
import { approvalsOf, approvedBy, auditOf, rowsOf, tagOfAlias, tagOfRequest } from './decision-rows.js';
import { judge, resultOf } from './judge-requests.js';
import { rolledOut } from './rollouts.sql.js';
import {
  followObserved,
  lockClosedBy,
  lockImagesOfRequests,
  lockPendingOf,
  lockRequests,
  readAliases,
  writeDecisions,
  type LockedRequest,
  type PendingRequest,
} from './decisions.sql.js';

/**
 * The decision about approval requests: lock, judge each, write all that follows, in one transaction (SPEC 6).
 *
 * Images are locked first, in id order, then requests; so two admins who decide at once, and a check that lets a
 * request follow its tag, come one after the other, and nothing deadlocks. `isDryRun` is the same way without the
 * writes.
 */
@Injectable()
export class DecideRequests {
  constructor(
    @Inject(DATA_SOURCE) private readonly db: DataSource,
    private readonly events: DomainEvents,
  ) {}

  async run(order: DecisionOrder): Promise<DecisionResult[]> {
    const { results, events } = await inTransaction(this.db, async (tx) => {
      const ids = order.requests.map((request) => request.id);
      failpoint('decision.begun');
      await lockImagesOfRequests(tx, ids);
      failpoint('decision.images_locked');
      const isApproving = order.requests.some(({ action = order.action }) => action === 'approve');
      const found = await lockRequests(tx, ids, { document: isApproving });
      const locked = new Map(found.map((request) => [request.id, request]));

      failpoint('decision.requests_locked');
      const { decided, refused } = judge(order, locked);
      await this.addWhatApprovalBrings(tx, order, decided);
      if (order.action === 'reopen') await this.addWhatReopeningBrings(tx, decided);
      const rollouts = order.action === 'reopen' ? await rolledOut(tx, approvalsOf(decided)) : new Set();

      const byId = new Map<number, DecisionResult>([
        ...refused.map((result) => [result.id, result] as const),
        ...decided.map((one) => [one.request.id, resultOf(one, rollouts.has(one.request.id))] as const),
      ]);
      const results = [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
      if (order.isDryRun) return { results, events: [] };
      order.accept?.(results);
      failpoint('decision.judged');
      return { results, events: decided.length > 0 ? await this.write(tx, order, decided) : [] };
    });
    failpoint('decision.committed');
    this.events.announce(events);
    return results;
  }

  /** The tag itself, its aliases where they are asked for, and the pending requests that the approval answers. */
  private async addWhatApprovalBrings(
    tx: EntityManager,
    order: DecisionOrder,
    decided: Decided[],
  ): Promise<void> {
    const ofTags = decided.filter(
      ({ request, action }) => action === 'approve' && request.tag_name !== null && request.image_id !== null,
    );
    if (ofTags.length === 0) return;
    const ownIds = new Set(decided.map(({ request }) => request.id));
    const imageIds = new Set(ofTags.map(({ request }) => request.image_id as number));
    const pending = (await lockPendingOf(tx, [...imageIds])).filter((other) => !ownIds.has(other.id));
    const aliases = order.includeAliases
      ? await readAliases(
          tx,
          ofTags.flatMap(({ request }) =>
            request.digest === null ? [] : { imageId: request.image_id as number, digest: request.digest },
          ),
        )
      : [];
    const aliasesOf = groupedBy(aliases, (alias) => `${alias.image_id} ${alias.digest}`);
    // Looked up, not walked: 1,000 decisions on an image with as many waiting are a million comparisons of versions.
    const byName = groupedBy(pending, (other) => `${other.image_id} ${other.tag_name}`);
    const byPatches = groupedBy(pending, (other) => `${other.image_id} ${patchesOf(other.tag_name)}`);
    const taken = new Set(ofTags.map(({ request }) => `${request.image_id} ${request.tag_name}`));

    for (const one of ofTags) {
      const { request } = one;
      one.tags.push(tagOfRequest(request, order.actor));
      for (const alias of aliasesOf.get(`${request.image_id} ${request.digest}`) ?? []) {
        const key = `${alias.image_id} ${alias.tag_name}`;
        if (taken.has(key)) continue;
        taken.add(key);
        one.tags.push(tagOfAlias(request, alias, order.actor));
      }

      const names = one.tags.map((tag) => `${request.image_id} ${tag.tag}`);
      const sameBuild = names.flatMap((name) => byName.get(name) ?? []);
      const sameLine = byPatches.get(`${request.image_id} ${patchesOf(request.tag_name as string)}`) ?? [];
      for (const other of new Set([...sameBuild, ...sameLine].sort((a, b) => a.id - b.id))) {
        const status = statusAnsweredBy(request, other, {
          isSameBuild: sameBuild.includes(other),
          supersede: order.supersede !== false,
        });
        if (status === null || ownIds.has(other.id)) continue;
        ownIds.add(other.id);
        one.closed.push({ id: other.id, status, tagName: other.tag_name, digest: other.digest });
      }
    }
  }

  /** The requests that the approval had closed come back, unless a newer one for their tag waits by now. */
  private async addWhatReopeningBrings(tx: EntityManager, decided: Decided[]): Promise<void> {
    const closed = await lockClosedBy(
      tx,
      decided.map(({ request }) => request.id),
    );
    const reopened = new Set(decided.map(({ request }) => `${request.image_id} ${request.tag_name}`));
    const ownIds = new Set(decided.map(({ request }) => request.id));
    const byId = new Map(decided.map((one) => [one.request.id, one]));
    for (const other of closed) {
      const key = `${other.image_id} ${other.tag_name}`;
      if (other.has_pending || reopened.has(key) || ownIds.has(other.id)) continue;
      reopened.add(key);
      byId
        .get(other.superseded_by)
        ?.closed.push({ id: other.id, status: 'pending', tagName: other.tag_name, digest: other.digest });
    }
  }

  private async write(
    tx: EntityManager,
    order: DecisionOrder,
    decided: readonly Decided[],
  ): Promise<DomainEvent[]> {
    const imageIds = await this.writeImages(tx, order, decided);
    const approved = await approveTags(
      tx,
      decided.flatMap((one) => one.tags),
    );
    failpoint('decision.tags_approved');
    const before = new Map(approved.map((tag) => [`${tag.image_id} ${tag.tag}`, tag.before]));
    let withdrawn: WithdrawnTag[] = [];
    if (order.action === 'reopen') {
      withdrawn = await withdrawTags(
        tx,
        decided.flatMap(({ request }) =>
          Object.entries(approvedBy(request)).map(([tag, row]) => ({
            imageId: request.image_id as number,
            tag,
            requestId: request.superseded_by ?? request.id,
            before: row,
          })),
        ),
      );
    }
    await writeDecisions(
      tx,
      decided.flatMap((one) => rowsOf(order, one, before, imageIds)),
    );
    failpoint('decision.requests_written');
    await record(
      tx,
      decided.flatMap((one) => auditOf(order, one, imageIds)),
    );
    failpoint('decision.audited');
    let moved: PendingRequest[] = [];
    if (order.action === 'reopen') {
      const reopened = decided.flatMap(({ request, closed }) => [request.id, ...closed.map((one) => one.id)]);
      moved = await followObserved(tx, reopened, {
        actor: order.actor,
        httpRequestId: order.httpRequestId ?? null,
      });
    }
    if (order.action !== 'reject') {
      await compareAgain(tx, [...new Set(decided.flatMap(({ request }) => request.image_id ?? []))]);
    }
    failpoint('decision.compared');
    return this.events.publish(tx, eventsOfDecisions(order, decided, { imageIds, withdrawn, moved }));
  }

  /** A request without a tag is about the image: its decision is the image's, which gets a row if it has none. */
  private async writeImages(
    tx: EntityManager,
    order: DecisionOrder,
    decided: readonly Decided[],
  ): Promise<Map<number, number>> {
    const ofImages = decided.filter(({ request }) => request.tag_name === null);
    if (ofImages.length === 0) return new Map();
    const made = await ensureImages(
      tx,
      ofImages.map(({ request }) => parseImageName(request.image_name)),
    );
    const idOf = new Map(
      ofImages.flatMap(({ request }) => {
        const id = request.image_id ?? made.get(request.image_name);
        return id === undefined ? [] : [[request.id, id] as const];
      }),
    );
    for (const status of ['approved', 'rejected', 'pending'] as const) {
      const ids = ofImages
        .filter((one) => one.status === status)
        .flatMap((one) => idOf.get(one.request.id) ?? []);
      await decideImages(tx, ids, { status, actor: order.actor });
    }
    return idOf;
  }
}

/** What the approval of a request makes of another pending one of its image; null: that is still to be decided. */
function statusAnsweredBy(
  approved: LockedRequest,
  other: PendingRequest,
  by: { isSameBuild: boolean; supersede: boolean },
): 'approved' | 'superseded' | null {
  if (by.isSameBuild && other.digest === approved.digest) return 'approved';
  return by.supersede && supersedes(approved.tag_name as string, other.tag_name) ? 'superseded' : null;
}

function groupedBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
