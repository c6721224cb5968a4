import type { Group, Row } from '../api/types.js';
import { fitting } from './first-rows.js';

export type GroupRows = readonly Row[] | 'loading' | 'failed';

/** Reads one page of the requests of these groups. */
export type ReadRows = (
  groups: readonly string[],
  cursor: string | null,
  signal: AbortSignal,
) => Promise<{ rows: Row[]; next: string | null }>;

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

  /** Whether none were read yet. */
  get isEmpty(): boolean {
    return this.rows.size === 0;
  }

  /** Rows that came with their groups. Nobody is told: who shows the groups shows them along. */
  fill(found: ReadonlyMap<string, readonly Row[]>): void {
    for (const [key, rows] of found) this.keep(key, rows);
    this.changes++;
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

  /** Ids that are shown near the reader and that the service does not list there any longer. */
  async left(): Promise<number[]> {
    const keys = fitting(this.wanted.filter(({ key }) => this.rows.has(key)));
    if (keys.length === 0) return [];
    const { rows } = await this.read(keys, null, new AbortController().signal);
    const listed = new Set(rows.map((row) => row.id));
    return keys.flatMap((key) => this.rows.get(key) ?? []).flatMap(({ id }) => (listed.has(id) ? [] : [id]));
  }

  close(): void {
    this.wanted = [];
    this.reading?.abort();
  }

  /**
   * A decision can move requests into another line. A row is shown once: where it stands already, since nothing moves by
   * itself, until that line is read again.
   */
  private keep(key: string, rows: readonly Row[]): void {
    const ids = new Set(rows.map((row) => row.id));
    const elsewhere = new Set<number>();
    for (const [other, held] of this.rows) {
      if (other === key || !held.some((row) => ids.has(row.id))) continue;
      if (this.stale.has(other))
        this.rows.set(
          other,
          held.filter((row) => !ids.has(row.id)),
        );
      else for (const row of held) elsewhere.add(row.id);
    }
    this.rows.set(
      key,
      rows.filter((row) => !elsewhere.has(row.id)),
    );
    this.stale.delete(key);
  }

  private nextBatch(): string[] {
    const isRead = (key: string): boolean => this.rows.has(key) && !this.stale.has(key);
    return fitting(this.wanted.filter(({ key }) => !isRead(key) && !this.failed.has(key)));
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
      for (const [key, rows] of found) this.keep(key, rows);
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
