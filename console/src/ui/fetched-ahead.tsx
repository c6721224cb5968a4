import { useSyncExternalStore, type ComponentType, type ReactNode } from 'react';

/**
 * A part of a screen that is fetched ahead and drawn at once when it is here. React's `lazy` shows its fallback first
 * even then, and keeps it for 300 ms, which is what the reader waits for.
 */
export function fetchedAhead<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  meanwhile: ReactNode,
): { Part: ComponentType<Props>; fetch(): void } {
  let Loaded: ComponentType<Props> | null = null;
  let isAsked = false;
  const listeners = new Set<() => void>();
  const fetch = (): void => {
    if (isAsked) return;
    isAsked = true;
    load().then(
      (file) => {
        Loaded = file.default;
        for (const listener of listeners) listener();
      },
      // Asked again by the next one who wants it.
      () => (isAsked = false),
    );
  };
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    fetch();
    return () => listeners.delete(listener);
  };
  function Part(props: Props) {
    const Here = useSyncExternalStore(subscribe, () => Loaded);
    return Here ? <Here {...props} /> : meanwhile;
  }
  return { Part, fetch };
}
