import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generator } from '../support/random.js';
import type { DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { forkReplica, type Replica } from '../support/replica.js';
import { Deliveries } from './deliveries.js';
import { FAILPOINTS } from './failpoints.js';
import { lookUpDecisions, lookUpTags } from './promises.js';

/**
 * Two replicas at a time on one database, each of them killed at a named point while tags are pushed, checks asked for
 * and requests decided; and after some kills a look at what the database has to say, against what the stand-in and the
 * answers know to be true. Only erasable TypeScript: `npm run chaos` runs it as it is.
 */
export interface ChaosOptions {
  databaseUrl: string;
  compiled: string;
  hub: DockerHubStandIn;
  /** Where; all of them if nothing is said, each as often as any other. */
  points?: readonly string[];
  kills: number;
  seed: number;
  /** Kills between two looks at the database. */
  verifyEvery: number;
  /** Ends after the round in which this time is over, with what was done by then. */
  deadlineMs: number;
  say?: (line: string) => void;
}

export interface ChaosReport {
  kills: number;
  /** How often each point was died at, or milliseconds after it. */
  killsAt: Record<string, number>;
  /** Points that were not reached in their rounds; their replicas were killed wherever they stood. */
  killedElsewhere: Record<string, number>;
  tagsPushed: number;
  decisionsAnswered: number;
  /** Domain events that reached the handlers, and how often one came to a handler again, under its id. */
  eventsDelivered: number;
  deliveriesRepeated: number;
  deadLettersReplayed: number;
  verifications: number;
  /** Milliseconds from the start of a healthy replica until nothing was left to do; leases are made to run out first. */
  recoveriesMs: number[];
  violations: string[];
}

const REPLICAS = 2;
/** Points that are passed once in many steps. */
const SLOW = /^(back_fill|probe\.fail|delivery\.given_up|replay)/;

/** A replica and the point where it is to die. */
interface Doomed {
  point: string;
  replica: Replica;
}

/** A point that is not reached within this time is given up: the replica is killed where it stands. */
const PATIENCE_MS = 15_000;
/** From the start of a healthy replica until nothing is left of the dead ones (SPEC 13). */
const RECOVERY_MS = 30_000;
const IMAGES = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? `image-${i}` : `ns${i % 3}/image-${i}`));
/** Its last 150 tags are always younger than ten minutes, so that every check of it reads on and pays for a page. */
const BUSY = 'ns1/busy';
const BUSY_STAYS_YOUNG_MS = 5 * 60_000;
/** Its old tags fill pages that a back-fill reads. */
const DEEP = 'ns2/deep';
const HOUR = 3_600_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const chaos = new Chaos(options);
  try {
    await chaos.prepare();
    await chaos.run();
    return chaos.report;
  } finally {
    await chaos.close();
  }
}

class Chaos {
  readonly report: ChaosReport = {
    kills: 0,
    killsAt: {},
    killedElsewhere: {},
    tagsPushed: 0,
    decisionsAnswered: 0,
    eventsDelivered: 0,
    deliveriesRepeated: 0,
    deadLettersReplayed: 0,
    verifications: 0,
    recoveriesMs: [],
    violations: [],
  };
  private readonly options: ChaosOptions;
  private readonly db: pg.Client;
  private readonly random: () => number;
  private readonly pushed = new Map<string, Set<string>>();
  /** What a client was told, by request: the last answer of 200. */
  private readonly answered = new Map<number, string>();
  private readonly alive = new Set<Replica>();
  private readonly startedAt = Date.now();
  private readonly deliveries = new Deliveries();
  private compileCache = '';
  private busyPushedAt = Date.now();
  private requestsSent = 0;

  constructor(options: ChaosOptions) {
    this.options = options;
    this.db = new pg.Client({ connectionString: options.databaseUrl });
    this.random = generator(options.seed);
  }

