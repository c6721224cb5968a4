/** What the service says when it refuses, or what stands for it when nothing came back. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** 0: no answer (offline, time-out, cut off). */
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly body: Record<string, unknown> = {},
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail);
  }

  get requestId(): string | null {
    return typeof this.body['request_id'] === 'string' ? this.body['request_id'] : null;
  }

  /** Whether it arrived is not known: look again before anything is said. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}
