import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the probe of namespaces and the back-fill of inventories keep.
 *
 * Locks: ACCESS EXCLUSIVE on `images` for the moment in which columns with constant defaults are added, which rewrites
 * nothing; then SHARE, while each index reads the table once.
 */
export class ProbeNamespaces1764000004000 implements MigrationInterface {
  name = 'ProbeNamespaces1764000004000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      ALTER TABLE images
        ADD COLUMN IF NOT EXISTS check_itself boolean NOT NULL DEFAULT false,
        ADD COLUMN IF NOT EXISTS probe_stamp text,
        ADD COLUMN IF NOT EXISTS inventory_page integer`);
    // Which images a probe vouches for, and whether a namespace has two of them.
    await run.query(`
      CREATE INDEX images_of_namespace_idx ON images (registry, namespace, id)
        WHERE approval_status = 'approved' AND watch_for_updates`);
    await run.query(`
      CREATE INDEX images_to_back_fill_idx ON images (inventory_state, id)
        WHERE approval_status = 'approved' AND watch_for_updates AND inventory_state IN ('partial', 'truncated')`);
    await run.query(`
      ALTER TABLE image_monitor.namespaces
        ADD COLUMN consecutive_failures integer NOT NULL DEFAULT 0,
        ADD COLUMN retry_at timestamptz`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(
      `ALTER TABLE image_monitor.namespaces DROP COLUMN consecutive_failures, DROP COLUMN retry_at`,
    );
    await run.query(`DROP INDEX images_to_back_fill_idx, images_of_namespace_idx`);
    await run.query(
      `ALTER TABLE images DROP COLUMN check_itself, DROP COLUMN probe_stamp, DROP COLUMN inventory_page`,
    );
  }
}
