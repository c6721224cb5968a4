import { useRef, useSyncExternalStore } from 'react';

/** A value of the page that outlives its components; reduced like React's own reducers. */
export interface Store<State, Event> {
  readonly get: () => State;
  readonly send: (event: Event) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createStore<State, Event>(
  initial: State,
  reduce: (state: State, event: Event) => State,
): Store<State, Event> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    send: (event) => {
      const next = reduce(state, event);
      if (next === state) return;
      state = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** `looksSame`: a state that looks as the one before draws nothing anew; the one before stands for it. */
export function useStore<State, Event>(
  store: Store<State, Event>,
  looksSame: (a: State, b: State) => boolean = Object.is,
): State {
  const shown = useRef(store.get());
  return useSyncExternalStore(store.subscribe, () => {
    const now = store.get();
    if (!looksSame(shown.current, now)) shown.current = now;
    return shown.current;
  });
}

/** A value remembered in this browser; private windows may refuse, and then it lasts as long as the page. */
export function remembered<T>(
  key: string,
  fallback: T,
  isValid: (value: unknown) => value is T,
): Store<T, T> {
  let initial = fallback;
  try {
    const text = localStorage.getItem(`image-monitor.${key}`);
    const value: unknown = text === null ? fallback : JSON.parse(text);
    if (isValid(value)) initial = value;
  } catch {
    // Unreadable: as if nothing were there.
  }
  const store = createStore<T, T>(initial, (_, value) => value);
  store.subscribe(() => {
    try {
      localStorage.setItem(`image-monitor.${key}`, JSON.stringify(store.get()));
    } catch {
      // Not kept.
    }
  });
  return store;
}
