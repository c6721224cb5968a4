import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { age } from '../intl.js';
import { t } from '../messages/en-screens.js';
import type { Status } from '../queries.js';
import { visible } from '../tag-difference.js';

type Images = components['schemas']['ImageList'];

const SHOWN_IMAGES = 12;

/** Of the images whose last check failed how many there are by cause, and the first of each. */
export function Errors({ causes, now }: { causes: Status['errors_by_cause']; now: number }) {
  const most = Object.entries(causes).sort(([, a], [, b]) => b - a);
  if (most.length === 0) return <p className="dim">{t.monitor.noErrors}</p>;
  return (
    <ul className="causes">
      {most.map(([cause, count]) => (
        <Cause key={cause} cause={cause} count={count} now={now} />
      ))}
    </ul>
  );
}

function Cause({ cause, count, now }: { cause: string; count: number; now: number }) {
  const { data } = useQuery<Images>({
    queryKey: ['images', 'failing', cause, count],
    refetchInterval: 60_000,
    placeholderData: (before) => before,
    queryFn: ({ signal }) =>
      call<Images>('get', '/images', {
        query: { error_kind: cause, watch_for_updates: true, limit: SHOWN_IMAGES },
        signal,
      }),
  });
  const images = data?.images ?? [];
  const says = images[0]?.last_error;
  return (
    <li>
      <p className="danger">
        {t.monitor.causes[cause] ?? visible(cause)} <span className="dim">{t.monitor.hit(count)}</span>
      </p>
      {says ? <p className="dim">{visible(says)}</p> : null}
      <p>
        {images.map((image) => (
          <span key={image.id} className="cause-image">
            <Link href={`/images/${image.id}`}>{visible(image.image_name)}</Link>{' '}
            <span className="dim">{age(image.last_error_at, now)}</span>
          </span>
        ))}
        {count > images.length ? (
          <Link href={`/images?error=${encodeURIComponent(cause)}&watched=yes`}>
            {t.monitor.showAll(count)}
          </Link>
        ) : null}
      </p>
    </li>
  );
}