  async prepare(): Promise<void> {
    const { hub } = this.options;
    this.db.on('error', () => undefined);
    await this.db.connect();
    await this.deliveries.listen();
    this.compileCache = await mkdtemp(join(tmpdir(), 'image-monitoring-chaos-'));
    for (const image of IMAGES) hub.seedTags(image, { tags: 5, newestAt: Date.now() - 2 * HOUR });
    hub.seedTags(BUSY, { tags: 150, newestAt: Date.now() - 1_000, stepMs: 10 });
    hub.seedTags(DEEP, { tags: 450, newestAt: Date.now() - 2 * HOUR });
    await this.db.query(
      `INSERT INTO images (image_name, namespace, approval_status, watch_for_updates, baseline, request_policy)
       SELECT name, CASE WHEN name LIKE '%/%' THEN split_part(name, '/', 1) ELSE 'library' END, 'approved', true, true,
              'all' FROM unnest($1::text[]) AS name`,
      [[...IMAGES, BUSY, DEEP]],
    );
    // Everything has had its first check before the first kill, so that whatever is pushed from now on is new.
    const replica = await this.healthy();
    await this.settled(replica);
    await replica.kill();
  }

  async run(): Promise<void> {
    const { kills, verifyEvery, say } = this.options;
    const plan = this.plan(kills);
    let next = this.fork(plan);
    let sinceVerified = 0;
    while (this.report.kills < kills && Date.now() - this.startedAt < this.options.deadlineMs) {
      const batch = await next;
      if (batch.length === 0) break;
      // The next ones load their code while these are at work.
      next = this.fork(plan);
      await this.round(batch);
      sinceVerified += batch.length;
      if (sinceVerified >= verifyEvery) {
        sinceVerified = 0;
        await this.verify();
        say?.(this.progress());
      }
    }
    for (const { replica } of await next) await replica.kill();
    if (sinceVerified > 0) await this.verify();
  }

  async close(): Promise<void> {
    await Promise.all([...this.alive].map((replica) => replica.kill()));
    await this.db.end();
    await this.deliveries.close();
    await rm(this.compileCache, { recursive: true, force: true });
  }

  /** Every point as often as any other. A back-fill waits for idle replicas, so its points come together. */
  private plan(kills: number): string[][] {
    const all: string[] = [...(this.options.points ?? FAILPOINTS)];
    shuffle(all, this.random);
    const points = Array.from({ length: kills }, (_, i) => all[i % all.length] as string);
    shuffle(points, this.random);
    points.sort((a, b) => Number(a.startsWith('back_fill')) - Number(b.startsWith('back_fill')));
    const batches: string[][] = [];
    while (points.length > 0) batches.push(points.splice(0, REPLICAS));
    shuffle(batches, this.random);
    return batches;
  }

  private async fork(plan: string[][]): Promise<Doomed[]> {
    return Promise.all(
      (plan.shift() ?? []).map(async (point) => {
        const times = 1 + Math.floor(this.random() * (SLOW.test(point) ? 2 : 3));
        // Some die in the middle of what comes after the point.
        const delayMs = this.random() < 0.25 ? 1 + Math.floor(this.random() * 8) : 0;
        const replica = await this.newReplica(`${point}:${times}:${delayMs}`);
        return { point, replica };
      }),
    );
  }

  private newReplica(failpoint?: string): Promise<Replica> {
    const { deliveries, compileCache } = this;
    return forkReplica(this.options.compiled, {
      ...(failpoint === undefined ? {} : { failpoint }),
      eventsTo: deliveries.url,
      compileCache,
    });
  }

  private settings(): Record<string, unknown> {
    return {
      databaseUrl: this.options.databaseUrl,
      dockerHubUrl: this.options.hub.url,
      dockerHubRequestsPerMinute: 100_000,
      manualChecksPerMinute: 100_000,
      rateLimitPerMinute: 100_000,
      monitorConcurrency: 4,
      logLevel: 'warn',
    };
  }

