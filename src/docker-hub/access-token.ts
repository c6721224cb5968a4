import { DockerHubError } from './errors.js';
import type { Pay } from './transport.js';

/** Docker Hub's access tokens end after ten minutes; Harbor, too, renews them after nine (facts.md, section 5). */
const RENEW_AFTER_MS = 9 * 60_000;

/**
 * How long a refused account is left alone. Docker locks a user name for ten minutes after failed logins
 * (facts.md, section 5), so that a login loop would lock out the user himself.
 */
const LEAVE_ALONE_MS = 15 * 60_000;

/** `none`: no account configured. `rejected`: Docker Hub refused it, and questions are asked anonymously for a while. */
export type CredentialsState = 'none' | 'ok' | 'rejected';

/**
 * The token of the configured Docker account: fetched when first needed, by one caller for all that wait,
 * renewed before it ends, and given up for 15 minutes when Docker Hub refuses it.
 */
export class AccessToken {
  private token: { readonly value: string; readonly renewAtMs: number } | null = null;
  private flight: Promise<string | null> | null = null;
  private leaveAloneUntilMs = -Infinity;

  constructor(
    private readonly o: {
      /** Logs in and returns the token; throws a DockerHubError when that fails. */
      logIn: (pay: Pay) => Promise<string>;
      /** Called once each time the account is given up, with a sentence that says why. */
      onRejected: (why: string) => void;
      /** Any clock that does not run backwards. */
      nowMs: () => number;
    },
  ) {}

  /** Whether the account is in use at present. */
  state(): Exclude<CredentialsState, 'none'> {
    return this.isLeftAlone() ? 'rejected' : 'ok';
  }

  /** A token to send, or null to ask anonymously. Throws when the login got no answer (`unavailable`, `malformed`). */
  async current(pay: Pay): Promise<string | null> {
    for (;;) {
      if (this.isLeftAlone()) return null;
      if (this.token !== null && this.o.nowMs() < this.token.renewAtMs) return this.token.value;
      if (this.flight === null) return this.fetch(pay);
      try {
        return await this.flight;
      } catch (error) {
        if (error instanceof DockerHubError) throw error;
        // The one who fetched for all could not pay: that is his own matter, so another one fetches.
      }
    }
  }

  /** A token in place of one that was answered 401; another caller may have renewed it in the meantime. */
  async renewed(refused: string, pay: Pay): Promise<string | null> {
    if (this.token?.value === refused) this.token = null;
    return this.current(pay);
  }

  /** Gives the account up for a while: a token fetched just now was answered 401 again. */
  reject(refused: string): void {
    if (this.token?.value === refused) this.leaveAlone('it answers 401 to a new token');
  }

  private fetch(pay: Pay): Promise<string | null> {
    const flight = this.logIn(pay).finally(() => {
      this.flight = null;
    });
    this.flight = flight;
    return flight;
  }

  private async logIn(pay: Pay): Promise<string | null> {
    try {
      const value = await this.o.logIn(pay);
      this.token = { value, renewAtMs: this.o.nowMs() + RENEW_AFTER_MS };
      return value;
    } catch (error) {
      if (!(error instanceof DockerHubError)) throw error;
      // No answer at all: whether the account is good is not known, so the check is tried again.
      if (error.kind === 'unavailable' || error.kind === 'malformed') throw error;
      // Everything else, 429 included: that is how a locked user name is answered.
      this.leaveAlone(error.message);
      return null;
    }
  }

  private leaveAlone(why: string): void {
    this.token = null;
    this.leaveAloneUntilMs = this.o.nowMs() + LEAVE_ALONE_MS;
    this.o.onRejected(why);
  }

  private isLeftAlone(): boolean {
    return this.o.nowMs() < this.leaveAloneUntilMs;
  }
}
