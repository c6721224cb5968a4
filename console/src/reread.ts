import { queryClient } from './queries.js';
import { doSoon } from './soon.js';

type Part = readonly string[];
/**
 * Names queries whose answers may be old. Those that are on the screen are read again one after the other, one a second
 * at most; all others are read when they are shown. `['inbox', 'facets']` are the keys that have both words.
 */
export function rereadSoon(...parts: readonly Part[]): void {
  for (const part of parts) doSoon(part.join(' '), () => reread(part));
}

function reread([first, ...others]: Part): boolean {
  const isMeant = (key: readonly unknown[]): boolean =>
    key[0] === first && others.every((word) => key.includes(word));
  const wanted = { predicate: (query: { queryKey: readonly unknown[] }) => isMeant(query.queryKey) };
  void queryClient.invalidateQueries({ ...wanted, refetchType: 'none' });
  const shown = queryClient.getQueryCache().findAll({ ...wanted, type: 'active' });
  const [now, ...later] = shown;
  if (!now) return false;
  void queryClient.refetchQueries({ queryKey: now.queryKey, exact: true });
  for (const { queryKey, queryHash } of later)
    doSoon(queryHash, () => {
      const isShown = queryClient.getQueryCache().find({ queryKey, exact: true })?.isActive() === true;
      if (isShown) void queryClient.refetchQueries({ queryKey, exact: true });
      return isShown;
    });
  return true;
}
