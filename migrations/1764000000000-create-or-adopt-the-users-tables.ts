import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Column name → its definition, in the order of a fresh table. */
type Columns = Readonly<Record<string, string>>;

const IMAGES: Columns = {
  id: 'serial PRIMARY KEY',
  registry: `varchar(255) NOT NULL DEFAULT 'docker.io'`,
  namespace: `varchar(255) NOT NULL DEFAULT 'library'`,
  image_name: 'varchar(255) NOT NULL',
  description: 'text',
  category: 'varchar(100)',
  is_official: 'boolean NOT NULL DEFAULT false',
  approval_status: `varchar(20) NOT NULL DEFAULT 'pending'`,
  approved_by: 'varchar(255)',
  approved_at: 'timestamptz',
  watch_for_updates: 'boolean NOT NULL DEFAULT false',
  last_checked_at: 'timestamptz',
  next_check_at: 'timestamptz NOT NULL DEFAULT now()',
  check_interval_minutes: 'integer',
  request_policy: 'varchar(20)',
  baseline: 'boolean NOT NULL DEFAULT false',
  auto_rollout: 'boolean NOT NULL DEFAULT true',
  tag_include: `text[] NOT NULL DEFAULT '{}'`,
  tag_exclude: `text[] NOT NULL DEFAULT '{}'`,
  platforms: `text[] NOT NULL DEFAULT '{}'`,
  check_priority: 'smallint NOT NULL DEFAULT 2',
  check_id: 'bigint',
  triggered_at: 'timestamptz',
  lease_token: 'uuid',
  lease_expires_at: 'timestamptz',
  read_to: 'timestamptz',
  inventory_to: 'timestamptz',
  inventory_state: `varchar(20) NOT NULL DEFAULT 'unread'`,
  repository_stamp: 'text',
  last_full_check_at: 'timestamptz',
  last_error: 'text',
  last_error_at: 'timestamptz',
  consecutive_failures: 'integer NOT NULL DEFAULT 0',
  created_at: 'timestamptz NOT NULL DEFAULT now()',
  updated_at: 'timestamptz NOT NULL DEFAULT now()',
};

const IMAGE_TAGS: Columns = {
  id: 'serial PRIMARY KEY',
  image_id: 'integer NOT NULL',
  tag: 'varchar(128) NOT NULL',
  digest: 'text',
  size_bytes: 'bigint',
  architectures: `text[] NOT NULL DEFAULT '{}'`,
  platforms: `text[] NOT NULL DEFAULT '{}'`,
  pushed_at: 'timestamptz',
  status: `varchar(20) NOT NULL DEFAULT 'approved'`,
  is_recommended: 'boolean NOT NULL DEFAULT false',
  is_deprecated: 'boolean NOT NULL DEFAULT false',
  approved_by: 'varchar(255)',
  approved_at: 'timestamptz',
  approval_request_id: 'integer',
  created_at: 'timestamptz NOT NULL DEFAULT now()',
  updated_at: 'timestamptz NOT NULL DEFAULT now()',
};

const REQUESTS: Columns = {
  id: 'serial PRIMARY KEY',
  image_id: 'integer',
  image_name: 'varchar(255) NOT NULL',
  registry: `varchar(255) NOT NULL DEFAULT 'docker.io'`,
  tag_name: 'varchar(128)',
  status: `varchar(20) NOT NULL DEFAULT 'pending'`,
  requested_by: `varchar(255) NOT NULL DEFAULT 'image_monitor'`,
  requested_at: 'timestamptz NOT NULL DEFAULT now()',
  reviewed_by: 'varchar(255)',
  reviewed_at: 'timestamptz',
  notes: 'text',
  rejection_reason: 'text',
  metadata: `jsonb NOT NULL DEFAULT '{}'`,
  digest: 'text',
  line: 'text',
  variant: 'text',
  bump: 'varchar(10)',
  version_numbers: 'bigint[]',
  pushed_at: 'timestamptz',
  size_bytes: 'bigint',
  size_change_bytes: 'bigint',
  platforms_missing: `text[] NOT NULL DEFAULT '{}'`,
  compared_tag_id: 'integer',
  superseded_by: 'integer',
  tag_before: 'jsonb',
  batch_id: 'uuid',
};

/**
 * The user's three tables, in the default schema: made where they are missing, completed where a platform has them.
 *
 * Locks: ACCESS EXCLUSIVE on the three tables while columns and constraints are added. New columns have constant
 * defaults, so nothing is rewritten; the constraints and indexes read each table once.
 */
