/** As often a statement is sent in full: what is asked once or twice is not worth a plan on every connection. */
const SENT_IN_FULL = 5;

/**
 * A plan takes tens of kilobytes on each connection. The service has some eighty statements; a list's text also depends
 * on its filters and its limit, and callers choose those.
 */
const MOST_PREPARED = 150;
/** As many texts are counted before the count begins anew. */
const MOST_COUNTED = 2_000;

/**
 * Names for the statements that come again and again, so that PostgreSQL parses and plans each once a connection
 * instead of every time: a third of the cost of a page of requests. As JDBC's driver does it (`prepareThreshold`).
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private uses = new Map<string, number>();

  /** The name to send this text under, the same for ever; undefined: not by name. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MOST_PREPARED) return known;
    const uses = (this.uses.get(text) ?? 0) + 1;
    if (uses <= SENT_IN_FULL) {
      if (this.uses.size >= MOST_COUNTED) this.uses = new Map();
      this.uses.set(text, uses);
      return undefined;
    }
    const name = `ims_${this.names.size + 1}`;
    this.names.set(text, name);
    this.uses.delete(text);
    return name;
  }
}
