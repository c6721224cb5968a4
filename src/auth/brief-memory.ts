/** As soon as this a token made or revoked on the command line counts in a running service. */
const LIFETIME_MS = 1_000;

/** Beyond this many the oldest is forgotten; it is then only asked for again. */
const MAX_ENTRIES = 1_000;

/**
 * Remembers answers of the database for a second, so that a thousand requests of one caller ask once; requests at the
 * same moment share the question. A failure is not remembered.
 */
export class BriefMemory<Value> {
  private readonly entries = new Map<string, { answer: Promise<Value>; until: number }>();

  recall(key: string, ask: () => Promise<Value>): Promise<Value> {
    const known = this.entries.get(key);
    if (known && known.until > performance.now()) return known.answer;
    const answer = ask();
    this.entries.delete(key);
    this.entries.set(key, { answer, until: performance.now() + LIFETIME_MS });
    if (this.entries.size > MAX_ENTRIES) this.entries.delete(this.entries.keys().next().value ?? '');
    answer.catch(() => {
      if (this.entries.get(key)?.answer === answer) this.entries.delete(key);
    });
    return answer;
  }

  forget(key: string): void {
    this.entries.delete(key);
  }
}
