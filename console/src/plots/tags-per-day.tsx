import type { components } from '../api/schema.js';
import { calendarDay, number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Plot } from './plot.js';

type Answer = components['schemas']['TagStatsAnswer'];
type Day = Answer['days'][number];

const HEIGHT = 72;
/** Room above the bars for the marks of re-pushes. */
const MARKS = 8;
const BARS = ['approved', 'rejected', 'opened'] as const;

/** Days as stacked bars: approved, rejected, opened; re-pushes as marks above. A click opens the day. */
export default function TagsPerDay({ days, onOpen }: { days: readonly Day[]; onOpen(day: string): void }) {
  const sumOf = (day: Day): number => day.opened + day.approved + day.rejected;
  const most = Math.max(1, ...days.map(sumOf));
  const sum = (name: (typeof BARS)[number]): number => days.reduce((all, one) => all + one[name], 0);
  return (
    <Plot
      title={t.monitor.tagsPerDay}
      summary={t.plot.daysSummary(days.length, sum('opened'), sum('approved'), sum('rejected'))}
      height={HEIGHT}
      head={[t.plot.day, t.plot.opened, t.status.approved, t.status.rejected, t.kind.repush]}
      rows={days.map((day) => [
        calendarDay(day.day),
        ...[day.opened, day.approved, day.rejected, day.repushed].map(number),
      ])}
      legend={[
        ['dot dot-opened', t.plot.opened],
        ['dot dot-ok', t.status.approved],
        ['dot dot-danger', t.status.rejected],
        ['dot dot-repush', t.kind.repush],
      ]}
      onPick={(i) => days[i] && onOpen(days[i].day)}
    >
      {(width) => {
        const step = width / days.length;
        return (
          <>
            {days.map((day, i) => {
              let top = HEIGHT;
              const bars = BARS.map((name) => {
                const height = (day[name] / most) * (HEIGHT - MARKS);
                top -= height;
                return height > 0 ? (
                  <rect
                    key={name}
                    className={`plot-${name}`}
                    x={(i + 0.1) * step}
                    width={step * 0.8}
                    y={top}
                    height={height}
                  />
                ) : null;
              });
              return (
                <g key={day.day}>
                  {bars}
                  {day.repushed > 0 ? (
                    <path className="plot-repush" d={`M${(i + 0.5) * step} ${top - 7}l3.5 3-3.5 3-3.5-3z`} />
                  ) : null}
                </g>
              );
            })}
            <line className="plot-base" x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          </>
        );
      }}
    </Plot>
  );
}
