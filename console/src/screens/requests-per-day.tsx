import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { call } from '../api/client.js';
import type { components } from '../api/schema.js';
import { TagsPerDay } from '../plots/lazy.js';

type TagStats = components['schemas']['TagStatsAnswer'];

const DAYS = 90;
const DAY_MS = 86_400_000;

/** Of all images, or of one; a click opens the day's audit. */
export function RequestsPerDay({ imageId }: { imageId?: number }) {
  const [, navigate] = useLocation();
  const { data } = useQuery({
    queryKey: ['stats', 'tags', imageId ?? 0],
    queryFn: ({ signal }) =>
      call<TagStats>('get', '/stats/tags', { query: { days: DAYS, image_id: imageId }, signal }),
  });
  if (!data || data.days.length === 0) return null;
  const open = (day: string): void => {
    const since = new Date(`${day}T00:00:00Z`);
    const params = new URLSearchParams({
      ...(imageId === undefined ? {} : { image_id: String(imageId) }),
      since: since.toISOString(),
      until: new Date(since.getTime() + DAY_MS).toISOString(),
    });
    navigate(`/audit?${params}`);
  };
  return <TagsPerDay days={data.days} onOpen={open} />;
}
