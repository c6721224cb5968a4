import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the request budget did in each minute, and an index for the images whose checks fail.
 *
 * Locks: SHARE on `images` (reads go on, writes wait) while it is read once: a second for a million rows.
 */
export class KeepTheBudgetsMinutes1764000020000 implements MigrationInterface {
  name = 'KeepTheBudgetsMinutes1764000020000';

  async up(run: QueryRunner): Promise<void> {
    // `spent` is the budget's count of all times, so that a minute's use is the difference of two rows.
    await run.query(`
      CREATE TABLE image_monitor.budget_minutes (
        registry   varchar(255) NOT NULL,
        credential varchar(255) NOT NULL,
        minute     timestamptz NOT NULL,
        spent      bigint NOT NULL,
        ceiling    integer NOT NULL,
        waiting    integer NOT NULL,
        is_paused  boolean NOT NULL,
        PRIMARY KEY (registry, credential, minute)
      )`);
    await run.query(`CREATE INDEX images_failing_idx ON images (id) WHERE last_error IS NOT NULL`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP INDEX images_failing_idx`);
    await run.query(`DROP TABLE image_monitor.budget_minutes`);
  }
}
