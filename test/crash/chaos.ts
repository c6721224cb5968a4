import pg from 'pg';
import type { DockerHubStandIn } from '../support/docker-hub/docker-hub.js';
import { forkReplica, type Replica } from '../support/replica.js';

/**
 * Two replicas at a time on one database, each of them killed at a named point while tags are pushed, checks asked for
 * and requests decided; and after some kills a look at what the database has to say, against what the stand-in and the
 * answers know to be true. Only erasable TypeScript: `npm run chaos` runs it as it is.
 */
export interface ChaosOptions {
  databaseUrl: string;
  compiled: string;
  hub: DockerHubStandIn;
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
  /** How often each point was died at. */
  killsAt: Record<string, number>;
  /** Points that were not reached in their rounds; their replicas were killed wherever they stood. */
  killedElsewhere: number;
  tagsPushed: number;
  decisionsAnswered: number;
  verifications: number;
  /** Milliseconds from the start of a healthy replica until nothing was left to do; leases are made to run out first. */
  recoveriesMs: number[];
  violations: string[];
}

/** Every point of `src/config/failpoint.ts`; the type there is the list, and a test compares. */
export const FAILPOINTS = [
  'claim.before',
  'claim.after',
  'claim_one.before',
  'claim_one.after',
  'payment.before',
  'payment.after',
  'check.begun',
  'check.page_read',
  'check.compared',
  'check.unchanged',
  'check.transaction',
  'check.closed',
  'check.opened',
  'check.observed',
  'check.committed',
  'check.failing',
  'check.failed',
  'probe.begun',
  'probe.page_read',
  'probe.judged',
  'probe.closed',
  'probe.failing',
  'probe.failed',
  'back_fill.claimed',
  'back_fill.page_read',
  'back_fill.closed',
  'back_fill.opened',
  'back_fill.written',
  'back_fill.committed',
  'decision.begun',
  'decision.images_locked',
  'decision.requests_locked',
  'decision.judged',
  'decision.tags_approved',
  'decision.requests_written',
  'decision.compared',
  'decision.audited',
  'decision.committed',
] as const;

