import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.js';
import { routes } from '../api/routes.js';
import type { components } from '../api/schema.js';
import type { Detail as DetailData, Row } from '../api/types.js';
import { shortDigest } from '../intl.js';
import { t } from '../messages/en.js';
import { visible } from '../tag-difference.js';
import { Ago } from './ago.js';

type Entry = components['schemas']['AuditEntryView'];

interface Line {
  key: string;
  text: string;
  at: string | null;
  reason?: string | null;
}

/** More than one request goes through; the audit screen has the rest. */
const MOST = 50;

/** What happened to a request, newest first: from the audit log, and from the request itself until that is read. */
export function History({ row, detail, now }: { row: Row; detail: DetailData | null; now: number }) {
  const log = useQuery({
    queryKey: ['request', row.id, 'history'],
    enabled: detail !== null && routes.has('/audit-log'),
    queryFn: ({ signal }) =>
      call<{ audit_entries: Entry[] }>('get', '/audit-log', {
        query: { request_id: row.id, limit: MOST },
        signal,
      }),
  });
  const logged = (log.data?.audit_entries ?? []).flatMap(lineOf);
  const lines = [...(logged.length > 0 ? logged : knownFrom(row, detail)), ...approvedBefore(row)];
  return (
    <section>
      <h3>{t.detail.history}</h3>
      <ul className="history">
        {lines.map((line) => (
          <li key={line.key}>
            <span>
              {line.text}
              {line.reason ? <q className="reason">{visible(line.reason)}</q> : null}
            </span>
            {line.at ? <Ago at={line.at} now={now} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function lineOf(entry: Entry): Line[] {
  const what = entry.action.replace(/^approval_request\./, '');
  const tell = t.detail.happened[what as keyof typeof t.detail.happened];
  if (what === entry.action || !tell) return [];
  const digest = entry.to_state?.['digest'];
  return [
    {
      key: entry.id,
      text: tell(who(entry.actor), typeof digest === 'string' ? shortDigest(digest) : ''),
      at: entry.occurred_at,
      reason: entry.reason,
    },
  ];
}

function knownFrom(row: Row, detail: DetailData | null): Line[] {
  const opened = {
    key: 'opened',
    text: t.detail.happened.opened(who(detail?.requested_by ?? '')),
    at: row.requested_at,
  };
  if (row.status === 'pending' || !row.reviewed_at) return [opened];
  const decided = t.detail.decided(t.detail.statusWord(row.status), who(row.reviewed_by ?? ''));
  return [{ key: 'decided', text: decided, at: row.reviewed_at, reason: row.rejection_reason }, opened];
}

function approvedBefore({ approved }: Row): Line[] {
  if (!approved?.approved_at) return [];
  const text = t.detail.approvedBy(visible(approved.tag), who(approved.approved_by ?? ''));
  return [{ key: 'before', text, at: approved.approved_at }];
}

function who(actor: string): string {
  if (actor === 'image_monitor') return t.detail.theMonitor;
  return actor === '' ? t.detail.somebody : visible(actor);
}