  private progress(): string {
    const { kills, killedElsewhere, tagsPushed, decisionsAnswered, eventsDelivered, violations } =
      this.report;
    const seconds = Math.round((Date.now() - this.startedAt) / 1000);
    const missed = Object.values(killedElsewhere).reduce((sum, n) => sum + n, 0);
    return (
      `${kills} kills (${missed} elsewhere), ${tagsPushed} tags pushed, ${decisionsAnswered} decisions answered, ` +
      `${eventsDelivered} events delivered, ${violations.length} violations, ${seconds} s`
    );
  }

  /** Traffic until each replica of the batch is dead. */
  private async round(batch: readonly Doomed[]): Promise<void> {
    await this.leasesRunOut();
    await Promise.all(
      batch.map(async ({ replica }) => {
        this.alive.add(replica);
        await replica.start(this.settings());
      }),
    );
    const until = Date.now() + PATIENCE_MS;
    let living = batch.filter(({ replica }) => replica.isAlive());
    for (let step = 0; living.length > 0 && Date.now() < until; step++) {
      await this.steer(living, step);
      const isResting = living.every(({ point }) => point.startsWith('back_fill')) && step % 25 > 0;
      if (!isResting) await this.traffic(living);
      for (const { replica } of living) replica.beat();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const left = living.filter(({ replica }) => replica.isAlive());
      // What a dead one held is not what the other one waits for.
      if (left.length > 0 && left.length < living.length) await this.leasesRunOut();
      living = left;
    }
    for (const { point, replica } of living) {
      this.report.killedElsewhere[point] = (this.report.killedElsewhere[point] ?? 0) + 1;
      await replica.kill();
    }
    for (const one of batch) {
      const how = await one.replica.ended;
      this.alive.delete(one.replica);
      this.report.kills += 1;
      if (how !== 'SIGKILL') {
        this.violate(`A replica that was to die at ${one.point} ended with ${how}:\n${one.replica.output()}`);
      } else if (!living.includes(one)) {
        this.report.killsAt[one.point] = (this.report.killsAt[one.point] ?? 0) + 1;
      }
    }
    this.options.hub.heal();
    this.deliveries.isFailing = false;
  }

  /** Brings about what the points of the living wait for. */
  private async steer(living: readonly Doomed[], step: number): Promise<void> {
    const { hub } = this.options;
    const wants = (what: string): boolean => living.some(({ point }) => point.startsWith(what));
    hub.heal();
    if (wants('payment') && Date.now() - this.busyPushedAt > BUSY_STAYS_YOUNG_MS) {
      this.busyPushedAt = Date.now();
      for (const name of [...hub.world.repository(BUSY).tags.keys()]) hub.pushAgain(BUSY, name);
    }
    if (wants('check.fail')) hub.fail({ match: { kind: 'tags', page: 1 }, fault: 503, times: 2 });
    if (wants('probe')) await this.db.query(`UPDATE image_monitor.namespaces SET retry_at = NULL`);
    if (wants('probe.fail')) hub.fail({ match: { kind: 'listing' }, fault: 503, times: 2 });
    if (wants('back_fill')) {
      await this.db.query(
        `UPDATE images SET inventory_state = 'partial', inventory_page = NULL
          WHERE image_name = $1 AND inventory_state <> 'partial'`,
        [DEEP],
      );
    }
    const letters = wants('replay') ? await this.deadLetters() : [];
    const isShort = wants('replay') && letters.length === 0;
    this.deliveries.isFailing = isShort || wants('delivery.failed') || wants('delivery.given_up');
    if (isShort || wants('delivery')) {
      const isLast = isShort || wants('delivery.given_up');
      await this.db.query(
        `UPDATE image_monitor_jobs.job SET start_after = now(), retry_count = CASE WHEN $1 THEN retry_limit ELSE retry_count END
          WHERE name = 'domain-events' AND state < 'active'`,
        [isLast],
      );
      for (const { replica } of living) replica.deliver();
    }
    const replayer = living.find(({ point }) => point.startsWith('replay'));
    if (replayer !== undefined && letters.length > 0) await this.replay(replayer.replica, this.pick(letters));
    if (step === 0) await this.db.query(`UPDATE image_monitor.request_budgets SET paused_until = NULL`);
  }

