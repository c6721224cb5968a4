import type { DataSource } from 'typeorm';
import type * as BudgetSql from '../../src/docker-hub/budget.sql.js';
import type * as ClaimSql from '../../src/monitor/claim.sql.js';
import { makeDue } from './large-data.js';

/** The statements under test, imported or compiled. */
export interface BudgetStatements {
  ensureBudget: typeof BudgetSql.ensureBudget;
  payOne: typeof BudgetSql.payOne;
  lowerBudget: typeof BudgetSql.lowerBudget;
  pauseBudget: typeof BudgetSql.pauseBudget;
  claimDue: typeof ClaimSql.claimDue;
}

const KEY: BudgetSql.BudgetKey = { registry: 'docker.io', credential: 'anonymous' };
/** A paid request may leave this much later (SPEC 5.6). */
const LATEST_MS = 1_000;
/** An empty bucket is full after 6 s: one long wait fills it, and the short ones after it leave nothing unspent. */
const SHORT_WAIT_MS = 3_000;
const LONG_WAIT_MS = 12_000;

/**
 * Replicas that spend whatever the budget gives, through simulated minutes: by claims and by single payments, at the same
 * time, after short and long waits. Instead of waiting, the row's times are moved back, as if the time had gone by. Now
 * and then the server says that less is left, or a pause begins. Answers when each request left, in simulated
 * milliseconds.
 *
 * @param random answers numbers from 0 to below 1
 */
export async function spendFor(
  replicas: readonly DataSource[],
  statements: BudgetStatements,
  o: { perMinute: number; minutes: number; random: () => number },
): Promise<number[]> {
  const { ensureBudget, payOne, lowerBudget, pauseBudget, claimDue } = statements;
  const [db] = replicas as [DataSource];
  await ensureBudget(db, KEY, o.perMinute);
  const startedAt = performance.now();
  let skippedMs = 0;
  const now = (): number => performance.now() - startedAt + skippedMs;
  const left: number[] = [];
  const leave = (requests: number): void => {
    const at = now();
    for (let i = 0; i < requests; i++) left.push(at + o.random() * LATEST_MS);
  };
  const spend = async (replica: DataSource, wanted: number): Promise<void> => {
    if (o.random() < 0.5) {
      const { images } = await claimDue(replica, KEY, { slots: 8, isProbing: false });
      leave(images.length);
    }
    for (let i = 0; i < wanted; i++) {
      const { isPaid } = await payOne(replica, KEY);
      if (!isPaid) return;
      leave(1);
    }
  };
  while (now() < o.minutes * 60_000) {
    const waitMs = o.random() * (o.random() < 0.03 ? LONG_WAIT_MS : SHORT_WAIT_MS);
    skippedMs += waitMs;
    await db.query(
      `UPDATE image_monitor.request_budgets SET refilled_at = refilled_at - $1 * interval '1 millisecond',
              paused_until = paused_until - $1 * interval '1 millisecond'`,
      [waitMs],
    );
    await makeDue(db, 50);
    if (o.random() < 0.01) await lowerBudget(db, KEY, { limit: null, remaining: Math.floor(o.random() * 5) });
    if (o.random() < 0.005) await pauseBudget(db, KEY, o.random() * 10_000, 'rate_limited');
    await Promise.all(replicas.map((replica) => spend(replica, Math.floor(o.random() * 20))));
  }
  return left;
}

/** The most that fall into any window of this length. */
export function mostIn(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
