import type { components } from '../api/schema.js';
import { clock, number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Plot } from './plot.js';

type Answer = components['schemas']['BudgetStatsAnswer'];

const HEIGHT = 84;

/** Minute by minute what was used against the ceiling, the checks that waited as a line, pauses shaded. */
export default function Budget({ minutes }: { minutes: Answer['minutes'] }) {
  if (minutes.length < 2) return <p className="dim">{t.plot.noBudget}</p>;
  const most = Math.max(1, ...minutes.map((one) => Math.max(one.limit, one.used ?? 0, one.waiting)));
  const y = (value: number): number => HEIGHT - (value / most) * (HEIGHT - 6);
  const used = (value: number | null): string => (value === null ? '–' : number(value));
  return (
    <Plot
      title={t.monitor.lastHour}
      summary={t.plot.budgetSummary(
        Math.max(...minutes.map((one) => one.used ?? 0)),
        Math.max(...minutes.map((one) => one.limit)),
      )}
      height={HEIGHT}
      head={[t.plot.minute, t.monitor.used, t.plot.ceiling, t.monitor.waiting, t.plot.paused]}
      rows={minutes.map((one) => [
        clock(one.minute),
        used(one.used),
        number(one.limit),
        number(one.waiting),
        one.paused ? t.images.yes : t.images.no,
      ])}
      legend={[
        ['dot dot-opened', t.monitor.used],
        ['stroke stroke-ceiling', t.plot.ceiling],
        ['stroke stroke-waiting', t.monitor.waiting],
        ['dot dot-paused', t.plot.paused],
      ]}
    >
      {(width) => {
        const step = width / minutes.length;
        const line = (name: 'limit' | 'waiting'): string =>
          minutes.map((one, i) => `${i ? 'L' : 'M'}${i * step} ${y(one[name])}h${step}`).join('');
        return (
          <>
            {minutes.map((one, i) => (
              <g key={one.minute}>
                {one.paused ? (
                  <rect className="plot-paused" x={i * step} width={step} height={HEIGHT} />
                ) : null}
                <rect
                  className="plot-opened"
                  x={(i + 0.1) * step}
                  width={step * 0.8}
                  y={y(one.used ?? 0)}
                  height={HEIGHT - y(one.used ?? 0)}
                />
              </g>
            ))}
            <path className="plot-ceiling" d={line('limit')} />
            <path className="plot-waiting" d={line('waiting')} />
            <line className="plot-base" x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          </>
        );
      }}
    </Plot>
  );
}