const REPLICAS = 2;
/** A point that is not reached within this time is given up: the replica is killed where it stands. */
const PATIENCE_MS = 6_000;
const IMAGES = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? `image-${i}` : `ns${i % 3}/image-${i}`));
/** Its last 150 tags are always younger than ten minutes, so that every check of it reads on and pays for a page. */
const BUSY = 'ns1/busy';
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
    killedElsewhere: 0,
    tagsPushed: 0,
    decisionsAnswered: 0,
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
    const plan = Array.from({ length: kills }, (_, i) => FAILPOINTS[i % FAILPOINTS.length] as string);
    shuffle(plan, this.random);
    let next = this.batch(plan);
    let sinceVerified = 0;
    while (this.report.kills < kills && Date.now() - this.startedAt < this.options.deadlineMs) {
      const batch = await next;
      if (batch.length === 0) break;
      // The next ones load their code while these are at work.
      next = this.batch(plan);
      await this.round(batch);
      sinceVerified += batch.length;
      if (sinceVerified >= verifyEvery) {
        sinceVerified = 0;
        await this.verify();
        say?.(
          `${this.report.kills} kills, ${this.report.tagsPushed} tags pushed, ${this.report.decisionsAnswered} decisions ` +
            `answered, ${this.report.violations.length} violations, ${Math.round((Date.now() - this.startedAt) / 1000)} s`,
        );
      }
    }
    for (const { replica } of await next) await replica.kill();
    if (sinceVerified > 0) await this.verify();
  }

  async close(): Promise<void> {
    await Promise.all([...this.alive].map((replica) => replica.kill()));
    await this.db.end();
  }

  private async batch(plan: string[]): Promise<{ point: string; replica: Replica }[]> {
    return Promise.all(
      plan.splice(0, REPLICAS).map(async (point) => {
        const times = 1 + Math.floor(this.random() * 3);
        const replica = await forkReplica(this.options.compiled, { failpoint: `${point}:${times}` });
        return { point, replica };
      }),
    );
  }

  private settings(): Record<string, unknown> {
    return {
      databaseUrl: this.options.databaseUrl,
      dockerHubUrl: this.options.hub.url,
      dockerHubRequestsPerMinute: 100_000,
      monitorConcurrency: 4,
      logLevel: 'warn',
    };
  }

  /** Traffic until each replica of the batch is dead. */
  private async round(batch: readonly { point: string; replica: Replica }[]): Promise<void> {
    const { hub } = this.options;
    const until = Date.now() + PATIENCE_MS;
    const elsewhere = new Set<Replica>();
    const points = batch.map((one) => one.point);
    const wants = (what: string): boolean => points.some((point) => point.startsWith(what));
    if (wants('probe.fail')) hub.fail({ match: { kind: 'listing' }, fault: 503, times: 3 });
    if (wants('check.fail')) hub.fail({ match: { kind: 'tags' }, fault: 503, times: 3 });
    if (wants('back_fill')) {
      await this.db.query(
        `UPDATE images SET inventory_state = 'partial', inventory_page = NULL WHERE image_name = $1`,
        [DEEP],
      );
    }
    await this.leasesRunOut();
    await Promise.all(
      batch.map(async ({ replica }) => {
        this.alive.add(replica);
        await replica.start(this.settings());
      }),
    );
    // A back-fill waits for an idle beat, so its rounds get one burst of work and then rest.
    for (let step = 0; batch.some(({ replica }) => replica.isAlive()); step++) {
      if (Date.now() > until) {
        for (const { replica } of batch) {
          if (!replica.isAlive()) continue;
          elsewhere.add(replica);
          this.report.killedElsewhere += 1;
          await replica.kill();
        }
        break;
      }
      const isResting = wants('back_fill') && step > 0;
      if (!isResting) await this.traffic(batch.map((one) => one.replica));
      for (const { replica } of batch) replica.beat();
      await new Promise((resolve) => setTimeout(resolve, isResting ? 200 : 60));
    }
    for (const { point, replica } of batch) {
      const how = await replica.ended;
      this.alive.delete(replica);
      this.report.kills += 1;
      if (how !== 'SIGKILL') this.violate(`A replica that was to die at ${point} ended with ${how}`);
      else if (!elsewhere.has(replica)) this.report.killsAt[point] = (this.report.killsAt[point] ?? 0) + 1;
    }
    hub.heal();
  }

  /** A push, everything due, one check by hand and some decisions, to whichever replica is alive. */
  private async traffic(replicas: readonly Replica[]): Promise<void> {
    const image = this.pick(IMAGES);
    const tag = `9.${this.report.tagsPushed}.0`;
    this.options.hub.push(image, tag);
    this.report.tagsPushed += 1;
    this.pushed.set(image, (this.pushed.get(image) ?? new Set()).add(tag));
    await this.db.query(`UPDATE images SET next_check_at = now() WHERE lease_token IS NULL`);

    const open = replicas.filter((replica) => replica.isAlive() && replica.url !== '');
    if (open.length === 0) return;
    const requests = await this.db.query<{ id: number; status: string }>(
      `SELECT id, status FROM image_approval_requests ORDER BY random() LIMIT 3`,
    );
    const byHand = await this.db.query<{ id: number }>(`SELECT id FROM images ORDER BY random() LIMIT 1`);
    await Promise.all([
      this.ask(this.pick(open), `/images/${byHand.rows[0]?.id}/check`, undefined),
      ...requests.rows.map(async ({ id, status }) => {
        const [action, body] =
          status !== 'pending'
            ? ['reopen', {}]
            : this.random() < 0.6
              ? ['approve', { include_aliases: true }]
              : ['reject', { rejection_reason: 'chaos' }];
        const answer = await this.ask(this.pick(open), `/images/approval-requests/${id}/${action}`, body);
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
    const replica = await forkReplica(this.options.compiled);
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
    const until = Date.now() + 30_000;
    for (;;) {
      replica.beat();
      const { rows } = await this.db.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM images
          WHERE next_check_at <= now() OR lease_token IS NOT NULL OR last_checked_at IS NULL`,
      );
      if (rows[0]?.open === 0) return;
      if (Date.now() > until) throw new Error(`Not settled after 30 s:\n${replica.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** A healthy replica finishes what the dead ones left; then every promise is looked up. */
  private async verify(): Promise<void> {
    const { hub } = this.options;
    this.report.verifications += 1;
    hub.heal();
    await this.leasesRunOut();
    await this.db.query(`UPDATE images SET next_check_at = now(), check_itself = true`);
    const startedAt = Date.now();
    const replica = await this.healthy();
    await this.settled(replica);
    this.report.recoveriesMs.push(Date.now() - startedAt);
    await replica.stop();
    this.alive.delete(replica);

    await this.lookUpTags();
    await this.lookUpDecisions();
    const spent = await this.db.query<{ spent: number }>(
      `SELECT sum(spent)::float8 AS spent FROM image_monitor.request_budgets`,
    );
    this.requestsSent += hub.count();
    hub.forgetRequests();
    if (this.requestsSent > (spent.rows[0]?.spent ?? 0)) {
      this.violate(`${this.requestsSent} requests were sent, and ${spent.rows[0]?.spent} paid for`);
    }
    // Its tags stay young.
    for (const name of [...hub.world.repository(BUSY).tags.keys()]) hub.pushAgain(BUSY, name);
  }

  private async lookUpTags(): Promise<void> {
    const { rows } = await this.db.query<{ image_name: string; tag_name: string; count: number }>(
      `SELECT image_name, tag_name, count(*)::int FROM image_approval_requests GROUP BY 1, 2`,
    );
    const counts = new Map(rows.map((row) => [`${row.image_name}:${row.tag_name}`, row.count]));
    for (const [image, tags] of this.pushed) {
      for (const tag of tags) {
        const count = counts.get(`${image}:${tag}`) ?? 0;
        if (count === 0) this.violate(`${image}:${tag} was lost`);
        if (count > 1) this.violate(`${image}:${tag} was asked about ${count} times`);
      }
    }
    for (const [name] of counts) {
      const [image = '', tag = ''] = name.split(':');
      if (!this.pushed.get(image)?.has(tag)) this.violate(`${name} was asked about, and is old`);
    }
  }

  private async lookUpDecisions(): Promise<void> {
    const { rows } = await this.db.query<{
      id: number;
      status: string;
      audited: string | null;
      digest_is: boolean;
    }>(
      `SELECT r.id, r.status,
              (SELECT a.action FROM image_monitor.audit_log a
                WHERE a.subject_type = 'approval_request' AND a.subject_id = r.id ORDER BY a.id DESC LIMIT 1) AS audited,
              EXISTS (SELECT FROM image_tags t WHERE t.image_id = r.image_id AND t.tag = r.tag_name
                         AND t.status = 'approved' AND t.digest = r.digest) AS digest_is
         FROM image_approval_requests r`,
    );
    for (const { id, status, audited, digest_is } of rows) {
      const says = audited?.replace('approval_request.', '') ?? 'opened';
      const isTold =
        status === 'pending' ? ['opened', 'reopened', 'created'].includes(says) : says === status;
      if (!isTold) this.violate(`Request ${id} is ${status}, and its audit says ${says}`);
      if ((status === 'approved') !== digest_is) {
        this.violate(`Request ${id} is ${status}, and its tag is ${digest_is ? '' : 'not '}approved`);
      }
      const promised = this.answered.get(id);
      const kept = { approve: 'approved', reject: 'rejected', reopen: 'pending' }[promised ?? ''] ?? status;
      // An approval of a later version may have answered it since.
      if (kept !== status && status !== 'superseded') {
        this.violate(`Request ${id} is ${status} after ${promised} was answered 200`);
      }
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

/** The same numbers for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T];
  }
}
