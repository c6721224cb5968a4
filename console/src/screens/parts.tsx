import type { ReactNode } from 'react';
import { ahead, moment } from '../intl.js';
import { t } from '../messages/en-screens.js';

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="page-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Outcome({ outcome, error }: { outcome: string; error: string | null }) {
  return (
    <span className="state" title={error ?? undefined}>
      <span className={`shape shape-${outcome}`} aria-hidden="true" />
      {t.monitor.outcomes[outcome] ?? outcome}
    </span>
  );
}

/** When the next check is due, from now. */
export function NextCheck({ at, now }: { at: string; now: number }) {
  const left = Date.parse(at) - now;
  return <span title={moment(at)}>{left <= 0 ? t.monitor.due : ahead(left)}</span>;
}
