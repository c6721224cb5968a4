import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { t } from '../messages/en-screens.js';
import { say } from '../notices.js';
import { queryClient, useMay } from '../queries.js';
import { visible } from '../tag-difference.js';
import { Age, problemOf, useNow } from '../ui/parts.js';
import { Fact, NextCheck } from './parts.js';

type Image = components['schemas']['OneImageAnswer']['image'];

/** What is set for an image, and how it stands; the switch acts at once. */
export function ImageFacts({ image, onEditFilters }: { image: Image; onEditFilters(): void }) {
  const may = useMay();
  const now = useNow();
  return (
    <>
      <dl className="facts">
        <Fact name={t.images.watch}>
          <label className="switch">
            <input
              type="checkbox"
              role="switch"
              checked={image.watch_for_updates}
              disabled={!may.admin || image.approval_status !== 'approved'}
              aria-describedby={may.admin ? undefined : 'admin-only'}
              onChange={(event) => watch(image.id, event.target.checked)}
            />
            {image.watch_for_updates ? t.images.yes : t.images.no}
          </label>
        </Fact>
        <Fact name={t.images.status}>
          <span className="state">
            <span className={`shape shape-${image.approval_status}`} aria-hidden="true" />
            {t.images.statuses[image.approval_status] ?? image.approval_status}
          </span>
        </Fact>
        <Fact name={t.images.policy}>
          {image.request_policy === null
            ? t.images.policyDefault
            : (t.images.policies[image.request_policy] ?? image.request_policy)}
        </Fact>
        <Fact name={t.images.rollout}>{t.images.rollouts[image.auto_rollout ? 'yes' : 'no']}</Fact>
        <Fact name={t.images.interval}>
          {image.check_interval_minutes === null
            ? t.images.intervalDefault
            : t.images.minutes(image.check_interval_minutes)}
        </Fact>
        <Fact name={t.images.category}>{image.category ? visible(image.category) : t.images.none}</Fact>
        <Fact name={t.images.lastCheck}>
          {image.last_checked_at ? <Age at={image.last_checked_at} now={now} /> : t.images.never}
        </Fact>
        <Fact name={t.images.nextCheck}>
          {image.watch_for_updates ? <NextCheck at={image.next_check_at} now={now} /> : '–'}
        </Fact>
        <Fact name={t.images.include}>
          <Patterns list={image.tag_include} />
        </Fact>
        <Fact name={t.images.exclude}>
          <Patterns list={image.tag_exclude} />
        </Fact>
        <Fact name={t.images.platforms}>
          <Patterns list={image.platforms} />
        </Fact>
        <Fact name={t.images.inventory}>
          {t.images.inventories[image.inventory_state] ?? image.inventory_state}
        </Fact>
        {may.admin ? (
          <div>
            <dt className="sr">{t.images.filtersTitle}</dt>
            <dd>
              <button type="button" className="button button-small" onClick={onEditFilters}>
                {t.images.editFilters}
              </button>
            </dd>
          </div>
        ) : null}
      </dl>
      {may.admin ? null : (
        <p id="admin-only" className="hint admin-only">
          {t.images.adminOnly}
        </p>
      )}
    </>
  );
}

function watch(id: number, isWatched: boolean): void {
  call('put', `/images/${id}/monitoring`, { body: { watch_for_updates: isWatched } }).then(
    () => void queryClient.invalidateQueries({ queryKey: ['images'] }),
    (error: unknown) => say(problemOf(error)?.detail || t.error.noAnswer, 'error'),
  );
}

function Patterns({ list }: { list: readonly string[] }) {
  if (list.length === 0) return <span className="dim">{t.images.any}</span>;
  return <span className="tag">{list.map(visible).join(' ')}</span>;
}
