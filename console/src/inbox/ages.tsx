import { lazy, Suspense } from 'react';
import type { InboxFilter } from '../filters.js';
import { t } from '../messages/en-screens.js';
import { agesShown } from '../preferences.js';
import { useStore } from '../store.js';

const WaitingByAge = lazy(() => import('../plots/waiting-by-age.js'));

/** How long things have waited; folded away until it is wanted in the menu of filters. */
export default function Ages(props: { filter: InboxFilter; onChange(next: Partial<InboxFilter>): void }) {
  const isOpen = useStore(agesShown);
  if (!isOpen) return null;
  return (
    <section className="ages" aria-label={t.plot.byAge}>
      <Suspense fallback={null}>
        <WaitingByAge {...props} />
      </Suspense>
    </section>
  );
}
