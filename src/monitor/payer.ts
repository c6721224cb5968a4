import { failpoint } from '../config/failpoint.js';
import type { LeasedPayment } from './claim.sql.js';
import { BudgetIsShort, CheckIsStopped, LeaseIsLost } from './endings.js';

/** A payment older than this is made again, since the budget's arithmetic allows a request one second. */
const PAYMENT_LASTS_MS = 1_000;
/** How long work under way waits in its slot for the budget of its next request. */
const LONGEST_WAIT_MS = 60_000;
/** A lease lasts 30 s, so a long wait looks in now and then to renew it. */
const LOOK_IN_EVERY_MS = 10_000;

/**
 * Pays before each request of leased work. The first was paid for with its claim, if it leaves in time; every further
 * one pays and renews the lease, waiting for budget.
 */
export function payerOf(
  pay: () => Promise<LeasedPayment>,
  options: { claimedAtMs: number; signal: AbortSignal },
): () => Promise<void> {
  let isPaid = true;
  return async () => {
    const isFresh = isPaid && performance.now() - options.claimedAtMs < PAYMENT_LASTS_MS;
    isPaid = false;
    if (isFresh) return;
    const waitUntil = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      failpoint('payment.before');
      const payment = await pay();
      failpoint('payment.after');
      if (!payment.isLeased) throw new LeaseIsLost();
      if (payment.isPaid) return;
      if (performance.now() + payment.waitMs > waitUntil) throw new BudgetIsShort(payment.waitMs);
      await pause(Math.min(payment.waitMs + 20, LOOK_IN_EVERY_MS), options.signal);
      if (options.signal.aborted) throw new CheckIsStopped();
    }
  };
}

/** Waits, or less when the signal comes. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
