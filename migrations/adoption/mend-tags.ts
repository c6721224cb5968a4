import type { Adoption } from './adoption.js';
import { keepFolded, repoint } from './fold-rows.js';
import type { FoundTable } from './found-table.js';
import { mendStatus, TAG_STATUSES } from './statuses.js';

export async function mendTags(adoption: Adoption, table: FoundTable): Promise<void> {
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
