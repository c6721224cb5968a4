import { live } from '../live-state.js';
import { t } from '../messages/en.js';
import { useStore } from '../store.js';

/** How many came in since the list was read; a click, or its key, shows them. `missed`: what the numbers say of it. */
export function NewPill({ missed, onMerge }: { missed: number; onMerge(): void }) {
  const { newCount, state } = useStore(live);
  // Without a stream nobody says what is new; the numbers do.
  const isDeaf = state === 'paused' || state === 'polling';
  const fresh = Math.max(newCount, isDeaf ? missed : 0);
  if (fresh <= 0) return null;
  return (
    <button type="button" className="pill" onClick={onMerge}>
      {t.inbox.newRequests(fresh)}
      <kbd>.</kbd>
      <span className="sr">{t.inbox.showNew}</span>
    </button>
  );
}
