import { live } from '../live-state.js';
import { t } from '../messages/en.js';
import { useStore } from '../store.js';

/** How many came in since the list was read. `missed`: what the numbers say of it. */
export function useFresh(missed: number): number {
  // Not what else it holds: the time of the last event would draw the inbox once a second.
  const { newCount, state } = useStore(live, (a, b) => a.newCount === b.newCount && a.state === b.state);
  // Without a stream nobody says what is new; the numbers do.
  const isDeaf = state === 'paused' || state === 'polling';
  return Math.max(newCount, isDeaf ? missed : 0);
}

/** So many came in; a click, or its key, shows them. */
export function NewPill({ fresh, onMerge }: { fresh: number; onMerge(): void }) {
  if (fresh === 0) return null;
  return (
    <button type="button" className="pill" onClick={onMerge}>
      {t.inbox.newRequests(fresh)}
      <kbd>.</kbd>
      <span className="sr">{t.inbox.showNew}</span>
    </button>
  );
}
