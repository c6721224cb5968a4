/**
 * What a caller can do about a failed question to Docker Hub (SPEC 5.7; facts.md, section 1.5):
 *
 * - `not_found`: the repository, the tag or a page past the end is not there, or not for us (404; a private
 *   repository answers 404 too). No proof of deletion.
 * - `rate_limited`: 429; nothing is to be sent for `retryAfterMs`.
 * - `paging_refused`: 403 on a deep page, which Docker Hub refuses to anonymous callers since August 2026.
 * - `unavailable`: 5xx, reset, DNS, TLS or time-out; try again soon.
 * - `unauthorized`: 401 or another 403, after the token was renewed once and the question asked anonymously.
 * - `malformed`: an answer that is not what was asked for (HTML, a page without `results`, no order); try again.
 * - `refused`: we go no further (a foreign `next` or redirect, too many redirects, a body over 10 MB), or
 *   Docker Hub calls the question itself wrong (400 and other 4xx). Trying again soon does not help.
 */
export type DockerHubErrorKind =
  'not_found' | 'rate_limited' | 'paging_refused' | 'unavailable' | 'unauthorized' | 'malformed' | 'refused';

/** A question to Docker Hub that got no usable answer; `kind` says what to do about it. */
export class DockerHubError extends Error {
  override readonly name = 'DockerHubError';
  readonly kind: DockerHubErrorKind;
  /** HTTP status of the answer; null when none came. */
  readonly status: number | null;
  /** With `rate_limited`: how long to send nothing, 1 s to 15 min, counted from the answer. Otherwise null. */
  readonly retryAfterMs: number | null;
  /** The address asked, without its query and credentials, as SPEC 9 wants addresses in logs. */
  readonly url: string;

  constructor(o: {
    kind: DockerHubErrorKind;
    message: string;
    url: string;
    status?: number | null;
    retryAfterMs?: number | null;
    cause?: unknown;
  }) {
    super(o.message, o.cause === undefined ? undefined : { cause: o.cause });
    this.kind = o.kind;
    this.status = o.status ?? null;
    this.retryAfterMs = o.retryAfterMs ?? null;
    this.url = redactUrl(o.url);
  }
}

/** Origin and path only. Text that is no address at all comes from outside, so nothing of it is repeated. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(not an address)';
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
