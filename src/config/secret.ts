import { inspect } from 'node:util';

const STARS = '*****';

/**
 * A value that must never reach a log, an answer or an error message. Everything that turns it into text (template,
 * JSON, `console.log`, an error's `cause`) gets stars; only `reveal()` gives it out, so that a search for that word
 * finds every place where it leaves.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, not earlier, and keep no copy. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return STARS;
  }

  toJSON(): string {
    return STARS;
  }

  [inspect.custom](): string {
    return STARS;
  }
}
