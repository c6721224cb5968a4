/** What is selected: rows by id, or everything that the filter matches. */
export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly isAllMatching: boolean;
  /** The row where a range begins. */
  readonly anchor: number | null;
  /** What the range holds that is being drawn: drawn back, it gives these up again. */
  readonly range: readonly number[];
}

export type SelectionEvent =
  | { type: 'toggle'; ids: readonly number[] }
  | { type: 'set'; ids: readonly number[]; isOn: boolean }
  /** These and no others, by name: of all that match, or what a bulk decision has refused. */
  | { type: 'name'; ids: readonly number[] }
  /** From the anchor to another row: `ids` is all between them. */
  | { type: 'range'; anchor: number; ids: readonly number[] }
  | { type: 'all-matching' }
  | { type: 'left'; ids: readonly number[] }
  | { type: 'restore'; selection: Selection }
  | { type: 'clear' };

export const NOTHING: Selection = { ids: new Set(), isAllMatching: false, anchor: null, range: [] };

/** Rows that left are dropped and nothing else is ever added by itself. */
export function reduceSelection(state: Selection, event: SelectionEvent): Selection {
  switch (event.type) {
    case 'toggle': {
      const isOn = event.ids.every((id) => state.ids.has(id));
      return withIds(state, event.ids, !isOn, event.ids[0] ?? null);
    }
    case 'set':
      return withIds(state, event.ids, event.isOn, event.ids[0] ?? null);
    case 'name':
      return { ...NOTHING, ids: new Set(event.ids) };
    case 'range': {
      const isSame = state.anchor === event.anchor;
      const ids = new Set(state.ids);
      if (isSame) for (const id of state.range) ids.delete(id);
      for (const id of event.ids) ids.add(id);
      return { ids, isAllMatching: false, anchor: event.anchor, range: event.ids };
    }
    case 'all-matching':
      return { ...state, isAllMatching: true };
    case 'left': {
      if (!event.ids.some((id) => state.ids.has(id))) return state;
      return { ...withIds(state, event.ids, false, null), isAllMatching: state.isAllMatching };
    }
    case 'restore':
      return event.selection;
    case 'clear':
      return state.ids.size === 0 && !state.isAllMatching ? state : NOTHING;
  }
}

function withIds(state: Selection, ids: readonly number[], isOn: boolean, anchor: number | null): Selection {
  const next = new Set(state.ids);
  for (const id of ids) {
    if (isOn) next.add(id);
    else next.delete(id);
  }
  return { ids: next, isAllMatching: isOn ? state.isAllMatching : false, anchor, range: [] };
}
