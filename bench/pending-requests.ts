import pg from 'pg';

/**
 * Fills an empty, migrated database with pending requests as a busy year leaves them: five lines an image, in each some
 * patches, a minor or a rebuild, now and then a major, an alias or a re-push, against an approved tag.
 */
export async function fillPending(url: string, requests: number): Promise<void> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    await db.query('BEGIN');
    await db.query(
      `INSERT INTO images (image_name, namespace, category, approval_status, watch_for_updates, baseline, next_check_at,
              last_checked_at, inventory_state)
       SELECT name, split_part(name, '/', 1), (ARRAY['database', 'web', 'runtime', NULL])[1 + n % 4], 'approved', true,
              true, now() + n * interval '1 second', now(), 'complete'
         FROM (SELECT n, format('team%s/service-%s', n % 40, lpad(n::text, 4, '0')) AS name
                 FROM generate_series(1, $1::int / ${IN_LINE * LINES}) AS n) AS names`,
      [requests],
    );
    await db.query(
      `INSERT INTO image_tags (image_id, tag, digest, status, approved_at, approved_by, size_bytes, platforms, pushed_at)
       SELECT i.id, line || '.4.1', ${digestOf("i.id || '-' || line")}, 'approved', now() - interval '50 days', 'ana',
              80000000 + i.id * 1000, '{linux/amd64,linux/arm64}', now() - interval '60 days'
         FROM images i, generate_series(1, ${LINES}) AS line`,
    );
    await db.query(
      `INSERT INTO image_approval_requests
         (image_id, image_name, tag_name, status, requested_at, digest, line, variant, bump, version_numbers,
          compared_tag_id, pushed_at, size_bytes, size_change_bytes, platforms_missing, metadata)
       SELECT i.id, i.image_name, t.line || '.' || v.version, 'pending',
              now() - ((i.id * 7 + t.line * 131 + v.n) % 3456000) * interval '1 second',
              ${digestOf("i.id || '.' || t.line || '.' || v.version")}, t.line::text, '', v.bump,
              string_to_array(t.line || '.' || v.version, '.')::bigint[], t.id,
              now() - ((i.id * 7 + t.line * 131 + v.n) % 3456000 + 600) * interval '1 second', 80000000 + i.id * 1100,
              i.id * 100, CASE WHEN (i.id + t.line) % 31 = 0 THEN '{linux/arm64}'::text[] ELSE '{}' END,
              jsonb_build_object('source', 'image_monitor', 'auto_detected', true, 'aliases', '[]'::jsonb,
                'url', 'https://hub.docker.com/r/' || i.image_name, 'inventory_complete', true,
                'platforms', '[{"os":"linux","architecture":"amd64","size_bytes":80000000},{"os":"linux","architecture":"arm64","size_bytes":79000000}]'::jsonb)
         FROM images i
         JOIN (SELECT *, split_part(tag, '.', 1)::int AS line FROM image_tags) AS t ON t.image_id = i.id
        CROSS JOIN (VALUES (1, '4.2', 'patch'), (2, '4.3', 'patch'), (3, '5.0', 'minor'), (4, '6.0', 'minor'))
                AS v (n, version, bump)`,
    );
    await db.query(
      `UPDATE image_approval_requests SET bump = 'repush' WHERE tag_name LIKE '%.4.2' AND image_id % 50 = 0`,
    );
    await db.query('COMMIT');
    for (const table of ['images', 'image_tags', 'image_approval_requests'])
      await db.query(`VACUUM ANALYZE ${table}`);
  } finally {
    await db.end();
  }
}

const LINES = 5;
const IN_LINE = 4;

function digestOf(text: string): string {
  return `'sha256:' || md5(${text}) || md5('x' || ${text})`;
}
