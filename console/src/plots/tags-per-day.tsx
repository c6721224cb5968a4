import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { calendarDay, number } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { Key, Plot } from './plot.js';

type Answer = components['schemas']['TagStatsAnswer'];
type Day = Answer['days'][number];

const DAYS = 90;
const HEIGHT = 72;
/** Room above the bars for the marks of re-pushes. */
const MARKS = 8;
const DAY_MS = 86_400_000;

/** Ninety days as stacked bars: approved, rejected, opened; re-pushes as marks above. A click opens the day's audit. */
export default function TagsPerDay({ imageId }: { imageId?: number }) {
  const [, navigate] = useLocation();
  const query = useQuery({
    queryKey: ['stats', 'tags', imageId ?? 0],
    queryFn: async ({ signal }) =>
      (
        await call<Answer>('get', '/stats/tags', {
          query: { days: DAYS, image_id: imageId },
          signal,
        })
      ).days,
  });
  const days = query.data ?? [];
  if (days.length === 0) return null;
  const sumOf = (day: Day): number => day.opened + day.approved + day.rejected;
  const most = Math.max(1, ...days.map(sumOf));
  const sum = (name: 'opened' | 'approved' | 'rejected'): number =>
    days.reduce((all, one) => all + one[name], 0);
  const open = (day: Day): void => {
    const since = new Date(`${day.day}T00:00:00Z`);
    const params = new URLSearchParams({
      ...(imageId === undefined ? {} : { image_id: String(imageId) }),
      since: since.toISOString(),
      until: new Date(since.getTime() + DAY_MS).toISOString(),
    });
    navigate(`/audit?${params}`);
  };
  return (
    <Plot
      title={t.monitor.tagsPerDay}
      summary={t.plot.daysSummary(days.length, sum('opened'), sum('approved'), sum('rejected'))}
      height={HEIGHT}
      at={days.map((_, i) => (i + 0.5) / days.length)}
      textOf={(i) => {
        const day = days[i];
        return day
          ? t.plot.dayText(calendarDay(day.day), day.opened, day.approved, day.rejected, day.repushed)
          : '';
      }}
      head={[t.plot.day, t.plot.opened, t.status.approved, t.status.rejected, t.kind.repush]}
      rows={days
        .filter((day) => sumOf(day) > 0)
        .map((day) => [
          calendarDay(day.day),
          ...[day.opened, day.approved, day.rejected, day.repushed].map((one) => number(one)),
        ])}
      legend={
        <>
          <Key sign="dot dot-opened">{t.plot.opened}</Key>
          <Key sign="dot dot-ok">{t.status.approved}</Key>
          <Key sign="dot dot-danger">{t.status.rejected}</Key>
          <Key sign="dot dot-repush">{t.kind.repush}</Key>
        </>
      }
      onPick={(i) => days[i] && open(days[i])}
    >
      {(width) => {
        const step = width / days.length;
        return (
          <>
            {days.map((day, i) => {
              let top = HEIGHT;
              const bars = (['approved', 'rejected', 'opened'] as const).map((name) => {
                const height = (day[name] / most) * (HEIGHT - MARKS);
                top -= height;
                return height > 0 ? (
                  <rect
                    key={name}
                    className={`plot-${name}`}
                    x={i * step + step * 0.1}
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
