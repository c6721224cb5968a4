import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { clock, number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Key, Plot } from './plot.js';

type Answer = components['schemas']['BudgetStatsAnswer'];

const MINUTES = 60;
const HEIGHT = 84;

/** An hour, minute by minute: what was used against the ceiling, the checks that waited as a line, pauses shaded. */
export default function Budget() {
  const query = useQuery({
    queryKey: ['stats', 'budget'],
    refetchInterval: 60_000,
    queryFn: async ({ signal }) =>
      (await call<Answer>('get', '/stats/budget', { query: { minutes: MINUTES }, signal })).minutes,
  });
  const minutes = query.data ?? [];
  if (minutes.length < 2) return <p className="dim">{t.plot.noBudget}</p>;
  const most = Math.max(1, ...minutes.map((one) => Math.max(one.limit, one.used ?? 0, one.waiting)));
  const y = (value: number): number => HEIGHT - (value / most) * (HEIGHT - 6);
  const peak = minutes.reduce((best, one) => ((one.used ?? 0) > (best.used ?? 0) ? one : best));
  const used = (value: number | null): string => (value === null ? '–' : number(value));
  return (
    <Plot
      title={t.monitor.lastHour}
      summary={t.plot.budgetSummary(peak.used ?? 0, peak.limit)}
      height={HEIGHT}
      at={minutes.map((_, i) => (i + 0.5) / minutes.length)}
      textOf={(i) => {
        const one = minutes[i];
        return one
          ? t.plot.budgetText(clock(one.minute), used(one.used), number(one.limit), one.waiting, one.paused)
          : '';
      }}
      head={[t.plot.minute, t.monitor.used, t.plot.ceiling, t.monitor.waiting, t.plot.paused]}
      rows={minutes.map((one) => [
        clock(one.minute),
        used(one.used),
        number(one.limit),
        number(one.waiting),
        one.paused ? t.images.yes : t.images.no,
      ])}
      legend={
        <>
          <Key sign="dot dot-opened">{t.monitor.used}</Key>
          <Key sign="stroke stroke-ceiling">{t.plot.ceiling}</Key>
          <Key sign="stroke stroke-waiting">{t.monitor.waiting}</Key>
          <Key sign="dot dot-paused">{t.plot.paused}</Key>
        </>
      }
    >
      {(width) => {
        const step = width / minutes.length;
        const line = (value: (one: (typeof minutes)[number]) => number): string =>
          minutes
            .map(
              (one, i) =>
                `${i === 0 ? 'M' : 'L'}${(i * step).toFixed(1)} ${y(value(one)).toFixed(1)}H${((i + 1) * step).toFixed(1)}`,
            )
            .join('');
        return (
          <>
            {minutes.map((one, i) => (
              <g key={one.minute}>
                {one.paused ? (
                  <rect className="plot-paused" x={i * step} width={step} y={0} height={HEIGHT} />
                ) : null}
                {one.used ? (
                  <rect
                    className="plot-opened"
                    x={i * step + step * 0.1}
                    width={step * 0.8}
                    y={y(one.used)}
                    height={HEIGHT - y(one.used)}
                  />
                ) : null}
              </g>
            ))}
            <path className="plot-ceiling" d={line((one) => one.limit)} />
            <path className="plot-waiting" d={line((one) => one.waiting)} />
            <line className="plot-base" x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          </>
        );
      }}
    </Plot>
  );
}
