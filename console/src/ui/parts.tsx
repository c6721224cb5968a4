import { useEffect, useState, type ReactNode } from 'react';
import { ApiProblem } from '../api/problem.js';
import type { Bump } from '../api/types.js';
import { age, moment } from '../intl.js';
import { t } from '../messages/en.js';
import { say } from '../notices.js';
import { shortTag, tagDifference, visible } from '../tag-difference.js';
import { CheckIcon, MinusIcon, WarningIcon } from './icons.js';

/** The time for ages, once a minute for the whole page. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function KindBadge({ kind }: { kind: Bump }) {
  return <span className={`badge badge-${kind}`}>{t.kind[kind]}</span>;
}

export function Monogram({ name, large }: { name: string; large?: boolean }) {
  const word = name.split('/').pop() ?? name;
  const letters = [...word]
    .filter((sign) => /[\p{L}\p{N}]/u.test(sign))
    .slice(0, 2)
    .join('');
  return (
    <span className={large ? 'monogram monogram-large' : 'monogram'} aria-hidden="true">
      {letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase()}
    </span>
  );
}

/** A tag with the part that differs from the approved one heavier and underlined. */
export function Tag({ tag, approved, longest }: { tag: string; approved: string | null; longest?: number }) {
  const shown = visible(shortTag(tag, longest));
  const pieces = shown === tag ? tagDifference(tag, approved) : [{ text: shown, isDifferent: false }];
  return (
    <bdi className="tag" dir="ltr" title={visible(tag)}>
      {pieces.map((piece, i) =>
        piece.isDifferent ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>,
      )}
    </bdi>
  );
}

export function Age({ at, now }: { at: string | null; now: number }) {
  return at === null ? (
    <span>–</span>
  ) : (
    <time dateTime={at} title={moment(at)}>
      {age(at, now)}
    </time>
  );
}

export function Checkbox(props: {
  state: 'on' | 'off' | 'some';
  label: string;
  tabIndex?: number;
  onToggle(event: React.MouseEvent | React.KeyboardEvent): void;
}) {
  const { state } = props;
  return (
    <button
      type="button"
      className="checkbox"
      role="checkbox"
      aria-checked={state === 'some' ? 'mixed' : state === 'on'}
      aria-label={props.label}
      tabIndex={props.tabIndex}
      onClick={(event) => {
        event.stopPropagation();
        props.onToggle(event);
      }}
    >
      <span className="checkbox-box">
        {state === 'on' ? <CheckIcon size={12} /> : state === 'some' ? <MinusIcon size={12} /> : null}
      </span>
    </button>
  );
}

/** What happened, what still works, what to do. */
export function Failure({
  problem,
  retry,
  children,
}: {
  problem: ApiProblem;
  retry?: () => void;
  children?: ReactNode;
}) {
  const what =
    problem.status === 403
      ? t.error.forbidden
      : problem.status === 0
        ? t.error.noAnswer
        : problem.detail || t.error.title;
  return (
    <div className="failure" role="alert">
      <p>
        <WarningIcon />{' '}
        <strong>{problem.status === 0 || problem.status === 403 ? what : t.error.title}</strong>
      </p>
      {problem.status !== 0 && problem.status !== 403 && problem.detail ? <p>{problem.detail}</p> : null}
      <p className="dim">{t.error.stillWorks}</p>
      <p className="failure-actions">
        {retry ? (
          <button type="button" className="button" onClick={retry}>
            {t.error.retry}
          </button>
        ) : null}
        {problem.requestId ? (
          <button
            type="button"
            className="link"
            onClick={() => void copy(problem.requestId ?? '')}
            title={t.error.copyId}
          >
            {t.error.requestId(problem.requestId)}
          </button>
        ) : null}
      </p>
      {children}
    </div>
  );
}

/** Skeleton rows, and those only when the answer takes its time. */
export function Skeleton({ rows = 8, label = t.inbox.loadingRows }: { rows?: number; label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} className="skeleton-row" aria-hidden="true" />
      ))}
    </div>
  );
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(t.detail.copied);
  } catch {
    say(text);
  }
}

const REGISTRY_HOSTS = new Set(['hub.docker.com', 'docker.io', 'ghcr.io', 'quay.io', 'gallery.ecr.aws']);

/** A link out, to known registries by https only; anything else is no link. */
export function registryLink(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return parsed.protocol === 'https:' && REGISTRY_HOSTS.has(parsed.hostname) ? parsed.href : null;
}

/** A part of the page that cannot be read must not take the page along. */
export const problemOf = (error: unknown): ApiProblem | null =>
  error === null || error === undefined
    ? null
    : error instanceof ApiProblem
      ? error
      : new ApiProblem(0, 'mistake', error instanceof Error ? error.message : '');
