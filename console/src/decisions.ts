/**
 * What this page has decided, laid over what the server has answered. A row that was decided here is not shown again
 * by an answer that was under way; only its return (refused, or undone) brings it back.
 */
export type DecisionState = 'sent' | 'decided' | 'elsewhere';

export interface Overlay {
  /** Rows that are gone from the list: decided here, or closed by what was decided here. */
  readonly gone: ReadonlyMap<number, DecisionState>;
  /** Rows that came back refused, with why. */
  readonly returned: ReadonlyMap<number, string>;
  /** Rows that somebody else decided: they stay, dimmed, until the next merge. */
  readonly dimmed: ReadonlyMap<number, string>;
}

export type DecisionEvent =
  | { type: 'sent'; ids: readonly number[] }
  | { type: 'decided'; ids: readonly number[] }
  | { type: 'refused'; ids: readonly number[]; why: string }
  | { type: 'reopened'; ids: readonly number[] }
  | { type: 'elsewhere'; ids: readonly number[]; how: string }
  | { type: 'merged' };

export const UNTOUCHED: Overlay = { gone: new Map(), returned: new Map(), dimmed: new Map() };

export function reduceDecisions(state: Overlay, event: DecisionEvent): Overlay {
  const gone = new Map(state.gone);
  const returned = new Map(state.returned);
  const dimmed = new Map(state.dimmed);
  switch (event.type) {
    case 'sent':
      for (const id of event.ids) {
        if (gone.get(id) !== 'decided') gone.set(id, 'sent');
        returned.delete(id);
        dimmed.delete(id);
      }
      break;
    case 'decided':
      for (const id of event.ids) {
        gone.set(id, 'decided');
        returned.delete(id);
        dimmed.delete(id);
      }
      break;
    case 'refused':
      for (const id of event.ids) {
        // A refusal that arrives after the decision did is about another attempt.
        if (gone.get(id) === 'decided') continue;
        gone.delete(id);
        returned.set(id, event.why);
      }
      break;
    case 'reopened':
      for (const id of event.ids) {
        gone.delete(id);
        returned.delete(id);
        dimmed.delete(id);
      }
      break;
    case 'elsewhere':
      for (const id of event.ids) if (!gone.has(id)) dimmed.set(id, event.how);
      break;
    case 'merged':
      return { gone, returned: new Map(), dimmed: new Map() };
  }
  return { gone, returned, dimmed };
}

/** Whether the list is the same under both. That a decision which was sent has arrived shows nothing new. */
export function looksSame(a: Overlay, b: Overlay): boolean {
  return (
    isSame(a.gone, b.gone, () => true) &&
    isSame(a.returned, b.returned, Object.is) &&
    isSame(a.dimmed, b.dimmed, Object.is)
  );
}

function isSame<Value>(
  a: ReadonlyMap<number, Value>,
  b: ReadonlyMap<number, Value>,
  isSameValue: (a: Value | undefined, b: Value | undefined) => boolean,
): boolean {
  if (a === b) return true;
  return a.size === b.size && [...a].every(([id, value]) => b.has(id) && isSameValue(value, b.get(id)));
}

/** How many of a total are still waiting: never negative, whatever came in which order. */
export function stillWaiting(total: number, counted: readonly number[], overlay: Overlay): number {
  return Math.max(0, total - counted.filter((id) => overlay.gone.has(id)).length);
}
