import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call } from '../api/client.js';
import { routes } from '../api/routes.js';
import { size } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';

interface Point {
  tag: string;
  digest: string | null;
  pushed_at: string | null;
  size_bytes: number | null;
  state: string;
}

const WIDTH = 356;
const HEIGHT = 64;
const PAD = 6;
const POINTS = 24;

/** Compressed size of the last tags of a line: the approved one as a ring, this request as a dot. */
export default function SizeOfLine(props: {
  imageId: number;
  line: string;
  variant: string | null;
  tag: string | null;
  digest: string | null;
  approved: string | null;
}) {
  const { imageId, line } = props;
  const query = useQuery({
    queryKey: ['size-history', imageId, line],
    enabled: routes.has('/images/{imageId}/size-history'),
    retry: false,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const answer = await call<Record<string, unknown>>('get', `/images/${imageId}/size-history`, {
        query: { line, limit: POINTS },
        signal,
      });
      return Object.values(answer).find((value): value is Point[] => Array.isArray(value)) ?? [];
    },
  });
  const [at, setAt] = useState<number | null>(null);
  const [isTable, setIsTable] = useState(false);
  const title = useId();
  const points = (query.data ?? [])
    .filter((point): point is Point & { size_bytes: number } => typeof point.size_bytes === 'number')
    .sort((a, b) => (a.pushed_at ?? '').localeCompare(b.pushed_at ?? ''))
    .slice(-POINTS);
  if (points.length < 2) return null;

  const sizes = points.map((point) => point.size_bytes);
  const high = Math.max(...sizes);
  const least = Math.min(...sizes);
  // From zero where that shows something; else the axis says where it starts.
  const low = least < high * 0.5 ? 0 : Math.max(0, least - (high - least || high * 0.1) * 0.5);
  const x = (i: number): number => PAD + (i / (points.length - 1)) * (WIDTH - 2 * PAD);
  const y = (bytes: number): number =>
    HEIGHT - PAD - ((bytes - low) / (high - low || 1)) * (HEIGHT - 2 * PAD);
  const path = points
    .map((point, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(point.size_bytes).toFixed(1)}`)
    .join('');
  const read = at === null ? null : points[at];
  const summary = t.plot.sizeSummary(points.length, size(least), size(high));
  return (
    <section>
      <h3 id={title}>{t.detail.sizeInLine}</h3>
      {isTable ? (
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t.images.tag}</th>
              <th scope="col" className="number">
                {t.images.size}
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.tag}>
                <td className="tag">{visible(point.tag)}</td>
                <td className="number">{size(point.size_bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <svg
          className="plot"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={`${t.detail.sizeInLine}. ${summary}`}
          tabIndex={0}
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            const part = (event.clientX - box.left) / box.width;
            setAt(Math.max(0, Math.min(points.length - 1, Math.round(part * (points.length - 1)))));
          }}
          onPointerLeave={() => setAt(null)}
          onBlur={() => setAt(null)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
            event.preventDefault();
            event.stopPropagation();
            const step = event.key === 'ArrowLeft' ? -1 : 1;
            setAt((before) => Math.max(0, Math.min(points.length - 1, (before ?? points.length) + step)));
          }}
        >
          <path className="plot-area" d={`${path}L${x(points.length - 1)} ${HEIGHT}L${x(0)} ${HEIGHT}Z`} />
          <path className="plot-line" d={path} />
          {points.map((point, i) =>
            point.tag === props.tag ? (
              <circle key={point.tag} className="plot-this" cx={x(i)} cy={y(point.size_bytes)} r={4} />
            ) : point.tag === props.approved ? (
              <circle key={point.tag} className="plot-approved" cx={x(i)} cy={y(point.size_bytes)} r={3.5} />
            ) : null,
          )}
          {at !== null && read ? (
            <line className="plot-cursor" x1={x(at)} x2={x(at)} y1={0} y2={HEIGHT} />
          ) : null}
        </svg>
      )}
      <p className="plot-legend dim" aria-live="polite">
        {read ? (
          t.plot.value(visible(read.tag), size(read.size_bytes))
        ) : (
          <>
            <span className="ring" /> {t.inbox.approved} <span className="dot dot-this" />{' '}
            {t.detail.thisRequest}
            {low > 0 ? <span className="axis"> {t.plot.axisFrom(size(low))}</span> : null}
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
    </section>
  );
}
