/** Callers remembered at once, about 1 MB; beyond that the one that was idle longest begins with a full bucket again. */
const MAX_BUCKETS = 10_000;

const MINUTE_MS = 60_000;

/**
 * One token bucket per caller: `perMinute` calls at once after a rest, and as many per minute after that.
 *
 * In the memory of this replica: a limit shared by all would cost every request a write. `@nestjs/throttler` was
 * looked at and left: its memory keeps a timer per call and has no bound, and it counts before anybody has said who
 * asks, or knows nothing of the address of the one who failed to.
 */
export class Buckets {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  constructor(
    readonly perMinute: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one call; answers 0, or the seconds until there is one to take. */
  take(caller: string): number {
    const now = this.now();
    const before = this.buckets.get(caller) ?? { left: this.perMinute, at: now };
    const left = Math.min(this.perMinute, before.left + ((now - before.at) * this.perMinute) / MINUTE_MS);
    const isAdmitted = left >= 1;
    // Put behind all others: the first in the map is the one that was idle longest.
    this.buckets.delete(caller);
    this.buckets.set(caller, { left: isAdmitted ? left - 1 : left, at: now });
    if (this.buckets.size > MAX_BUCKETS) this.buckets.delete(this.buckets.keys().next().value ?? '');
    return isAdmitted ? 0 : Math.max(1, Math.ceil(((1 - left) * MINUTE_MS) / this.perMinute / 1000));
  }
}
