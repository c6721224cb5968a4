import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { Refusal } from '../domain/refusals.js';
import type { CallKind, Throttle } from '../http/access.guard.js';
import type { Actor } from '../http/actor.js';
import { Buckets } from './buckets.js';

/** On an open loopback the one caller is whoever sits there: a check by hand still asks Docker Hub, so not without end. */
const LOCAL_FACTOR = 10;

/**
 * Counts what callers do. Who has proved who he is, is counted by that and by nothing else, so that two behind one
 * address take nothing from each other; everybody else is counted by address, and wrong tokens once more.
 */
@Injectable()
export class RequestThrottle implements Throttle {
  private readonly callers: Buckets;
  private readonly addresses: Buckets;
  private readonly checks: Buckets;
  private readonly localChecks: Buckets;
  private readonly failures: Buckets;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.callers = new Buckets(settings.rateLimitPerMinute);
    // A map of their own: addresses cost nothing to invent, and must not push callers out.
    this.addresses = new Buckets(settings.rateLimitPerMinute);
    this.checks = new Buckets(settings.manualChecksPerMinute);
    this.localChecks = new Buckets(settings.manualChecksPerMinute * LOCAL_FACTOR);
    this.failures = new Buckets(settings.authFailuresPerMinute);
  }

  admit(call: { actor: Actor | null; address: string | undefined; kind: CallKind }): void {
    const { actor, kind } = call;
    if (actor === null) return take(this.addresses, networkOf(call.address), 'requests from this address');
    // The host platform limits its own callers as it likes.
    if (actor.kind === 'host') return;
    const caller = actor.id ?? `${actor.kind}:${actor.name}`;
    if (kind === 'manual_check') {
      take(actor.kind === 'local' ? this.localChecks : this.checks, caller, 'checks by hand');
    }
    if (actor.kind !== 'local') take(this.callers, caller, 'requests');
  }

  /** A wrong token came from this address. Refuses when it was one too many; a right one never gets here. */
  failed(address: string | undefined): void {
    take(this.failures, networkOf(address), 'wrong tokens from this address');
  }
}

function take(buckets: Buckets, caller: string, what: string): void {
  const seconds = buckets.take(caller);
  if (seconds === 0) return;
  throw new Refusal(
    'too_many',
    'too_many_requests',
    `Too many ${what}: ${buckets.perMinute} a minute are taken. Try again in ${seconds} s.`,
    { details: { retry_after_seconds: seconds } },
  );
}

/** Whoever has one IPv6 address has at least 2^64 of them: they count as one. */
function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
