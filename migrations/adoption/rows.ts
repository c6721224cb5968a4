import type { Adoption } from './adoption.js';
import type { FoundTable } from './found-table.js';
import { foldImages, mendImages, shortenNames } from './mend-images.js';
import { mendRequests } from './mend-requests.js';
import { mendTags } from './mend-tags.js';

/** The tables that were there; null: made by us, and empty. */
export interface FoundTables {
  images: FoundTable | null;
  image_tags: FoundTable | null;
  image_approval_requests: FoundTable | null;
}

/**
 * Brings found rows to where the service's constraints hold. Each step says what it did; what it folds away is kept
 * whole in `image_monitor.folded_rows`.
 */
export async function mendRows(adoption: Adoption, found: FoundTables): Promise<void> {
  await adoption.run.query(
    `CREATE TEMPORARY TABLE adoption_images (gone integer PRIMARY KEY, kept integer) ON COMMIT DROP`,
  );
  await adoption.run.query(
    `CREATE TEMPORARY TABLE adoption_tags (gone integer PRIMARY KEY, kept integer) ON COMMIT DROP`,
  );
  if (found.images) await mendImages(adoption, found.images);
  if (found.image_tags) await mendTags(adoption, found.image_tags);
  if (found.image_approval_requests) await mendRequests(adoption, found.image_approval_requests);
  // Last: until here a row's children still say which of the doubled images they came with.
  await foldImages(adoption);
  await shortenNames(adoption);
  await adoption.run.query(`DROP TABLE adoption_images, adoption_tags`);
}

/** Rows may have come with their ids; the sequence must be past them. */
export async function advanceSequence(adoption: Adoption, table: string): Promise<void> {
  const full = adoption.nameOf(table);
  const [sequence] = await adoption.rows<{ name: string | null }>(
    `SELECT pg_get_serial_sequence($1, 'id') AS name`,
    [full],
  );
  if (!sequence?.name) return;
  const [behind] = await adoption.rows<{ last: number | null }>(
    `SELECT (SELECT max(id) FROM ${full}) AS last FROM ${sequence.name} s
      WHERE (SELECT max(id) FROM ${full}) >= s.last_value + CASE WHEN s.is_called THEN 1 ELSE 0 END`,
  );
  if (behind === undefined || behind.last === null) return;
  await adoption.rows(`SELECT setval($1::regclass, $2)`, [sequence.name, behind.last]);
  await adoption.report(`${table}.id`, `its sequence was behind the rows and goes on after ${behind.last}`);
}