export class CreateOrAdoptTheUsersTables1764000000000 implements MigrationInterface {
  name = 'CreateOrAdoptTheUsersTables1764000000000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE SCHEMA IF NOT EXISTS image_monitor`);
    await ensureTable(run, 'images', IMAGES);
    await ensureTable(run, 'image_tags', IMAGE_TAGS);
    await ensureTable(run, 'image_approval_requests', REQUESTS);

    await run.query(`
      ALTER TABLE images
        ADD CONSTRAINT images_registry_image_name_key UNIQUE (registry, image_name),
        ADD CONSTRAINT images_approval_status_check CHECK (approval_status IN ('pending', 'approved', 'rejected')),
        ADD CONSTRAINT images_request_policy_check CHECK (request_policy IN ('most_recent', 'all')),
        ADD CONSTRAINT images_check_interval_check CHECK (check_interval_minutes BETWEEN 1 AND 10080),
        ADD CONSTRAINT images_check_priority_check CHECK (check_priority BETWEEN 0 AND 2),
        ADD CONSTRAINT images_inventory_state_check
          CHECK (inventory_state IN ('unread', 'partial', 'complete', 'truncated'))`);
    // Serves the claim: three range scans, one for each priority, that stop at the first image not yet due.
    await run.query(`
      CREATE INDEX images_due_idx ON images (check_priority, next_check_at)
        WHERE approval_status = 'approved' AND (watch_for_updates OR check_priority < 2)`);
    await run.query(`CREATE INDEX images_triggered_idx ON images (triggered_at) WHERE triggered_at IS NOT NULL`);
    await run.query(`CREATE INDEX images_leased_idx ON images (lease_expires_at) WHERE lease_token IS NOT NULL`);
    await run.query(`CREATE INDEX images_category_idx ON images (category, id)`);
    await run.query(`CREATE INDEX images_approval_status_idx ON images (approval_status, id)`);

    await run.query(`
      ALTER TABLE image_tags
        ADD CONSTRAINT image_tags_image_fk FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE,
        ADD CONSTRAINT image_tags_image_tag_key UNIQUE (image_id, tag),
        ADD CONSTRAINT image_tags_status_check CHECK (status IN ('approved', 'revoked'))`);
    await run.query(`
      CREATE UNIQUE INDEX image_tags_one_recommended_idx ON image_tags (image_id) WHERE is_recommended`);
    // The tags of an image, approved last first: its page, and the newest one beside each image of a list.
    await run.query(`
      CREATE INDEX image_tags_newest_idx ON image_tags (image_id, approved_at DESC NULLS LAST, id DESC)`);

    await run.query(`
      ALTER TABLE image_approval_requests
        ADD CONSTRAINT image_approval_requests_image_fk
          FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE,
        ADD CONSTRAINT image_approval_requests_status_check
          CHECK (status IN ('pending', 'approved', 'rejected', 'superseded')),
        ADD CONSTRAINT image_approval_requests_tag_needs_image_check CHECK (tag_name IS NULL OR image_id IS NOT NULL)`);
    // One question at a time: per tag, and per image where the question is about the image.
    await run.query(`
      CREATE UNIQUE INDEX image_approval_requests_one_pending_tag_idx
        ON image_approval_requests (image_id, tag_name) WHERE status = 'pending' AND tag_name IS NOT NULL`);
    await run.query(`
      CREATE UNIQUE INDEX image_approval_requests_one_pending_image_idx
        ON image_approval_requests (registry, image_name) WHERE status = 'pending' AND tag_name IS NULL`);
    // Lists: by state, newest or oldest first; the same within an image, a line, a kind of change; by growth.
    for (const [name, columns] of [
      ['by_status', 'status, requested_at, id'],
      ['by_image', 'image_id, status, requested_at, id'],
      ['by_tag', 'image_id, tag_name, digest'],
      ['by_line', 'status, image_id, line, id'],
      ['by_bump', 'status, bump, requested_at, id'],
      ['by_digest', 'digest, id'],
      ['by_growth', 'status, size_change_bytes, id'],
      ['by_batch', 'batch_id'],
    ] as const) {
      await run.query(`CREATE INDEX image_approval_requests_${name}_idx ON image_approval_requests (${columns})`);
    }
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_approval_requests, image_tags, images`);
  }
}

async function ensureTable(run: QueryRunner, table: string, columns: Columns): Promise<void> {
  const definitions = Object.entries(columns).map(([name, definition]) => `${name} ${definition}`);
  await run.query(`CREATE TABLE ${table} (\n  ${definitions.join(',\n  ')}\n)`);
}
