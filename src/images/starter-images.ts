import type { DataSource } from 'typeorm';

/** The user's nine example images: name, category. */
const STARTER_IMAGES = [
  ['redis', 'database'],
  ['postgres', 'database'],
  ['nginx', 'web'],
  ['node', 'runtime'],
  ['python', 'runtime'],
  ['mysql', 'database'],
  ['mongo', 'database'],
  ['influxdb', 'monitoring'],
  ['grafana/grafana', 'monitoring'],
] as const;

/**
 * Puts the nine example images, approved and watched, into an installation that has never had an image; one whose
 * images were all deleted by someone stays empty. One statement, so that of two replicas one does it.
 */
export async function seedStarterImages(db: DataSource): Promise<number> {
  const rows = await db.query<{ id: number }[]>(
    `WITH made AS (
       INSERT INTO images (namespace, image_name, category, is_official, approval_status, approved_by, approved_at,
                           watch_for_updates)
       SELECT CASE WHEN position('/' IN name) > 0 THEN split_part(name, '/', 1) ELSE 'library' END, name, category,
              position('/' IN name) = 0, 'approved', 'starter set', now(), true
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS starter (name, category, place)
        WHERE NOT EXISTS (SELECT FROM images)
          AND NOT EXISTS (SELECT FROM image_monitor.audit_log WHERE subject_type = 'image')
        ORDER BY place
       ON CONFLICT (registry, image_name) DO NOTHING
       RETURNING id, image_name),
     audited AS (
       INSERT INTO image_monitor.audit_log (actor, action, subject_type, subject_id, image_id, image_name, to_state)
       SELECT 'image_monitor', 'image.created', 'image', id, id, image_name,
              '{"approval_status": "approved", "watch_for_updates": true, "source": "starter set"}' FROM made)
     SELECT id FROM made`,
    [STARTER_IMAGES.map(([name]) => name), STARTER_IMAGES.map(([, category]) => category)],
  );
  return rows.length;
}
