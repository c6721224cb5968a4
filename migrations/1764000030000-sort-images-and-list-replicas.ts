import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Two more orders that the list of images is read in, and which processes run the monitor.
 *
 * Locks: SHARE on `images` (reads go on, writes wait) while each index reads it once: a second for a million rows.
 */
export class SortImagesAndListReplicas1764000030000 implements MigrationInterface {
  name = 'SortImagesAndListReplicas1764000030000';

  async up(run: QueryRunner): Promise<void> {
    // Expressions, so that a page begins behind a row whose keys are never null and all run the same way.
    await run.query(`
      CREATE INDEX images_last_checked_idx
        ON images ((coalesce(last_checked_at, '1970-01-01T00:00:00Z'::timestamptz)), id)`);
    await run.query(`
      CREATE INDEX images_next_check_idx ON images (((NOT watch_for_updates)::int), next_check_at, id)`);
    await run.query(`
      CREATE TABLE image_monitor.replicas (
        id         uuid PRIMARY KEY,
        name       text NOT NULL,
        started_at timestamptz NOT NULL,
        beat_at    timestamptz NOT NULL
      )`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_monitor.replicas`);
    await run.query(`DROP INDEX images_next_check_idx`);
    await run.query(`DROP INDEX images_last_checked_idx`);
  }
}
