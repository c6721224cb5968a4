import { useState } from 'react';
import { dayOf } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';

interface Seen {
  tag: string;
  state: string;
  last_updated: string | null;
}

const WIDTH = 900;
const LANE = 26;
const LABEL = 110;
const MOST_LANES = 8;

/** One lane per variant, time across, the state by shape: what was pushed when, and where it stands. */
export function Timeline({ tags }: { tags: readonly Seen[] }) {
  const [at, setAt] = useState<Seen | null>(null);
  const dated = tags.flatMap((tag) =>
    tag.last_updated ? [{ ...tag, ms: Date.parse(tag.last_updated) }] : [],
  );
  if (dated.length < 2) return null;
  const lanes = new Map<string, typeof dated>();
  for (const tag of dated) {
    const variant = /\d(-[A-Za-z][\w.-]*)$/.exec(tag.tag)?.[1] ?? '';
    lanes.set(variant, [...(lanes.get(variant) ?? []), tag]);
  }
  const shown = [...lanes].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_LANES);
  const first = Math.min(...dated.map((tag) => tag.ms));
  const last = Math.max(...dated.map((tag) => tag.ms));
  const x = (ms: number): number => LABEL + 8 + ((ms - first) / (last - first || 1)) * (WIDTH - LABEL - 20);
  return (
    <>
      <svg
        className="plot plot-lanes"
        viewBox={`0 0 ${WIDTH} ${shown.length * LANE + 18}`}
        role="img"
        aria-label={`${t.images.timeline}. ${dayOf(new Date(first).toISOString())} – ${dayOf(new Date(last).toISOString())}`}
        onPointerLeave={() => setAt(null)}
      >
        {shown.map(([variant, list], lane) => (
          <g key={variant} transform={`translate(0 ${lane * LANE + LANE / 2})`}>
            <text className="plot-text" x={0} y={4}>
              {variant === '' ? t.images.any : visible(variant.slice(1, 16))}
            </text>
            <line className="plot-base" x1={LABEL} x2={WIDTH - 4} y1={0} y2={0} />
            {list.map((tag) => (
              <g
                key={tag.tag}
                transform={`translate(${x(tag.ms).toFixed(1)} 0)`}
                className={`mark mark-${tag.state}`}
                onPointerEnter={() => setAt(tag)}
              >
                {tag.state === 'rejected' ? (
                  <path d="M-4-4 4 4M4-4-4 4" />
                ) : tag.state === 'pending' ? (
                  <circle r={4} />
                ) : tag.state === 'approved' ? (
                  <circle r={4.5} />
                ) : (
                  <path d="M0-5V5" />
                )}
              </g>
            ))}
          </g>
        ))}
        <text className="plot-text" x={LABEL} y={shown.length * LANE + 14}>
          {dayOf(new Date(first).toISOString())}
        </text>
        <text className="plot-text plot-end" x={WIDTH - 4} y={shown.length * LANE + 14}>
          {dayOf(new Date(last).toISOString())}
        </text>
      </svg>
      <p className="plot-legend dim">
        {at
          ? t.plot.value(
              visible(at.tag),
              `${t.images.states[at.state] ?? at.state}${at.last_updated ? `, ${dayOf(at.last_updated)}` : ''}`,
            )
          : (['approved', 'pending', 'rejected', 'seen'] as const).map((state) => (
              <span key={state} className="state">
                <span className={`shape shape-${state}`} aria-hidden="true" /> {t.images.states[state]}
              </span>
            ))}
      </p>
    </>
  );
}
