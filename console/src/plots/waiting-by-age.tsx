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
  const bars = AGES.map((age) => ({
    ...age,
    label: t.plot.ages[age.name],
    count: query.data?.[age.name] ?? 0,
    isChosen: age.olderThan === props.filter.olderThan && age.newerThan === props.filter.newerThan,
  }));
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const rows = bars.map((bar) => [bar.label, number(bar.count)] as const);
  return (
    <Plot
      title={t.plot.byAge}
      summary={t.plot.ageSummary(rows.map(([label, count]) => t.plot.value(label, count)))}
      height={HEIGHT}
      head={[t.inbox.age, t.images.pending]}
      rows={rows}
      legend={[[null, t.plot.ageHint]]}
      onPick={(i) => {
        const bar = bars[i];
        if (!bar) return;
        const { olderThan, newerThan, isChosen } = bar;
        props.onChange(isChosen ? { olderThan: null, newerThan: null } : { olderThan, newerThan });
      }}
    >
      {(width) => {
        const step = width / bars.length;
        return bars.map(({ name, label, count, isChosen }, i) => {
          const height = (count / most) * (HEIGHT - 34);
          return (
            <g key={name}>
              <rect
                className={isChosen ? 'plot-chosen' : 'plot-opened'}
                x={i * step + 4}
                width={step - 8}
                y={HEIGHT - 18 - height}
                height={height}
              />
              <text className="plot-text plot-middle" x={(i + 0.5) * step} y={HEIGHT - 22 - height}>
                {number(count)}
              </text>
              <text className="plot-text plot-middle" x={(i + 0.5) * step} y={HEIGHT - 3}>
                {label}
              </text>
            </g>
          );
        });
      }}
    </Plot>
  );
}
