import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { t } from '../messages/en-screens.js';
import { say } from '../notices.js';
import { queryClient } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Age, problemOf, useNow } from '../ui/parts.js';
import { Outcome, Section } from './parts.js';

type Checks = components['schemas']['CheckList'];
type Answer = components['schemas']['CheckAnswer'];

const CHECKS = 6;

/** A check by hand, and what came of it. */
export function useCheckNow(id: number) {
  const [check, setCheck] = useState<Answer['check'] | 'running' | null>(null);
  const checkNow = (): void => {
    setCheck('running');
    call<Answer>('post', `/images/${id}/check`, { body: {} }).then(
      (answer) => {
        setCheck(answer.check);
        void queryClient.invalidateQueries({ queryKey: ['images'] });
        void queryClient.invalidateQueries({ queryKey: ['checks'] });
      },
      (error: unknown) => {
        setCheck(null);
        say(problemOf(error)?.detail || t.error.noAnswer, 'error');
      },
    );
  };
  return { isChecking: check === 'running', result: check === 'running' ? null : check, checkNow };
}

export function resultOf(check: Answer['check']): string {
  if (check.error) return visible(check.error);
  if (check.outcome === 'queued' || check.outcome === 'running') return t.images.queued;
  return t.images.outcome(
    t.monitor.outcomes[check.outcome] ?? check.outcome,
    check.tags_seen,
    check.new_tags,
    check.requests_created,
  );
}

/** The last checks of an image. */
export function ImageChecks({ id }: { id: number }) {
  const now = useNow();
  const { data } = useQuery({
    queryKey: ['checks', id],
    queryFn: ({ signal }) =>
      call<Checks>('get', `/images/${id}/checks`, { query: { limit: CHECKS }, signal }),
  });
  if (!data) return null;
  return (
    <Section title={t.images.checks}>
      {data.checks.length === 0 ? (
        <p className="dim">{t.images.noChecks}</p>
      ) : (
        <table className="plain-table">
          <tbody>
            {data.checks.map((one) => (
              <tr key={one.id}>
                <td>
                  <Outcome outcome={one.outcome} error={one.error} />
                </td>
                <td className={one.error ? 'danger' : 'dim'}>
                  {one.error
                    ? visible(one.error)
                    : [
                        t.images.foundTagsSeen(one.tags_seen),
                        one.new_tags > 0 ? t.monitor.newTags(one.new_tags) : '',
                        one.requests_created > 0 ? t.images.opened(one.requests_created) : '',
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                </td>
                <td className="number dim">
                  <Age at={one.finished_at ?? one.started_at} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
