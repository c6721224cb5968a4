import { useSyncExternalStore } from 'react';

const wide = matchMedia('(min-width: 960px)');
const narrow = matchMedia('(max-width: 719.98px)');

const subscribe = (listener: () => void): (() => void) => {
  wide.addEventListener('change', listener);
  narrow.addEventListener('change', listener);
  return () => {
    wide.removeEventListener('change', listener);
    narrow.removeEventListener('change', listener);
  };
};

/** From 960 px the detail stands beside the list; under 720 px rows have two lines. */
export function useWidth(): { isWide: boolean; isNarrow: boolean } {
  const isWide = useSyncExternalStore(subscribe, () => wide.matches);
  const isNarrow = useSyncExternalStore(subscribe, () => narrow.matches);
  return { isWide, isNarrow };
}
