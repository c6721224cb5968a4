/** Another process holds the lease by now: nothing may be written. */
export class LeaseIsLost extends Error {}

/** The service shuts down: what was leased is handed back. */
export class CheckIsStopped extends Error {}

/** The next request could not be paid for within a minute. */
export class BudgetIsShort extends Error {
  constructor(readonly waitMs: number) {
    super(`No request budget for another ${Math.ceil(waitMs / 1000)} s`);
  }
}
