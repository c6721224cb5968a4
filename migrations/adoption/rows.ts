import { type Adoption, messageOf } from './adoption.js';
import type { FoundTable } from './found-table.js';

export const IMAGE_STATUSES = ['pending', 'approved', 'rejected'] as const;
export const TAG_STATUSES = ['approved', 'revoked'] as const;
export const REQUEST_STATUSES = ['pending', 'approved', 'rejected', 'superseded'] as const;

/** The tables that were there; null: made by us, and empty. */
export interface FoundTables {
  images: FoundTable | null;
  image_tags: FoundTable | null;
  image_approval_requests: FoundTable | null;
}

const NOTE = `concat_ws(E'\\n', NULLIF(notes, ''), `;

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

async function mendImages(adoption: Adoption, table: FoundTable): Promise<void> {
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

/** Unknown values become `otherwise`; a known one in another spelling is only spelled right. */
async function mendStatus(
  adoption: Adoption,
  table: string,
  column: string,
  allowed: readonly string[],
  otherwise: string,
  alsoSet = '',
): Promise<void> {
  const full = adoption.nameOf(table);
  const list = allowed.map((value) => `'${value}'`).join(', ');
  await adoption.mend(
    `${table}.${column}`,
    'written in lower case',
    `UPDATE ${full} SET ${column} = lower(btrim(${column}))
      WHERE ${column} NOT IN (${list}) AND lower(btrim(${column})) IN (${list})`,
  );
  const unknown = await adoption.rows<{ value: string | null }>(
    `SELECT DISTINCT ${column} AS value FROM ${full} WHERE ${column} IS NULL OR ${column} NOT IN (${list}) LIMIT 20`,
  );
  if (unknown.length === 0) return;
  await adoption.mend(
    `${table}.${column}`,
    `unknown states were replaced: ${unknown.map(({ value }) => value ?? 'NULL').join(', ')}`,
    `UPDATE ${full} SET ${alsoSet} ${column} = ${otherwise} WHERE ${column} IS NULL OR ${column} NOT IN (${list})`,
  );
}

async function mendTags(adoption: Adoption, table: FoundTable): Promise<void> {
  const tags = adoption.nameOf('image_tags');
  const hasArchitecture = table.columns.has('architecture');
  await mendStatus(
    adoption,
    'image_tags',
    'status',
    TAG_STATUSES,
    `CASE WHEN approved_at IS NOT NULL THEN 'approved' ELSE 'revoked' END`,
  );
  await adoption.mend(
    'image_tags.architectures',
    'NULL became {}',
    `UPDATE ${tags} SET architectures = '{}' WHERE architectures IS NULL`,
  );
  if (hasArchitecture) {
    await adoption.mend(
      'image_tags.architectures',
      'taken from architecture',
      `UPDATE ${tags} SET architectures = regexp_split_to_array(btrim(architecture::text), '\\s*,\\s*')
        WHERE architectures = '{}' AND btrim(architecture::text) <> ''`,
    );
  }
  await adoption.run.query(`
    INSERT INTO adoption_tags
    SELECT id, kept FROM (
      SELECT t.id, min(t.id) OVER (PARTITION BY coalesce(f.kept, t.image_id), t.tag) AS kept
        FROM ${tags} t LEFT JOIN adoption_images f ON f.gone = t.image_id) g
     WHERE id <> kept`);
  await foldTags(adoption);
  await adoption.mend(
    'image_tags.is_recommended',
    'only the tag approved last is recommended now',
    `UPDATE ${tags} t SET is_recommended = false
      WHERE is_recommended AND id <> (
        SELECT o.id FROM ${tags} o LEFT JOIN adoption_images f ON f.gone = o.image_id
         WHERE o.is_recommended AND coalesce(f.kept, o.image_id) = coalesce(
           (SELECT kept FROM adoption_images WHERE gone = t.image_id), t.image_id)
         ORDER BY o.approved_at DESC NULLS LAST, o.id DESC LIMIT 1)`,
  );
  if (hasArchitecture) await giveArchitectureADefault(adoption, table);
}

/**
 * Rows of one tag become the first of them. It never says more than they all said: approved only where each was, and
 * a digest only where it was the same, since those of single architectures are not the digest of the tag.
 */
async function foldTags(adoption: Adoption): Promise<void> {
  const tags = adoption.nameOf('image_tags');
  const group = `SELECT gone AS id, kept FROM adoption_tags UNION SELECT kept, kept FROM adoption_tags`;
  const [differing] = await adoption.rows<{ n: number }>(
    `SELECT count(*)::int AS n FROM (
       SELECT g.kept FROM (${group}) g JOIN ${tags} t USING (id) GROUP BY g.kept
       HAVING count(DISTINCT t.digest) > 1 OR count(t.digest) BETWEEN 1 AND count(*) - 1) d`,
  );
  await keepFolded(adoption, 'image_tags', 'adoption_tags', 'one per image and tag');
  // The first row itself, as it was: its own values are about to be merged.
  await adoption.run.query(
    `INSERT INTO image_monitor.folded_rows (table_name, kept_id, content)
     SELECT 'image_tags (kept)', t.id, to_jsonb(t) FROM ${tags} t WHERE t.id IN (SELECT kept FROM adoption_tags)`,
  );
  await adoption.run.query(`
    WITH merged AS (
      SELECT g.kept, bool_and(t.status = 'approved') AS is_approved,
             CASE WHEN count(DISTINCT t.digest) = 1 AND count(t.digest) = count(*) THEN min(t.digest) END AS digest,
             max(t.size_bytes) AS size_bytes, max(t.pushed_at) AS pushed_at,
             bool_or(t.is_recommended) AS is_recommended, bool_or(t.is_deprecated) AS is_deprecated,
             min(t.approved_at) AS approved_at,
             (array_agg(t.approved_by ORDER BY t.approved_at NULLS LAST, t.id))[1] AS approved_by,
             min(t.created_at) AS created_at
        FROM (${group}) g JOIN ${tags} t USING (id) GROUP BY g.kept),
    built_for AS (
      SELECT kept, array_agg(architecture ORDER BY first_id, architecture) AS architectures FROM (
        SELECT g.kept, a.architecture, min(t.id) AS first_id
          FROM (${group}) g JOIN ${tags} t USING (id) CROSS JOIN unnest(t.architectures) AS a (architecture)
         GROUP BY g.kept, a.architecture) each_one GROUP BY kept)
    UPDATE ${tags} t
       SET status = CASE WHEN m.is_approved THEN 'approved' ELSE 'revoked' END, digest = m.digest,
           size_bytes = m.size_bytes, pushed_at = m.pushed_at, is_recommended = m.is_recommended,
           is_deprecated = m.is_deprecated, approved_at = m.approved_at, approved_by = m.approved_by,
           created_at = m.created_at, architectures = coalesce(b.architectures, '{}')
      FROM merged m LEFT JOIN built_for b USING (kept) WHERE t.id = m.kept`);
  await repoint(adoption, 'image_tags', 'adoption_tags');
  await adoption.run.query(`DELETE FROM ${tags} WHERE id IN (SELECT gone FROM adoption_tags)`);
  if (differing && differing.n > 0) {
    await adoption.report(
      'image_tags.digest',
      'tags without a digest now, since their rows had different ones: approve them again',
      differing.n,
    );
  }
}

/** Rows of the service are about all architectures, and name none here. */
async function giveArchitectureADefault(adoption: Adoption, table: FoundTable): Promise<void> {
  const column = table.columns.get('architecture');
  if (column === undefined || !column.isNotNull || column.fillsItself) return;
  const tags = adoption.nameOf('image_tags');
  await adoption.change(
    'image_tags.architecture',
    `ALTER TABLE ${tags} ALTER architecture SET DEFAULT 'multi'`,
    `ALTER TABLE ${tags} ALTER architecture DROP DEFAULT`,
  );
  await adoption.report(
    'image_tags.architecture',
    `its default is 'multi' now; one row per tag, no more per architecture`,
  );
}

async function mendRequests(adoption: Adoption, table: FoundTable): Promise<void> {
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

/** The lowest id stays and is the strictest of them; everything that refers to the others refers to it. */
async function foldImages(adoption: Adoption): Promise<void> {
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
async function shortenNames(adoption: Adoption): Promise<void> {
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

/** Puts rows aside, whole, before they are folded into another; `down` puts them back. */
async function keepFolded(adoption: Adoption, table: string, map: string, what: string): Promise<void> {
  const full = adoption.nameOf(table);
  const kept = await adoption.mend(
    table,
    `rows folded into another, ${what}; they are kept in image_monitor.folded_rows`,
    `INSERT INTO image_monitor.folded_rows (table_name, kept_id, content)
     SELECT '${table}', f.kept, to_jsonb(t) FROM ${full} t JOIN ${map} f ON f.gone = t.id`,
  );
  if (kept === 0) return;
  const [columns] = await adoption.rows<{ list: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [full],
  );
  await adoption.change(
    table,
    'SELECT',
    `INSERT INTO ${full} (${columns?.list}) OVERRIDING SYSTEM VALUE
       SELECT ${columns?.list} FROM (
         SELECT (jsonb_populate_record(NULL::${full}, content)).* FROM image_monitor.folded_rows
          WHERE table_name = '${table}' ORDER BY id) f`,
  );
}

/** Foreign keys of whatever table follow to the row that is kept. */
async function repoint(adoption: Adoption, table: string, map: string): Promise<void> {
  const [folded] = await adoption.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${map}`);
  if (!folded?.n) return;
  const references = await adoption.rows<{ table: string; column: string; name: string; isById: boolean }>(
    `SELECT c.conrelid::regclass::text AS table, quote_ident(a.attname) AS column, c.conname AS name,
            c.confkey = ARRAY[k.attnum] AS "isById"
       FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
       JOIN pg_attribute k ON k.attrelid = c.confrelid AND k.attname = 'id'
      WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid = $1::regclass`,
    [adoption.nameOf(table)],
  );
  for (const reference of references) {
    const who = `${reference.table}.${reference.column}`;
    if (!reference.isById) {
      throw new Error(
        `${folded.n} rows of ${table} are doubled, and ${reference.name} of ${reference.table} refers to them by more than their id: make them one and start again.`,
      );
    }
    try {
      await adoption.mend(
        who,
        `refers to the row of ${table} that was kept`,
        `UPDATE ${reference.table} t SET ${reference.column} = f.kept FROM ${map} f WHERE t.${reference.column} = f.gone`,
      );
    } catch (error) {
      throw new Error(
        `${folded.n} rows of ${table} are doubled, and ${who} cannot follow to the one that is kept: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
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

/** Writes what the service writes and takes it back: a rule of the platform that stands against it speaks now. */
export async function tryToWrite(adoption: Adoption): Promise<void> {
  await adoption.run.query(`SAVEPOINT trial`);
  try {
    const name = 'image-monitor/trial-of-its-adoption';
    const [image] = await adoption.rows<{ id: number }>(
      `INSERT INTO ${adoption.nameOf('images')} (registry, namespace, image_name, is_official, approval_status)
       VALUES ('docker.io', 'image-monitor', $1, false, 'approved') RETURNING id`,
      [name],
    );
    await adoption.rows(
      `INSERT INTO ${adoption.nameOf('image_tags')} (image_id, tag, digest, status, approved_at)
       VALUES ($1, 'trial', 'sha256:0', 'approved', now()) RETURNING id`,
      [image?.id],
    );
    await adoption.rows(
      `INSERT INTO ${adoption.nameOf('image_approval_requests')} (image_id, image_name, tag_name)
       VALUES ($1, $2, 'trial'), (NULL, $2, NULL) RETURNING id`,
      [image?.id, name],
    );
    for (const status of REQUEST_STATUSES) {
      await adoption.rows(
        `UPDATE ${adoption.nameOf('image_approval_requests')} SET status = $2, reviewed_at = now(), reviewed_by = 'trial'
          WHERE image_name = $1`,
        [name, status],
      );
    }
  } catch (error) {
    throw new Error(`The service could not write to the tables it found: ${messageOf(error)}`, {
      cause: error,
    });
  }
  await adoption.run.query(`ROLLBACK TO SAVEPOINT trial`);
  await adoption.run.query(`RELEASE SAVEPOINT trial`);
}
