import pg from 'pg';

/** How much is generated. */
export interface LargeData {
  images: number;
  /** Over the first images, ten each. */
  observedTags: number;
  /** Pending approval requests, one each for the first images. */
  requests: number;
}

/** As in the figures to reach: 1,000 images in 60 namespaces. */
const IMAGES_A_NAMESPACE = 17;

/**
 * Fills an empty, migrated database by SQL alone: approved and watched images that are due within the next hours, their
 * tags and requests. A million images and ten million tags take about two minutes.
 */
export async function generateLargeData(url: string, size: LargeData): Promise<void> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    await generate(db, size);
  } finally {
    await db.end();
  }
}

async function generate(db: pg.Client, size: LargeData): Promise<void> {
  await db.query(
    `INSERT INTO images (image_name, namespace, approval_status, watch_for_updates, baseline, next_check_at,
            last_checked_at, last_full_check_at, read_to, inventory_to, inventory_state, repository_stamp)
     SELECT format('ns%s/image%s', n / ${IMAGES_A_NAMESPACE}, n), format('ns%s', n / ${IMAGES_A_NAMESPACE}), 'approved',
            true, true, now() + interval '1 hour' + (n % 3600) * interval '1 second', now(), now(),
            now() - interval '1 day', now() - interval '1 day', 'complete', '2026-01-01T00:00:00Z'
       FROM generate_series(1, $1::int) AS n`,
    [size.images],
  );
  await db.query(
    `INSERT INTO image_monitor.observed_tags
       (image_id, tag_name, digest, last_updated, last_updated_text, size_bytes, platforms)
     SELECT i.id, '1.' || t || '.0', 'sha256:' || md5(i.id || '/' || t) || md5(t || '/' || i.id),
            now() - t * interval '1 day', '2026-01-01T00:00:00Z', 12345678, '{linux/amd64,linux/arm64/v8}'
       FROM (SELECT id FROM images ORDER BY id LIMIT $1::int / 10) AS i, generate_series(1, 10) AS t`,
    [size.observedTags],
  );
  await db.query(
    `INSERT INTO image_approval_requests
       (image_id, image_name, tag_name, status, requested_at, digest, line, variant, bump, pushed_at, size_bytes,
        size_change_bytes, metadata)
     SELECT id, image_name, '2.0.0', 'pending', now() - id * interval '1 second',
            'sha256:' || md5(id::text) || md5(image_name), '2', '', 'major', now(), 12345678, 1000,
            jsonb_build_object('source', 'image_monitor', 'digest', 'sha256:' || md5(id::text) || md5(image_name),
              'architectures', jsonb_build_array('amd64', 'arm64'), 'auto_detected', true,
              'last_updated', '2026-01-01T00:00:00Z')
       FROM images ORDER BY id LIMIT $1::int`,
    [size.requests],
  );
  // As many that are decided, an approved tag each, and a check each of the last month.
  await db.query(
    `INSERT INTO image_approval_requests (image_id, image_name, tag_name, status, requested_at, digest, metadata)
     SELECT id, image_name, '1.0.0', 'approved', now() - id * interval '1 minute', 'sha256:' || md5(image_name), '{}'
       FROM images ORDER BY id LIMIT $1::int`,
    [size.requests],
  );
  await db.query(
    `INSERT INTO image_tags (image_id, tag, digest, status, approved_at)
     SELECT id, '1.0.0', 'sha256:' || md5(image_name), 'approved', now() FROM images`,
  );
  await db.query(
    `INSERT INTO image_monitor.checks (image_id, reason, outcome, started_at, finished_at)
     SELECT id, 'due', 'unchanged', now() - id * interval '1 second', now() - id * interval '1 second' FROM images`,
  );
  for (const table of [
    'images',
    'image_tags',
    'image_monitor.checks',
    'image_monitor.observed_tags',
    'image_approval_requests',
    'image_monitor.namespaces',
    'image_monitor.request_budgets',
  ]) {
    await db.query(`VACUUM ANALYZE ${table}`);
  }
}

interface Queryable {
  query(text: string, parameters?: unknown[]): Promise<unknown>;
}

/** Makes so many images due, each of a namespace of its own; the others stay as they are. */
export async function makeDue(db: Queryable, images: number): Promise<void> {
  await db.query(
    `UPDATE images SET next_check_at = now() - id * interval '1 microsecond', check_itself = false,
            lease_token = NULL, lease_expires_at = NULL
      WHERE id IN (SELECT min(id) FROM images WHERE namespace IN
        (SELECT format('ns%s', n) FROM generate_series(1, $1::int) AS n) GROUP BY namespace)`,
    [images],
  );
}
