import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { apiFilter, writeFilter, type InboxFilter } from '../filters.js';
import { number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Plot } from './plot.js';

type Answer = components['schemas']['FacetsAnswer'];

const HEIGHT = 56;
/** As the facets count them, oldest first, with the filter in days that keeps each. */
const AGES = [
  { name: 'over_14d', olderThan: 14, newerThan: null },
  { name: '7d_to_14d', olderThan: 7, newerThan: 14 },
  { name: '1d_to_7d', olderThan: 1, newerThan: 7 },
  { name: 'under_1d', olderThan: null, newerThan: 1 },
] as const;

/** How long what is shown has waited; a click keeps one age. */
export default function WaitingByAge(props: {
  filter: InboxFilter;
  onChange(next: Partial<InboxFilter>): void;
}) {
  const filter: InboxFilter = { ...props.filter, olderThan: null, newerThan: null };
  const query = useQuery<Partial<Record<string, number>>>({
    queryKey: ['inbox', writeFilter({ ...filter, by: 'line', sort: 'group' }), 'ages'],
    placeholderData: (before) => before,
    queryFn: async ({ signal }) =>
      (
        await call<Answer>('get', '/images/approval-requests/facets', {
          query: apiFilter(filter, Date.now()),
          signal,
        })
      ).facets.age,
  });
  const counts = AGES.map(({ name }) => query.data?.[name] ?? 0);
  const most = Math.max(1, ...counts);
  const nameOf = (i: number): string => t.plot.ages[AGES[i]?.name ?? 'under_1d'];
  const chosen = AGES.findIndex(
    (age) => age.olderThan === props.filter.olderThan && age.newerThan === props.filter.newerThan,
  );
  return (
    <Plot
      title={t.plot.byAge}
      summary={t.plot.ageSummary(AGES.map((_, i) => t.plot.value(nameOf(i), number(counts[i] ?? 0))))}
      height={HEIGHT}
      at={AGES.map((_, i) => (i + 0.5) / AGES.length)}
      textOf={(i) => t.plot.value(nameOf(i), number(counts[i] ?? 0))}
      head={[t.inbox.age, t.images.pending]}
      rows={AGES.map((_, i) => [nameOf(i), number(counts[i] ?? 0)])}
      legend={t.plot.ageHint}
      onPick={(i) => {
        const age = AGES[i];
        if (!age) return;
        props.onChange(
          i === chosen
            ? { olderThan: null, newerThan: null }
            : { olderThan: age.olderThan, newerThan: age.newerThan },
        );
      }}
    >
      {(width) => {
        const step = width / AGES.length;
        return counts.map((count, i) => {
          const height = (count / most) * (HEIGHT - 34);
          return (
            <g key={AGES[i]?.name}>
              <rect
                className={i === chosen ? 'plot-chosen' : 'plot-opened'}
                x={i * step + 4}
                width={step - 8}
                y={HEIGHT - 18 - height}
                height={Math.max(height, count > 0 ? 2 : 0)}
              />
              <text className="plot-text plot-middle" x={(i + 0.5) * step} y={HEIGHT - 22 - height}>
                {number(count)}
              </text>
              <text className="plot-text plot-middle" x={(i + 0.5) * step} y={HEIGHT - 3}>
                {nameOf(i)}
              </text>
            </g>
          );
        });
      }}
    </Plot>
  );
}
