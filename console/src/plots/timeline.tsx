import type { components } from '../api/schema.js';
import { dayOf } from '../intl.js';
import { t } from '../messages/en-screens.js';
import { visible } from '../tag-difference.js';
import { variantName } from '../variant-name.js';
import { Plot } from './plot.js';

type Seen = components['schemas']['ObservedTagView'];

const LANE = 26;
const MOST_LANES = 8;
const STATES = ['approved', 'pending', 'rejected', 'seen'] as const;

/** What a brush over the timeline keeps: pushes from one time to another, in milliseconds. */
export type Span = readonly [number, number];

/** One lane per variant, time across, the state by shape; drawing over it keeps the tags of that time. */
export default function Timeline(props: {
  tags: readonly Seen[];
  span: Span | null;
  onSpan(span: Span | null): void;
}) {
  const lanes = new Map<string, number>();
  for (const tag of props.tags) lanes.set(tag.variant, (lanes.get(tag.variant) ?? 0) + 1);
  const shown = [...lanes]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_LANES)
    .map(([variant]) => variant);
  const tags = props.tags
    .flatMap((tag) =>
      tag.last_updated && shown.includes(tag.variant) ? [{ ...tag, ms: Date.parse(tag.last_updated) }] : [],
    )
    .sort((a, b) => a.ms - b.ms);
  const [first, last] = [tags[0], tags.at(-1)];
  if (tags.length < 2 || !first || !last) return null;
  const place = (ms: number): number => 0.02 + ((ms - first.ms) / (last.ms - first.ms || 1)) * 0.96;
  const height = shown.length * LANE * 1.5 + 18;
  const { span } = props;
  const range = span
    ? ([
        Math.max(
          0,
          tags.findIndex((tag) => tag.ms >= span[0]),
        ),
        tags.findLastIndex((tag) => tag.ms <= span[1]),
      ] as const)
    : null;
  const stateOf = (tag: Seen): string => t.images.states[tag.state] ?? tag.state;
  return (
    <Plot
      title={t.images.timeline}
      summary={t.plot.timelineSummary(tags.length, shown.length, dayAt(first.ms), dayAt(last.ms))}
      height={height}
      at={tags.map((tag) => place(tag.ms))}
      head={[t.images.tag, t.images.variant, t.images.state, t.images.pushed]}
      rows={tags.map((tag) => [visible(tag.tag), variantName(tag.variant), stateOf(tag), dayAt(tag.ms)])}
      legend={STATES.map((state) => [`shape shape-${state}`, t.images.states[state] ?? ''])}
      range={range}
      onRange={(next) => {
        const [a, b] = next ? [tags[next[0]], tags[next[1]]] : [];
        props.onSpan(a && b ? [Math.min(a.ms, b.ms), Math.max(a.ms, b.ms)] : null);
      }}
    >
      {(width) => (
        <>
          {shown.map((variant, lane) => {
            const y = lane * LANE * 1.5 + LANE;
            return (
              <g key={variant}>
                <text className="plot-text" x={0} y={y - 10}>
                  {variantName(variant)}
                </text>
                <line className="plot-base" x1={0} x2={width} y1={y} y2={y} />
                {tags.map((tag) =>
                  tag.variant === variant ? (
                    <path
                      key={tag.tag}
                      className={`mark mark-${tag.state}`}
                      transform={`translate(${place(tag.ms) * width} ${y})`}
                      d={SHAPES[tag.state] ?? 'M-3-3h6v6h-6z'}
                    />
                  ) : null,
                )}
              </g>
            );
          })}
          <text className="plot-text" x={0} y={height - 3}>
            {dayAt(first.ms)}
          </text>
          <text className="plot-text plot-end" x={width} y={height - 3}>
            {dayAt(last.ms)}
          </text>
        </>
      )}
    </Plot>
  );
}

const CIRCLE = 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0';
const SHAPES: Readonly<Record<string, string>> = {
  approved: CIRCLE,
  pending: CIRCLE,
  rejected: 'M0-5 5 0 0 5-5 0z',
  seen: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
};

const dayAt = (ms: number): string => dayOf(new Date(ms).toISOString());
