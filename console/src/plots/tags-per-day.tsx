import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client.js';
import { dayOf, number } from '../intl.js';
import { t } from '../messages/en.js';

interface Day {
  day?: string;
  date?: string;
  opened: number;
  approved: number;
  rejected: number;
  repushed: number;
}

const DAYS = 90;
const HEIGHT = 72;
const STEP = 8;

/** Ninety days as stacked bars: opened, approved, rejected; re-pushes as marks above. */
export default function TagsPerDay({ imageId }: { imageId?: number }) {
  const query = useQuery({
    queryKey: ['stats', 'tags', imageId ?? 0],
    queryFn: async ({ signal }) => {
      const answer = await call<Record<string, unknown>>('get', '/stats/tags', {
        query: { days: DAYS, image_id: imageId },
        signal,
      });
      return Object.values(answer).find((value): value is Day[] => Array.isArray(value)) ?? [];
    },
  });
  const [at, setAt] = useState<number | null>(null);
  const [isTable, setIsTable] = useState(false);
  const days = query.data ?? [];
  if (days.length === 0) return null;
  const most = Math.max(1, ...days.map((one) => one.opened + one.approved + one.rejected));
  const sum = (name: 'opened' | 'approved' | 'rejected'): number =>
    days.reduce((all, one) => all + one[name], 0);
  const summary = t.plot.daysSummary(days.length, sum('opened'), sum('approved'), sum('rejected'));
  const nameOf = (one: Day): string => dayOf(one.day ?? one.date ?? '');
  const read = at === null ? undefined : days[at];
  const width = days.length * STEP;
  return (
    <>
      {isTable ? (
        <div className="table-scroll">
          <table className="plain-table">
            <thead>
              <tr>
                {[t.plot.day, t.plot.opened, t.status.approved, t.status.rejected].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days
                .filter((one) => one.opened + one.approved + one.rejected > 0)
                .map((one) => (
                  <tr key={nameOf(one)}>
                    <td>{nameOf(one)}</td>
                    <td>{number(one.opened)}</td>
                    <td>{number(one.approved)}</td>
                    <td>{number(one.rejected)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      ) : (
        <svg
          className="plot plot-days"
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${t.monitor.tagsPerDay}. ${summary}`}
          tabIndex={0}
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setAt(
              Math.max(
                0,
                Math.min(days.length - 1, Math.floor(((event.clientX - box.left) / box.width) * days.length)),
              ),
            );
          }}
          onPointerLeave={() => setAt(null)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
            event.preventDefault();
            event.stopPropagation();
            const step = event.key === 'ArrowLeft' ? -1 : 1;
            setAt((before) => Math.max(0, Math.min(days.length - 1, (before ?? days.length) + step)));
          }}
        >
          {days.map((one, i) => {
            let top = HEIGHT;
            return (['approved', 'rejected', 'opened'] as const).map((name) => {
              const height = (one[name] / most) * (HEIGHT - 8);
              top -= height;
              return height > 0 ? (
                <rect
                  key={`${i}${name}`}
                  className={`plot-${name}`}
                  x={i * STEP + 1}
                  width={STEP - 2}
                  y={top}
                  height={height}
                />
              ) : null;
            });
          })}
          {days.map((one, i) =>
            one.repushed > 0 ? (
              <rect
                key={`r${i}`}
                className="plot-repush"
                x={i * STEP + 2}
                width={STEP - 4}
                y={0}
                height={3}
              />
            ) : null,
          )}
          <line className="plot-base" x1={0} x2={width} y1={HEIGHT} y2={HEIGHT} />
        </svg>
      )}
      <p className="plot-legend dim" aria-live="polite">
        {read ? (
          `${nameOf(read)}: ${t.plot.daysSummary(1, read.opened, read.approved, read.rejected)}`
        ) : (
          <>
            <span className="dot dot-opened" /> {t.plot.opened} <span className="dot dot-ok" />{' '}
            {t.status.approved} <span className="dot dot-danger" /> {t.status.rejected}{' '}
            <span className="dot dot-repush" /> {t.kind.repush}
          </>
        )}
        <button
          type="button"
          className="link plot-table"
          aria-pressed={isTable}
          onClick={() => setIsTable(!isTable)}
        >
          {t.detail.showTable}
        </button>
      </p>
    </>
  );
}
