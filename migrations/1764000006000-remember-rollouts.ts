import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which approvals led to a rollout, so that repeated deliveries of a push lead to one. A new table: locks nothing that
 * is in use but, for a moment, `images` and `image_tags` (SHARE ROW EXCLUSIVE, for the foreign keys).
 */
export class RememberRollouts1764000006000 implements MigrationInterface {
  name = 'RememberRollouts1764000006000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      CREATE TABLE image_monitor.rollouts (
        id                  bigserial PRIMARY KEY,
        image_id            integer NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        image_tag_id        integer NOT NULL REFERENCES image_tags (id) ON DELETE CASCADE,
        digest              text NOT NULL,
        approved_at         timestamptz NOT NULL,
        approval_request_id integer,
        requested_at        timestamptz NOT NULL DEFAULT now(),
        UNIQUE (image_tag_id, digest, approved_at)
      )`);
    await run.query(`CREATE INDEX rollouts_of_image_idx ON image_monitor.rollouts (image_id)`);
    await run.query(`CREATE INDEX rollouts_of_request_idx ON image_monitor.rollouts (approval_request_id)`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_monitor.rollouts`);
  }
}
