import type { Group, Row } from '../../console/src/api/types.js';

/** A pending patch of redis; what matters to a test is said by it. */
export function row(id: number, tag: string, more: Partial<Row> = {}): Row {
  return {
    id,
    image_id: 1,
    image_name: 'redis',
    tag_name: tag,
    status: 'pending',
    requested_at: '2026-01-01T00:00:00Z',
    line: '7',
    variant: '',
    bump: 'patch',
    aliases: [],
    same_digest_count: 1,
    digest: `sha256:${id}`,
    size_bytes: 1,
    size_change_bytes: null,
    size_change_percent: null,
    platform_count: 1,
    platforms_missing: [],
    pushed_at: null,
    url: null,
    approved: null,
    reviewed_by: null,
    reviewed_at: null,
    rejection_reason: null,
    ...more,
  };
}

/** A line with so many requests. */
export function group(key: string, total = 1, more: Partial<Group> = {}): Group {
  return {
    key,
    image_id: 1,
    image_name: 'redis',
    category: null,
    line: '7',
    variant: '',
    total,
    by_bump: {},
    oldest_requested_at: null,
    approved: null,
    ...more,
  };
}
