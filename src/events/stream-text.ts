import type { Signal } from './domain-events.js';
import { MAX_IDS, type LogRow } from './event-log.sql.js';

/** One server-sent event. */
export function sse(id: number, name: string, data: Readonly<Record<string, unknown>>): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What was merged under one name. */
interface Merged {
  readonly name: string;
  readonly ids: Set<number>;
  total: number;
  isMany: boolean;
  readonly first: number;
  last: number;
}

/**
 * Rows as server-sent events, one for each name, in the order of their last rows.
 *
 * The id of a message says how far a reader is who got it: to the last row before those of the messages that still
 * follow. So one who is cut off in between reads some again, and misses none. `before` is how far he was.
 */
export function textOfRows(rows: readonly LogRow[], before: number): string {
  const byName = new Map<string, Merged>();
  for (const row of rows) {
    const merged = byName.get(row.name) ?? {
      name: row.name,
      ids: new Set<number>(),
      total: 0,
      isMany: false,
      first: row.eventId,
      last: row.eventId,
    };
    byName.set(row.name, merged);
    for (const id of row.ids) merged.ids.add(id);
    merged.isMany ||= row.ids.length === 0;
    merged.total += row.total;
    merged.last = row.eventId;
  }
  const messages = [...byName.values()].sort((a, b) => a.last - b.last);
  return messages
    .map((message, index) => {
      const nextOpen = Math.min(...messages.slice(index + 1).map(({ first }) => first), Infinity);
      const reached = rows.findLast(({ eventId }) => eventId < nextOpen)?.eventId ?? before;
      return sse(reached, message.name, idsOf(message));
    })
    .join('');
}

/** What happens in this process alone, merged; it moves nobody forward. */
export function textOfSignals(signals: readonly Signal[], at: number): string {
  const byName = new Map<string, Set<number>>();
  let pausedMs: number | null = null;
  for (const signal of signals) {
    if (signal.name === 'budget.paused') pausedMs = signal.wait_ms;
    if (signal.name !== 'check.started' && signal.name !== 'check.finished') continue;
    byName.set(signal.name, (byName.get(signal.name) ?? new Set<number>()).add(signal.image_id));
  }
  const texts = [...byName].map(([name, ids]) =>
    sse(at, name, idsOf({ ids, total: ids.size, isMany: false })),
  );
  if (pausedMs !== null) texts.push(sse(at, 'budget.paused', { wait_ms: pausedMs }));
  return texts.join('');
}

function idsOf({ ids, total, isMany }: Pick<Merged, 'ids' | 'total' | 'isMany'>): Record<string, unknown> {
  return isMany || ids.size > MAX_IDS ? { many: true, count: isMany ? total : ids.size } : { ids: [...ids] };
}
