import type { Adoption } from './adoption.js';
import type { FoundTable } from './found-table.js';
import { mendStatus, REQUEST_STATUSES } from './statuses.js';

const NOTE = `concat_ws(E'\\n', NULLIF(notes, ''), `;

export async function mendRequests(adoption: Adoption, table: FoundTable): Promise<void> {
  const requests = adoption.nameOf('image_approval_requests');
  const images = adoption.nameOf('images');
  const closed = (status: string, note: string) => `
    status = '${status}', reviewed_by = coalesce(reviewed_by, 'image_monitor'), reviewed_at = coalesce(reviewed_at, now()),
    notes = ${NOTE}${note})`;

  await mendStatus(
    adoption,
    'image_approval_requests',
    'status',
    REQUEST_STATUSES,
    `'rejected'`,
    `
    reviewed_by = coalesce(reviewed_by, 'image_monitor'), reviewed_at = coalesce(reviewed_at, now()),
    rejection_reason = coalesce(rejection_reason, 'Its state was unknown to the image monitor.'),
    notes = ${NOTE}'Was ' || coalesce('''' || status || '''', 'without a state') || ' before the image monitor took this table over.'),`,
  );
  await adoption.mend(
    'image_approval_requests.registry',
    'taken from the image, else docker.io',
    `UPDATE ${requests} r SET registry = coalesce((SELECT registry FROM ${images} WHERE id = r.image_id), 'docker.io')
      WHERE registry IS NULL OR lower(registry) IN ('', 'docker', 'dockerhub', 'docker hub', 'hub.docker.com',
        'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com')`,
  );
  await adoption.mend(
    'image_approval_requests.image_name',
    'taken from the image',
    `UPDATE ${requests} r SET image_name = i.image_name FROM ${images} i
      WHERE i.id = r.image_id AND (r.image_name IS NULL OR r.image_name = '')`,
  );
  await adoption.mend(
    'image_approval_requests.image_name',
    `NULL became 'unknown': there is no image to take it from`,
    `UPDATE ${requests} SET image_name = 'unknown' WHERE image_name IS NULL`,
  );
  await adoption.mend(
    'image_approval_requests.tag_name',
    'empty became NULL',
    `UPDATE ${requests} SET tag_name = NULL WHERE tag_name = ''`,
  );
  await adoption.mend(
    'image_approval_requests.image_id',
    'taken from the name, for a request about a tag',
    `UPDATE ${requests} r SET image_id = (SELECT min(id) FROM ${images} i
        WHERE i.registry = r.registry AND i.image_name = r.image_name)
      WHERE r.image_id IS NULL AND r.tag_name IS NOT NULL AND EXISTS (SELECT FROM ${images} i
        WHERE i.registry = r.registry AND i.image_name = r.image_name)`,
  );
  await adoption.mend(
    'image_approval_requests',
    'pending requests whose image does not exist were rejected',
    `UPDATE ${requests} r SET rejection_reason = coalesce(rejection_reason, 'Its image does not exist.'),
        ${closed('rejected', `'Its image did not exist when the image monitor took this table over.'`)}
      WHERE status = 'pending' AND (image_id IS NULL AND tag_name IS NOT NULL
        OR image_id IS NOT NULL AND NOT EXISTS (SELECT FROM ${images} i WHERE i.id = r.image_id))`,
  );
  await adoption.mend(
    'image_approval_requests',
    'of pending requests about the same, the oldest stays and the others were superseded',
    `UPDATE ${requests} r SET ${closed('superseded', `'The same as request ' || d.kept || ', which is older.'`)}
       FROM (SELECT p.id, first_value(p.id) OVER (
               PARTITION BY CASE WHEN p.tag_name IS NULL THEN p.registry END,
                            CASE WHEN p.tag_name IS NULL THEN p.image_name END,
                            CASE WHEN p.tag_name IS NOT NULL THEN coalesce(f.kept, p.image_id) END, p.tag_name
               ORDER BY p.requested_at NULLS LAST, p.id) AS kept
               FROM ${requests} p LEFT JOIN adoption_images f ON f.gone = p.image_id
              WHERE p.status = 'pending') d
      WHERE r.id = d.id AND d.id <> d.kept`,
  );
  if (!table.columns.has('digest')) {
    await adoption.mend(
      'image_approval_requests.digest',
      'taken from metadata',
      `UPDATE ${requests} SET digest = metadata ->> 'digest' WHERE metadata ->> 'digest' <> ''`,
    );
  }
  await reportWiderKeys(adoption);
}

/** A re-pushed tag opens a second request for its tag, which such a key would keep out without a word. */
async function reportWiderKeys(adoption: Adoption): Promise<void> {
  const keys = await adoption.rows<{ name: string }>(
    `SELECT i.indexrelid::regclass::text AS name FROM pg_index i
      WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indpred IS NULL AND NOT EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'id' AND a.attnum = ANY (i.indkey))`,
    [adoption.nameOf('image_approval_requests')],
  );
  for (const { name } of keys) {
    await adoption.report(
      'image_approval_requests',
      `${name} lets a tag that was pushed again have no second request`,
    );
  }
}
