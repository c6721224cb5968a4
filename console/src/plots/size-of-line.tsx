import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { dayOf, size } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { visible } from '../tag-difference.js';
import { Plot } from './plot.js';

type Answer = components['schemas']['SizeHistoryAnswer'];
type Point = Answer['size_history'][number];

const PAD = 7;

/** Compressed size of the last tags of a line: the approved one as a ring, this request as a dot. */
export default function SizeOfLine(props: {
  imageId: number;
  line: string;
  tag: string | null;
  approved: string | null;
  /** How many tags, at most. */
  most?: number;
  height?: number;
  /** What names it, where a heading does not. */
  heading?: string;
}) {
  const { imageId, line, tag, most = 24, height = 64, heading } = props;
  const title = heading ?? t.detail.sizeInLine;
  const query = useQuery({
    queryKey: ['size-history', imageId, line, most],
    retry: false,
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      (
        await call<Answer>('get', `/images/${imageId}/size-history`, {
          query: { line, limit: most },
          signal,
        })
      ).size_history,
  });
  const points = (query.data ?? [])
    .filter((point): point is Point & { size_bytes: number } => typeof point.size_bytes === 'number')
    .sort((a, b) => (a.pushed_at ?? '').localeCompare(b.pushed_at ?? ''));
  if (points.length < 2) return heading && query.isSuccess ? <p className="dim">{t.plot.tooFew}</p> : null;

  const sizes = points.map((point) => point.size_bytes);
  const high = Math.max(...sizes);
  const least = Math.min(...sizes);
  // From zero where that shows something; else the axis says where it starts.
  const low = least < high * 0.5 ? 0 : Math.max(0, least - (high - least || high * 0.1) * 0.5);
  const y = (bytes: number): number =>
    height - PAD - ((bytes - low) / (high - low || 1)) * (height - 2 * PAD);
  const place = (i: number): number => 0.02 + (i / (points.length - 1)) * 0.96;
  const dated = (point: Point): string => (point.pushed_at ? dayOf(point.pushed_at) : '–');
  const isApproved = (point: Point): boolean =>
    props.approved === null ? point.state === 'approved' : point.tag === props.approved;
  return (
    <section>
      <h3>{title}</h3>
      <Plot
        title={title}
        summary={t.plot.sizeSummary(points.length, size(least), size(high))}
        height={height}
        at={points.map((_, i) => place(i))}
        head={[t.images.tag, t.images.size, t.images.pushed]}
        rows={points.map((point) => [visible(point.tag), size(point.size_bytes), dated(point)])}
        legend={[
          ...(points.some(isApproved) ? [['ring', t.inbox.approved] as const] : []),
          ...(points.some((point) => point.tag === tag)
            ? [['dot dot-this', t.detail.thisRequest] as const]
            : []),
          ...(low > 0 ? [[null, t.plot.axisFrom(size(low))] as const] : []),
        ]}
      >
        {(width) => {
          const x = (i: number): number => place(i) * width;
          const path = points.map((point, i) => `${i ? 'L' : 'M'}${x(i)} ${y(point.size_bytes)}`).join('');
          return (
            <>
              <path
                className="plot-area"
                d={`${path}L${x(points.length - 1)} ${height}L${x(0)} ${height}Z`}
              />
              <path className="plot-line" d={path} />
              {points.map((point, i) => (
                <g key={point.tag}>
                  {isApproved(point) ? (
                    <circle
                      className="plot-ring"
                      cx={x(i)}
                      cy={y(point.size_bytes)}
                      r={point.tag === tag ? 6 : 3.5}
                    />
                  ) : null}
                  {point.tag === tag ? (
                    <circle className="plot-this" cx={x(i)} cy={y(point.size_bytes)} r={4} />
                  ) : null}
                </g>
              ))}
            </>
          );
        }}
      </Plot>
    </section>
  );
}
