import type { Group, Row } from '../api/types.js';

export type GroupRows = readonly Row[] | 'loading' | 'failed';

/** Reads one page of the requests of these groups. */
export type ReadRows = (
  groups: readonly string[],
  cursor: string | null,
  signal: AbortSignal,
) => Promise<{ rows: Row[]; next: string | null }>;

/** The API takes so many keys at once; and more requests than fit on a few screens would keep the first one waiting. */
const MOST_GROUPS = 50;
const MOST_ROWS = 500;

type Asked = Pick<Group, 'key' | 'total'>;

/**
 * The rows of groups, read as they come near: one answer for all that are missing, one question at a time, and of what
 * came into view in the meantime the newest wish. Rows that were read stay, so that scrolling back never shows a gap.
 */
export class RowsByGroup {
  private readonly rows = new Map<string, readonly Row[]>();
  private readonly failed = new Set<string>();
  /** Shown as they are, and read again when they are near. */
  private readonly stale = new Set<string>();
  private wanted: readonly Asked[] = [];
  private reading: AbortController | null = null;
  private changes = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly read: ReadRows,
    private readonly by: 'line' | 'image' | 'digest',
  ) {}

  /** Another number whenever a row is another one. */
  readonly version = (): number => this.changes;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  rowsOf(key: string): GroupRows {
    return this.rows.get(key) ?? (this.failed.has(key) ? 'failed' : 'loading');
  }

  want(groups: readonly Asked[]): void {
    this.wanted = groups;
    if (this.reading === null) void this.readWanted();
  }

  retry(): void {
    this.failed.clear();
    this.changed();
    this.want(this.wanted);
  }

  /** Everything may have changed: what is near is read again at once, the rest when it comes near. */
  refresh(): void {
    for (const key of this.rows.keys()) this.stale.add(key);
    this.failed.clear();
    this.reading?.abort();
    this.reading = null;
    this.want(this.wanted);
  }

  /** The row as it is now, in its place. */
  replace(row: Row): void {
    for (const [key, rows] of this.rows) {
      if (!rows.some((one) => one.id === row.id)) continue;
      this.rows.set(
        key,
        rows.map((one) => (one.id === row.id ? { ...row, line: one.line, variant: one.variant } : one)),
      );
      this.changed();
    }
  }

  close(): void {
    this.wanted = [];
    this.reading?.abort();
  }

  private nextBatch(): string[] {
    const batch: string[] = [];
    let sum = 0;
    for (const { key, total } of this.wanted) {
      const isRead = this.rows.has(key) && !this.stale.has(key);
      if (isRead || this.failed.has(key)) continue;
      sum += total;
      if (batch.length > 0 && (batch.length >= MOST_GROUPS || sum > MOST_ROWS)) break;
      batch.push(key);
    }
    return batch;
  }

  private async readWanted(): Promise<void> {
    const batch = this.nextBatch();
    if (batch.length === 0) return;
    const reading = new AbortController();
    this.reading = reading;
    try {
      const found = new Map<string, Row[]>(batch.map((key) => [key, []]));
      let cursor: string | null = null;
      do {
        const page: { rows: Row[]; next: string | null } = await this.read(batch, cursor, reading.signal);
        if (reading.signal.aborted) return;
        for (const row of page.rows) found.get(groupKeyOf(row, this.by))?.push(row);
        cursor = page.next;
      } while (cursor !== null);
      for (const [key, rows] of found) {
        this.rows.set(key, rows);
        this.stale.delete(key);
      }
    } catch {
      if (reading.signal.aborted) return;
      for (const key of batch) {
        this.stale.delete(key);
        if (!this.rows.has(key)) this.failed.add(key);
      }
    }
    this.reading = null;
    this.changed();
    void this.readWanted();
  }

  private changed(): void {
    this.changes++;
    for (const listener of this.listeners) listener();
  }
}

/** The key of a row's group, as `GET …/groups` writes it. */
export function groupKeyOf(
  row: Pick<Row, 'image_id' | 'image_name' | 'line' | 'digest'>,
  by: 'line' | 'image' | 'digest',
): string {
  const image = row.image_id === null ? `0/${encodeURIComponent(row.image_name)}` : `${row.image_id}`;
  if (by === 'image') return `image:${image}`;
  return `${by}:${image}:${(by === 'line' ? row.line : row.digest) ?? ''}`;
}