  private async deadLetters(): Promise<string[]> {
    const { rows } = await this.db.query<{ id: string }>(
      `SELECT id FROM image_monitor_jobs.job WHERE name = 'dead-letters' AND state = 'created' LIMIT 500`,
    );
    return rows.map((row) => row.id);
  }

  private async replay(replica: Replica, id: string): Promise<void> {
    if ((await this.ask(replica, `/dead-letters/${id}/replay`, undefined)) === 200) {
      this.report.deadLettersReplayed += 1;
    }
  }

  /** A push, everything due, a check by hand and some decisions, to those of the living that wait for them. */
  private async traffic(living: readonly Doomed[]): Promise<void> {
    const image = this.pick(IMAGES);
    const tag = `9.${this.report.tagsPushed}.0`;
    this.options.hub.push(image, tag);
    this.report.tagsPushed += 1;
    this.pushed.set(image, (this.pushed.get(image) ?? new Set()).add(tag));
    await this.db.query(`UPDATE images SET next_check_at = now() WHERE lease_token IS NULL`);

    const open = living.filter(({ replica }) => replica.isAlive() && replica.url !== '');
    if (open.length === 0) return;
    const who = (wanted: RegExp): Replica => {
      const waiting = open.filter(({ point }) => wanted.test(point));
      return this.pick(waiting.length > 0 ? waiting : open).replica;
    };
    const requests = await this.db.query<{ id: number; status: string }>(
      `SELECT id, status FROM image_approval_requests ORDER BY random() LIMIT 3`,
    );
    // Only the busy one has a second page to pay for.
    const isPaying = open.some(({ point }) => point.startsWith('payment'));
    const byHand = await this.db.query<{ id: number }>(
      `SELECT id FROM images ORDER BY $1 AND image_name = $2 DESC, random() LIMIT 1`,
      [isPaying, BUSY],
    );
    await Promise.all([
      this.ask(who(/^(claim_one|payment|check)/), `/images/${byHand.rows[0]?.id}/check`, undefined),
      ...requests.rows.map(async ({ id, status }) => {
        const [action, body] =
          status !== 'pending'
            ? ['reopen', {}]
            : this.random() < 0.6
              ? ['approve', { include_aliases: true }]
              : ['reject', { rejection_reason: 'chaos' }];
        const path = `/images/approval-requests/${id}/${action}`;
        const answer = await this.ask(who(/^(decision|delivery)/), path, body);
        if (answer === 200) {
          this.report.decisionsAnswered += 1;
          this.answered.set(id, String(action));
        } else if (answer === null) {
          // The replica died before it answered: whichever way it went, nobody was promised anything.
          this.answered.delete(id);
        } else if (answer >= 500 && answer !== 503) {
          this.violate(`${action} of request ${id} was answered ${answer}`);
        }
      }),
    ]);
  }

