import { useCallback, useRef, useState, type ReactNode } from 'react';
import { list } from '../intl.js';
import { t } from '../messages/en-screens.js';

export interface PlotProps {
  /** What it shows; the section around it has it as its heading. */
  title: string;
  /** The whole picture in a sentence, for who cannot see it. */
  summary: string;
  height: number;
  /** Where its points stand, 0 to 1 of the width, in their order; else each has as much of it. */
  at?: readonly number[];
  /** The points as a table, a row each: what one is called, and its values under the names of the head. */
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Signs with their words, or a word alone. */
  legend: readonly (readonly [sign: string | null, word: string])[];
  /** A click, or Enter on the point that is read. */
  onPick?(index: number): void;
  /** The pointer drawn over points, or Shift and an arrow; null: none any more. */
  onRange?(range: readonly [number, number] | null): void;
  range?: readonly [number, number] | null;
  /** The marks, for a width in pixels. */
  children(width: number): ReactNode;
}

/** What all plots share: a size in pixels, a point that hover and arrows read, the same as a table, and what it says. */
export function Plot(props: PlotProps) {
  const { height, range, rows } = props;
  const at = props.at ?? rows.map((_, i) => (i + 0.5) / rows.length);
  const [read, setRead] = useState<number | null>(null);
  const [isTable, setIsTable] = useState(false);
  const [width, setWidth] = useState(0);
  const anchor = useRef<number | null>(null);
  const measure = useCallback((node: SVGSVGElement) => {
    const seen = new ResizeObserver(() => setWidth(node.getBoundingClientRect().width));
    seen.observe(node);
    return () => seen.disconnect();
  }, []);
  const last = at.length - 1;
  const index = read === null ? null : Math.min(read, last);
  const nearest = (event: React.PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = (event.clientX - box.left) / box.width;
    let best = 0;
    at.forEach((one, i) => {
      if (Math.abs(one - place) < Math.abs((at[best] ?? 0) - place)) best = i;
    });
    return best;
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -at.length, End: at.length }[event.key];
    if (step !== undefined) {
      const next = Math.max(0, Math.min(last, index === null ? last : index + step));
      if (event.shiftKey && props.onRange) {
        anchor.current ??= index ?? next;
        props.onRange([anchor.current, next]);
      } else anchor.current = null;
      setRead(next);
    } else if (event.key === 'Enter' && props.onPick && index !== null) props.onPick(index);
    else if (event.key === 'Escape' && range) props.onRange?.(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const textOf = (i: number): string => {
    const [name = '', ...values] = rows[i] ?? [];
    return t.plot.value(name, list(values.map((value, column) => `${props.head[column + 1]} ${value}`)));
  };
  const x = (i = 0): number => (at[i] ?? 0) * width;
  const [from, to] = range ?? [];
  return (
    <>
      {isTable ? (
        <div className="table-scroll plot-rows" tabIndex={0} role="region" aria-label={props.title}>
          <table className="plain-table">
            <thead>
              <tr>
                {props.head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((cells, i) => (
                <tr key={i}>
                  {cells.map((cell, column) => (
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <svg
          ref={measure}
          className={props.onPick || props.onRange ? 'plot is-live' : 'plot'}
          height={height}
          role="slider"
          tabIndex={0}
          aria-label={`${props.title}. ${props.summary}`}
          aria-valuemax={last}
          aria-valuenow={index ?? last}
          aria-valuetext={textOf(index ?? last)}
          onKeyDown={onKeyDown}
          onBlur={() => setRead(null)}
          onPointerDown={(event) => {
            anchor.current = nearest(event);
          }}
          onPointerMove={(event) => {
            const next = nearest(event);
            setRead(next);
            if (event.buttons && anchor.current !== null && anchor.current !== next)
              props.onRange?.([anchor.current, next]);
          }}
          onPointerUp={(event) => {
            const next = nearest(event);
            if (next === anchor.current) {
              if (range) props.onRange?.(null);
              props.onPick?.(next);
            }
            anchor.current = null;
          }}
          onPointerLeave={() => {
            anchor.current = null;
            setRead(null);
          }}
        >
          {width > 0 ? (
            <>
              {range ? (
                <rect
                  className="plot-range"
                  x={x(from) - 6}
                  width={Math.abs(x(to) - x(from)) + 12}
                  height={height}
                />
              ) : null}
              {props.children(width)}
              {index !== null ? (
                <line className="plot-cursor" x1={x(index)} x2={x(index)} y1={0} y2={height} />
              ) : null}
            </>
          ) : null}
        </svg>
      )}
      <div className="plot-legend dim">
        <p>
          {index !== null && !isTable
            ? textOf(index)
            : props.legend.map(([sign, word]) => (
                <span key={word} className="plot-key">
                  {sign ? <span className={sign} aria-hidden="true" /> : null}
                  {word}
                </span>
              ))}
        </p>
        <button
          type="button"
          className="link"
          aria-pressed={isTable}
          aria-label={`${t.detail.showTable}: ${props.title}`}
          onClick={() => setIsTable(!isTable)}
        >
          {t.detail.showTable}
        </button>
      </div>
    </>
  );
}
