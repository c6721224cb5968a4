/** Values that a log line carries beside its sentence; `null` and `undefined` are left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * A sentence that stands alone, and the same values as fields: a text logger prints the sentence, a JSON logger both.
 *
 * An object rather than a second argument, since Nest's own logger, which a host platform may use, prints every
 * further argument as a line of its own.
 */
export class LogLine {
  constructor(
    readonly message: string,
    readonly fields: LogFields = {},
  ) {}

  toString(): string {
    return this.message;
  }

  toJSON(): Record<string, unknown> {
    return { message: this.message, ...this.fields };
  }
}
