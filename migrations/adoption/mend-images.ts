import type { Adoption } from './adoption.js';
import { keepFolded, repoint } from './fold-rows.js';
import type { FoundTable } from './found-table.js';
import { IMAGE_STATUSES, mendStatus } from './statuses.js';

export async function mendImages(adoption: Adoption, table: FoundTable): Promise<void> {
  const images = adoption.nameOf('images');
  await adoption.mend(
    'images.registry',
    'another name of Docker Hub became docker.io',
    `UPDATE ${images} SET registry = 'docker.io'
      WHERE registry IS NULL OR lower(registry) IN ('', 'docker', 'dockerhub', 'docker hub', 'hub.docker.com',
        'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com')
         OR registry <> 'docker.io' AND lower(registry) = 'docker.io'`,
  );
  await adoption.mend(
    'images.namespace',
    'taken from the name',
    `UPDATE ${images} SET namespace = CASE WHEN image_name LIKE '%/%' THEN regexp_replace(image_name, '/[^/]*$', '') ELSE 'library' END
      WHERE ${table.columns.has('namespace') ? `namespace IS NULL OR namespace = ''` : `image_name LIKE '%/%'`}`,
  );
  await adoption.mend(
    'images.is_official',
    'taken from the namespace',
    `UPDATE ${images} SET is_official = (namespace = 'library')
      WHERE ${table.columns.has('is_official') ? 'is_official IS NULL' : `namespace = 'library'`}`,
  );
  await mendStatus(adoption, 'images', 'approval_status', IMAGE_STATUSES, `'pending'`);
  await adoption.mend(
    'images.watch_for_updates',
    'not watched any more: only Docker Hub is asked, and the image is of another registry',
    `UPDATE ${images} SET watch_for_updates = false WHERE watch_for_updates AND registry <> 'docker.io'`,
  );
  // Columns of our names that a platform had already may hold what our constraints refuse.
  await adoption.mend(
    'images.request_policy',
    'unknown policies became NULL, the default of the service',
    `UPDATE ${images} SET request_policy = NULL WHERE request_policy NOT IN ('most_recent', 'all')`,
  );
  await adoption.mend(
    'images.check_interval_minutes',
    'brought between 1 and 10080',
    `UPDATE ${images} SET check_interval_minutes = least(greatest(check_interval_minutes, 1), 10080)
      WHERE check_interval_minutes NOT BETWEEN 1 AND 10080`,
  );
  await adoption.mend(
    'images.check_priority',
    'unknown priorities became 2',
    `UPDATE ${images} SET check_priority = 2 WHERE check_priority NOT BETWEEN 0 AND 2`,
  );
  await adoption.mend(
    'images.inventory_state',
    'unknown states became unread',
    `UPDATE ${images} SET inventory_state = 'unread'
      WHERE inventory_state NOT IN ('unread', 'partial', 'complete', 'truncated')`,
  );
  await adoption.run.query(`
    INSERT INTO adoption_images
    SELECT id, kept FROM (SELECT id, min(id) OVER (PARTITION BY registry, image_name) AS kept FROM ${images}) i
     WHERE id <> kept`);
}

/** The lowest id stays and is the strictest of them; everything that refers to the others refers to it. */
export async function foldImages(adoption: Adoption): Promise<void> {
  const images = adoption.nameOf('images');
  const group = `SELECT gone AS id, kept FROM adoption_images UNION SELECT kept, kept FROM adoption_images`;
  await keepFolded(adoption, 'images', 'adoption_images', 'one per registry and name');
  await adoption.run.query(
    `INSERT INTO image_monitor.folded_rows (table_name, kept_id, content)
     SELECT 'images (kept)', i.id, to_jsonb(i) FROM ${images} i WHERE i.id IN (SELECT kept FROM adoption_images)`,
  );
  await adoption.run.query(`
    UPDATE ${images} i
       SET approval_status = m.approval_status, watch_for_updates = m.is_watched
      FROM (SELECT g.kept, coalesce(bool_or(o.watch_for_updates), false) AS is_watched,
                   CASE WHEN bool_or(o.approval_status = 'rejected') THEN 'rejected'
                        WHEN bool_or(o.approval_status = 'pending') THEN 'pending' ELSE 'approved' END AS approval_status
              FROM (${group}) g JOIN ${images} o USING (id) GROUP BY g.kept) m
     WHERE i.id = m.kept`);
  await repoint(adoption, 'images', 'adoption_images');
  for (const table of ['image_tags', 'image_approval_requests']) {
    await adoption.run.query(
      `UPDATE ${adoption.nameOf(table)} t SET image_id = f.kept FROM adoption_images f WHERE t.image_id = f.gone`,
    );
  }
  await adoption.run.query(`DELETE FROM ${images} WHERE id IN (SELECT gone FROM adoption_images)`);
}

/** The user's form is `redis`, not `library/redis`; a name that is taken by another row stays as it is. */
export async function shortenNames(adoption: Adoption): Promise<void> {
  const images = adoption.nameOf('images');
  const short = `SELECT id, image_name AS old_name, name, count(*) OVER (PARTITION BY name) AS sharers FROM (
      SELECT id, image_name, regexp_replace(image_name, '^((index\\.|registry-1\\.)?docker\\.io/)?(library/)?', '') AS name
        FROM ${images} WHERE registry = 'docker.io') i WHERE name <> ''`;
  await adoption.run.query(`
    CREATE TEMPORARY TABLE adoption_names ON COMMIT DROP AS SELECT * FROM (${short}) s WHERE old_name <> name`);
  await adoption.mend(
    'images.image_name',
    'brought into the form redis, grafana/grafana',
    `UPDATE ${images} i SET image_name = n.name,
        namespace = CASE WHEN n.name LIKE '%/%' THEN regexp_replace(n.name, '/[^/]*$', '') ELSE 'library' END
       FROM adoption_names n WHERE n.id = i.id AND n.sharers = 1`,
  );
  await adoption.mend(
    'image_approval_requests.image_name',
    'follows its image',
    `UPDATE ${adoption.nameOf('image_approval_requests')} r SET image_name = n.name FROM adoption_names n
      WHERE n.id = r.image_id AND n.sharers = 1 AND r.image_name = n.old_name AND NOT (r.status = 'pending' AND r.tag_name IS NULL)`,
  );
  const [taken] = await adoption.rows<{ n: number; names: string }>(
    `SELECT count(*)::int AS n, string_agg(old_name, ', ') AS names FROM adoption_names WHERE sharers > 1`,
  );
  if (taken && taken.n > 0) {
    await adoption.report(
      'images.image_name',
      `the same as another image in the short form, kept: ${taken.names}`,
      taken.n,
    );
  }
  const [odd] = await adoption.rows<{ n: number; names: string }>(
    `SELECT count(*)::int AS n, string_agg(image_name, ', ') AS names FROM ${images}
      WHERE registry = 'docker.io' AND image_name !~ '^([a-z0-9]+([._-]+[a-z0-9]+)*/)?[a-z0-9]+([._-]+[a-z0-9]+)*$'`,
  );
  if (odd && odd.n > 0) {
    await adoption.report('images.image_name', `no names of Docker Hub, kept: ${odd.names}`, odd.n);
  }
  await adoption.run.query(`DROP TABLE adoption_names`);
}
