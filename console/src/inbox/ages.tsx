import type { InboxFilter } from '../filters.js';
import { t } from '../messages/en-screens.js';
import { WaitingByAge } from '../plots/lazy.js';

/** How long things have waited; folded away until it is wanted in the menu of filters. */
export default function Ages(props: { filter: InboxFilter; onChange(next: Partial<InboxFilter>): void }) {
  return (
    <section className="ages" aria-label={t.plot.byAge}>
      <WaitingByAge {...props} />
    </section>
  );
}
