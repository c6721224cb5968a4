/**
 * Why a request was turned down, by what the caller can do about it.
 *
 * `invalid`: mend the request (400). `not_found`: the thing is not there (404). `conflict`: the state is another one
 * by now (409). `forbidden` (403), `unauthenticated` (401), `too_many` (429) and `unavailable` (503): as in HTTP.
 */
export type RefusalKind =
  'invalid' | 'not_found' | 'conflict' | 'forbidden' | 'unauthenticated' | 'too_many' | 'unavailable';

/** One bad field of a request: where (`images[0].tag`), and what it takes. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * An answer of "no" that is not a bug. Mapped to a problem document in one place (`http/`).
 *
 * `code` is stable and for programs (`already_decided`), the message is for people, `details` stand beside them in
 * the document (`current`, `reason`, `action_required`).
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;
  readonly code: string;
  readonly fields: readonly FieldError[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    kind: RefusalKind,
    code: string,
    message: string,
    extra: { fields?: readonly FieldError[]; details?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.fields = extra.fields ?? [];
    this.details = extra.details ?? {};
  }
}

/** A refusal of one field's value. */
export function invalidField(field: string, message: string): Refusal {
  return new Refusal('invalid', 'invalid_request', `${field}: ${message}`, { fields: [{ field, message }] });
}
