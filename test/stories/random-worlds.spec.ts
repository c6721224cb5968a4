import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TagPage } from '../../src/docker-hub/answers.js';
import { DockerHubError } from '../../src/docker-hub/errors.js';
import { intervalMs, readTo, retryDelayMs, VISIBILITY_LAG_MICROS } from '../../src/domain/check-schedule.js';
import { openings, type RequestOfTag } from '../../src/domain/openings.js';
import {
  judgeProbe,
  reaches,
  watermarkOf,
  type ListedRepository,
  type Listing,
} from '../../src/domain/probe.js';
import type { RegistryTag } from '../../src/domain/registry-tag.js';
import { microsToText } from '../../src/domain/stamp.js';
import { whatIsNew, type KnownTag } from '../../src/domain/what-is-new.js';
import { readTags } from '../../src/monitor/read-tags.js';

/**
 * A model of SPEC 5.2 and 5.5: the pure rules, driven through random worlds. The registry is a function of time; what
 * the SQL of the claim, the check and the probe keeps is a plain object here. A world without an end would be no proof,
 * so pushes stop after ten hours, and what was not asked about a few intervals later is lost.
 */

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const NAMESPACE = 'grafana';
const START = Date.UTC(2026, 0, 5) * 1000;
/** Small pages meet the same rules as pages of a hundred, in worlds of a size that can be read. */
const TAGS_A_PAGE = 4;
const REPOSITORIES_A_PAGE = 4;
const WATCHED = 3;
/** With these the listing is longer than what anonymous callers are shown. */
const REPOSITORIES = 7;
const SETTLED_AFTER = 5 * 60 * MINUTE;

type Happening =
  | {
      kind: 'push';
      at: number;
      repository: number;
      tag: number;
      tagLag: number;
      stampLag: number;
      isSame: boolean;
    }
  | { kind: 'delete'; at: number; repository: number; tag: number }
  | { kind: 'switch'; at: number; repository: number; isOn: boolean };

interface World {
  happenings: Happening[];
  /** Request by request, and from the start again: how long it takes, in seconds, and whether it breaks. */
  requests: { takes: number; isBroken: boolean }[];
  isAnonymous: boolean;
}