  private async ask(replica: Replica, path: string, body: unknown): Promise<number | null> {
    try {
      const answer = await fetch(`${replica.url}/api/v1${path}`, {
        method: 'POST',
        headers: { prefer: 'respond-async', ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body ? JSON.stringify(body) : undefined,
        signal: AbortSignal.timeout(5_000),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  }

  private async healthy(): Promise<Replica> {
    const replica = await this.newReplica();
    this.alive.add(replica);
    if (!(await replica.start(this.settings()))) throw new Error(`It does not start:\n${replica.output()}`);
    return replica;
  }

  /** Half a minute passes for what a dead replica had leased. */
  private async leasesRunOut(): Promise<void> {
    await this.db.query(`UPDATE images SET lease_expires_at = now() WHERE lease_token IS NOT NULL`);
    await this.db.query(
      `UPDATE image_monitor.namespaces SET lease_expires_at = now(), retry_at = NULL WHERE lease_token IS NOT NULL OR retry_at IS NOT NULL`,
    );
    await this.db.query(`UPDATE image_monitor.request_budgets SET paused_until = NULL`);
  }

  private async settled(replica: Replica): Promise<void> {
    const until = Date.now() + RECOVERY_MS;
    for (;;) {
      replica.beat();
      const { rows } = await this.db.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM images
          WHERE next_check_at <= now() OR lease_token IS NOT NULL OR last_checked_at IS NULL`,
      );
      if (rows[0]?.open === 0) return;
      if (Date.now() > until) {
        this.violate(`${rows[0]?.open} images are not checked after 30 s:\n${replica.output()}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** The minute passes that a dead replica's jobs are given, and every wait of a job; dead letters are sent again. */
  private async allDelivered(replica: Replica): Promise<void> {
    const until = Date.now() + RECOVERY_MS;
    await this.db.query(`UPDATE image_monitor_jobs.queue SET monitor_on = NULL, monitor_claim_on = NULL`);
    replica.supervise();
    for (;;) {
      for (const id of await this.deadLetters()) await this.replay(replica, id);
      await this.db.query(
        `UPDATE image_monitor_jobs.job SET start_after = now() WHERE name = 'domain-events' AND state = 'retry'`,
      );
      replica.deliver();
      const { rows } = await this.db.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM image_monitor_jobs.job
          WHERE (name = 'domain-events' AND state < 'completed') OR (name = 'dead-letters' AND state = 'created')`,
      );
      if (rows[0]?.open === 0) return;
      if (Date.now() > until) {
        this.violate(`${rows[0]?.open} events are not delivered after 30 s:\n${replica.output()}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A healthy replica finishes what the dead ones left; then every promise is looked up. */
  private async verify(): Promise<void> {
    const { hub } = this.options;
    this.report.verifications += 1;
    hub.heal();
    await this.leasesRunOut();
    await this.db.query(`UPDATE images SET next_check_at = now(), check_itself = true`);
    // All replicas are dead: whatever is under way is theirs.
    await this.db.query(
      `UPDATE image_monitor_jobs.job SET started_on = started_on - interval '2 minutes' WHERE state = 'active'`,
    );
    const startedAt = Date.now();
    const replica = await this.healthy();
    await this.settled(replica);
    await this.allDelivered(replica);
    const recoveryMs = Date.now() - startedAt;
    this.report.recoveriesMs.push(recoveryMs);
    if (recoveryMs > RECOVERY_MS) this.violate(`It took ${recoveryMs} ms to be back and complete`);
    await replica.stop();
    this.alive.delete(replica);

    const violations = [
      ...(await lookUpTags(this.db, this.pushed)),
      ...(await lookUpDecisions(this.db, this.answered)),
      ...(await this.deliveries.violations(this.db)),
    ];
    for (const violation of violations) this.violate(violation);
    const { events, repeats } = this.deliveries.count();
    this.report.eventsDelivered = events;
    this.report.deliveriesRepeated = repeats;
    const spent = await this.db.query<{ spent: number }>(
      `SELECT sum(spent)::float8 AS spent FROM image_monitor.request_budgets`,
    );
    this.requestsSent += hub.count();
    hub.forgetRequests();
    if (this.requestsSent > (spent.rows[0]?.spent ?? 0)) {
      this.violate(`${this.requestsSent} requests were sent, and ${spent.rows[0]?.spent} paid for`);
    }
  }

  private violate(what: string): void {
    // The same one is found at every look; once is enough.
    if (this.report.violations.includes(what)) return;
    this.report.violations.push(what);
    this.options.say?.(`VIOLATION: ${what}`);
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
}
