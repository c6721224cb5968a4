import type { ReactNode } from 'react';
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