/** Whole minutes half of the time, so that stamps are equal. */
const moment = fc.oneof(
  fc.integer({ min: 0, max: 600 }).map((minutes) => minutes * MINUTE),
  fc.integer({ min: 0, max: 36_000 }).map((seconds) => seconds * SECOND),
);
const lag = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 500 }).map((seconds) => seconds * SECOND) },
);
const repository = fc.integer({ min: 0, max: REPOSITORIES - 1 });
const watched = fc.integer({ min: 0, max: WATCHED - 1 });
const tag = fc.integer({ min: 0, max: 14 });
const world: fc.Arbitrary<World> = fc.record({
  happenings: fc.array(
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          kind: fc.constant('push' as const),
          at: moment,
          repository,
          tag,
          tagLag: lag,
          stampLag: lag,
          isSame: fc.boolean(),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('delete' as const), at: moment, repository: watched, tag }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('switch' as const),
          at: moment,
          repository: watched,
          isOn: fc.boolean(),
        }),
      },
    ),
    { minLength: 1, maxLength: 90 },
  ),
  requests: fc.array(
    fc.record({
      takes: fc.integer({ min: 0, max: 12 }),
      isBroken: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  isAnonymous: fc.boolean(),
});

/** What Docker Hub shows, at any time. */
class Registry {
  private readonly pushes: Extract<Happening, { kind: 'push' }>[];
  private readonly deletions: Extract<Happening, { kind: 'delete' }>[];

  constructor(world: World) {
    // What is there at the start was pushed long ago; it is the inventory.
    const old: Happening[] = [];
    for (let repository = 0; repository < REPOSITORIES; repository++) {
      for (let tag = 100; tag < 106; tag++) {
        const at = -(tag + repository) * 60 * MINUTE;
        old.push({ kind: 'push', at, repository, tag, tagLag: 0, stampLag: 0, isSame: false });
      }
    }
    const all = [...old, ...world.happenings].sort((a, b) => a.at - b.at);
    this.pushes = all.filter((one) => one.kind === 'push');
    this.deletions = all.filter((one) => one.kind === 'delete');
  }

  /** Tags that somebody deleted may go unseen. */
  wasDeleted(repository: number, tag: number): boolean {
    return this.deletions.some((one) => one.repository === repository && one.tag === tag);
  }

  /** The first push of each tag of a repository, later than `after`. */
  firstPushes(repository: number, after: number): number[] {
    const first = new Map<number, number>();
    for (const push of this.pushes) {
      if (push.repository === repository && !first.has(push.tag)) first.set(push.tag, START + push.at);
    }
    return [...first].flatMap(([tag, at]) => (at > after ? tag : []));
  }

  tags(repository: number, now: number): RegistryTag[] {
    const shown = new Map<number, RegistryTag>();
    const digests = new Map<number, string>();
    for (const [i, push] of this.pushes.entries()) {
      if (push.repository !== repository) continue;
      const digest = push.isSame ? (digests.get(push.tag) ?? `sha256:${i}`) : `sha256:${i}`;
      digests.set(push.tag, digest);
      const isDeleted = this.deletions.some(
        (one) =>
          one.repository === repository && one.tag === push.tag && one.at >= push.at && START + one.at <= now,
      );
      if (START + push.at + push.tagLag > now) continue;
      shown.delete(push.tag);
      if (isDeleted) continue;
      const micros = START + push.at;
      shown.set(push.tag, {
        name: `tag-${push.tag}`,
        digest,
        lastUpdated: { micros, text: microsToText(micros) },
        sizeBytes: 1,
        platforms: [],
        isImage: true,
      });
    }
    return [...shown.values()].sort(
      (a, b) => (b.lastUpdated?.micros ?? 0) - (a.lastUpdated?.micros ?? 0) || (a.name < b.name ? -1 : 1),
    );
  }

  repositories(now: number): ListedRepository[] {
    const rows: { repository: string; micros: number }[] = [];
    for (let repository = 0; repository < REPOSITORIES; repository++) {
      let newest = -Infinity;
      for (const push of this.pushes) {
        if (push.repository === repository && START + push.at + push.stampLag <= now) {
          newest = Math.max(newest, START + push.at + 0.3 * SECOND);
        }
      }
      rows.push({ repository: `image-${repository}`, micros: newest });
    }
    return rows
      .sort((a, b) => b.micros - a.micros)
      .map(({ repository, micros }) => ({
        repository,
        lastUpdated: { micros, text: microsToText(micros) },
      }));
  }
}

/** A row of `images`, and what hangs on it. */
class Watched {
  isOn = true;
  nextCheckAt = START;
  readTo: number | null = null;
  inventoryTo: number | null = null;
  firstCheckedAt: number | null = null;
  storedStamp: string | null = null;
  probeStamp: string | null = null;
  lastCheckedAt: number | null = null;
  lastFullCheckAt: number | null = null;
  checkItself = false;
  failures = 0;
  readonly observed = new Map<string, KnownTag>();
  readonly requests: RequestOfTag[] = [];
  readonly timesAsked = new Map<string, number>();
  readonly repository: string;

  constructor(readonly id: number) {
    this.repository = `image-${id}`;
  }
}

interface Rules {
  /** Takes the ten minutes away that what is read is given to become visible. */
  trustsEveryStamp?: boolean;
}

class Service {
  readonly images = Array.from({ length: WATCHED }, (_, id) => new Watched(id));
  private readonly namespace = {
    watermark: null as number | null,
    probedAt: null as number | null,
    failures: 0,
    retryAt: 0,
  };
  private readonly registry: Registry;
  private now = START;
  private sent = 0;

  constructor(
    private readonly world: World,
    private readonly rules: Rules,
  ) {
    this.registry = new Registry(world);
  }

  async run(): Promise<{ lost: string[]; doubled: string[] }> {
    const switches = this.world.happenings.filter((one) => one.kind === 'switch').sort((a, b) => a.at - b.at);
    const end = START + 600 * MINUTE + SETTLED_AFTER;
    while (this.now < end) {
      while (switches[0] && START + switches[0].at <= this.now) {
        const next = switches.shift();
        if (next) (this.images[next.repository] as Watched).isOn = next.isOn;
      }
      // Whoever was switched off is switched on for the last hours, or nothing could be said of him.
      if (this.now > START + 600 * MINUTE) for (const image of this.images) image.isOn = true;
      if (!(await this.beat())) this.now += 20 * SECOND;
    }
    return this.verdict();
  }

  private async beat(): Promise<boolean> {
    const watched = this.images.filter((image) => image.isOn);
    const due = watched.filter((image) => image.nextCheckAt <= this.now);
    const alone = due.find((image) => image.checkItself || watched.length < 2);
    if (alone) {
      await this.check(alone);
      return true;
    }
    if (due.length === 0 || this.namespace.retryAt > this.now) return false;
    await this.probe(due);
    return true;
  }

  private async check(image: Watched): Promise<void> {
    const startedAt = this.now;
    const stamp = image.probeStamp;
    try {
      const reading = await readTags({
        image,
        readPage: (url) => this.readTagPage(image.id, url),
        signal: new AbortController().signal,
      });
      const isFirst = image.inventoryTo === null;
      const news = whatIsNew({ tags: reading.tags, known: image.observed, inventoryTo: image.inventoryTo });
      const { opened, followed } = openings(
        news,
        { policy: 'all', isFirstCheck: isFirst, baseline: true, passesFilter: () => true, platforms: [] },
        { approvedDigests: new Map(), requests: image.requests },
      );
      for (const { tag } of opened) {
        image.timesAsked.set(tag.name, (image.timesAsked.get(tag.name) ?? 0) + 1);
        image.requests.push({
          id: image.requests.length,
          tagName: tag.name,
          digest: tag.digest,
          isPending: true,
        });
      }
      for (const { requestId, tag } of followed) {
        image.requests[requestId] = { ...(image.requests[requestId] as RequestOfTag), digest: tag.digest };
      }
      for (const tag of reading.tags) {
        image.observed.set(tag.name, {
          name: tag.name,
          digest: tag.digest,
          lastUpdatedText: tag.lastUpdated?.text ?? null,
          state: 'seen',
        });
      }
      image.readTo = readTo(reading.newestMicros, this.answeredAtMs(reading.answeredAtMs)) ?? image.readTo;
      if (isFirst) {
        image.inventoryTo = reading.newestMicros ?? 0;
        // What is pushed while its one page is on its way belongs to it.
        image.firstCheckedAt = this.now;
      }
      image.storedStamp = stamp;
      image.lastCheckedAt = image.lastFullCheckAt = startedAt;
      image.checkItself = false;
      image.failures = 0;
      image.nextCheckAt = this.now + INTERVAL;
    } catch (error) {
      if (!(error instanceof DockerHubError)) throw error;
      image.failures += 1;
      image.checkItself = true;
      image.nextCheckAt = this.now + (retryMicros(image.failures) ?? INTERVAL);
    }
  }

  private async probe(due: readonly Watched[]): Promise<void> {
    const startedAt = this.now;
    try {
      const listing = await this.readListing();
      const asked = this.images.filter((image) => image.isOn && image.failures === 0);
      const found = judgeProbe(listing, this.namespace, asked, this.now);
      for (const { id, hasMoved, stamp } of found) {
        const image = this.images[id] as Watched;
        if (hasMoved && image.nextCheckAt > this.now && image.storedStamp === null) continue;
        image.checkItself = hasMoved;
        if (stamp !== undefined) image.probeStamp = stamp;
        if (hasMoved) image.nextCheckAt = Math.min(image.nextCheckAt, this.now);
        else {
          image.lastCheckedAt = startedAt;
          image.nextCheckAt = this.now + INTERVAL;
        }
      }
      Object.assign(this.namespace, {
        watermark: watermarkOf(listing) ?? this.namespace.watermark,
        probedAt: startedAt,
        failures: 0,
        retryAt: 0,
      });
    } catch (error) {
      if (!(error instanceof DockerHubError)) throw error;
      this.namespace.failures += 1;
      const retry = retryMicros(this.namespace.failures);
      this.namespace.retryAt = this.now + (retry ?? 0);
      if (retry !== null) return;
      this.namespace.failures = 0;
      for (const image of due) image.checkItself = true;
    }
  }

  private async readListing(): Promise<Listing> {
    const rows: ListedRepository[] = [];
    let answeredAtMs = 0;
    for (let page = 0; ; page++) {
      this.send();
      if (this.world.isAnonymous && page > 0) return { rows, isWhole: false, answeredAtMs };
      const all = this.registry.repositories(this.now);
      if (page === 0) answeredAtMs = this.answeredAtMs(this.now / 1000);
      rows.push(...all.slice(page * REPOSITORIES_A_PAGE, (page + 1) * REPOSITORIES_A_PAGE));
      if ((page + 1) * REPOSITORIES_A_PAGE >= all.length) return { rows, isWhole: true, answeredAtMs };
      if (reaches(rows, this.namespace.watermark)) return { rows, isWhole: false, answeredAtMs };
      await Promise.resolve();
    }
  }

  private async readTagPage(repository: number, url: string | null): Promise<TagPage> {
    this.send();
    const page = Number(url ?? 0);
    const all = this.registry.tags(repository, this.now);
    if (page > 0 && page * TAGS_A_PAGE >= all.length) {
      throw new DockerHubError({ kind: 'not_found', message: 'no such page', url: '' });
    }
    return Promise.resolve({
      tags: all.slice(page * TAGS_A_PAGE, (page + 1) * TAGS_A_PAGE),
      count: all.length,
      next: (page + 1) * TAGS_A_PAGE < all.length ? String(page + 1) : null,
      answeredAtMs: this.now / 1000,
      rateLimit: null,
    });
  }

  /** Every request takes its time, and some break. */
  private send(): void {
    const how = this.world.requests[this.sent++ % this.world.requests.length];
    this.now += (how?.takes ?? 0) * SECOND;
    // A listing whose second page never comes tells nothing: in the last hours Docker Hub is well.
    if (how?.isBroken && this.now < START + 600 * MINUTE) {
      throw new DockerHubError({ kind: 'unavailable', message: 'broken', url: '' });
    }
  }

  private answeredAtMs(ms: number): number {
    return this.rules.trustsEveryStamp ? ms + VISIBILITY_LAG_MICROS / 1000 : ms;
  }

  private verdict(): { lost: string[]; doubled: string[] } {
    const lost: string[] = [];
    const doubled: string[] = [];
    for (const image of this.images) {
      const name = (tag: number): string => `tag-${tag}`;
      for (const tag of this.registry.firstPushes(image.id, image.firstCheckedAt ?? Infinity)) {
        if (this.registry.wasDeleted(image.id, tag)) continue;
        if (!image.timesAsked.has(name(tag))) lost.push(`${image.repository}:${name(tag)}`);
      }
      for (const [tag, times] of image.timesAsked) {
        if (times > 1) doubled.push(`${image.repository}:${tag}`);
      }
    }
    return { lost, doubled };
  }
}

const INTERVAL = intervalMs({ namespace: NAMESPACE, checkIntervalMinutes: 60 }) * 1000;

function retryMicros(failures: number): number | null {
  const ms = retryDelayMs(failures, 0.5);
  return ms === null ? null : ms * 1000;
}

const WORLDS = Number(process.env['WORLDS'] ?? 500);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

describe(`in ${WORLDS} random worlds (SEED=${SEED})`, () => {
  it(
    'no tag that was pushed after the first check is lost, and none is asked about twice',
    async () => {
      await fc.assert(
        fc.asyncProperty(world, async (one) => {
          expect(await new Service(one, {}).run()).toEqual({ lost: [], doubled: [] });
        }),
        { numRuns: WORLDS, seed: SEED },
      );
    },
    Math.max(60_000, WORLDS * 200),
  );
});

describe('without the ten minutes in which a push may become visible', () => {
  it('the same model finds tags that are lost: it can tell', async () => {
    const details = await fc.check(
      fc.asyncProperty(world, async (one) => {
        const { lost } = await new Service(one, { trustsEveryStamp: true }).run();
        return lost.length === 0;
      }),
      { numRuns: 400, seed: 5, endOnFailure: true },
    );
    expect(details.failed).toBe(true);
  }, 60_000);
});
