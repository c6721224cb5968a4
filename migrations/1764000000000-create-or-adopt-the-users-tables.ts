import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Adoption } from './adoption/adoption.js';
import { type AllowedValues, completeColumns, requireValues } from './adoption/columns.js';
import { type Columns, findTable, obstacles } from './adoption/found-table.js';
import { advanceSequence, type FoundTables, mendRows } from './adoption/rows.js';
import { IMAGE_STATUSES, REQUEST_STATUSES, TAG_STATUSES } from './adoption/statuses.js';
import { tryToWrite } from './adoption/trial.js';
import { createIndex, ensureIndex, ensureKey, ensureRule, type Index, type Rule } from './adoption/rules.js';

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

const RULES: readonly Rule[] = [
  { table: 'images', name: 'images_registry_image_name_key', definition: 'UNIQUE (registry, image_name)' },
  {
    table: 'images',
    name: 'images_approval_status_check',
    definition: `CHECK (approval_status IN ('pending', 'approved', 'rejected'))`,
  },
  {
    table: 'images',
    name: 'images_request_policy_check',
    definition: `CHECK (request_policy IN ('most_recent', 'all'))`,
  },
  {
    table: 'images',
    name: 'images_check_interval_check',
    definition: 'CHECK (check_interval_minutes BETWEEN 1 AND 10080)',
  },
  {
    table: 'images',
    name: 'images_check_priority_check',
    definition: 'CHECK (check_priority BETWEEN 0 AND 2)',
  },
  {
    table: 'images',
    name: 'images_inventory_state_check',
    definition: `CHECK (inventory_state IN ('unread', 'partial', 'complete', 'truncated'))`,
  },
  {
    table: 'image_tags',
    name: 'image_tags_image_fk',
    definition: 'FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE',
    exempt: 'NOT EXISTS (SELECT FROM images i WHERE i.id = t.image_id)',
  },
  { table: 'image_tags', name: 'image_tags_image_tag_key', definition: 'UNIQUE (image_id, tag)' },
  {
    table: 'image_tags',
    name: 'image_tags_status_check',
    definition: `CHECK (status IN ('approved', 'revoked'))`,
  },
  {
    table: 'image_approval_requests',
    name: 'image_approval_requests_image_fk',
    definition: 'FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE',
    exempt: 't.image_id IS NOT NULL AND NOT EXISTS (SELECT FROM images i WHERE i.id = t.image_id)',
  },
  {
    table: 'image_approval_requests',
    name: 'image_approval_requests_status_check',
    definition: `CHECK (status IN ('pending', 'approved', 'rejected', 'superseded'))`,
  },
  {
    table: 'image_approval_requests',
    name: 'image_approval_requests_tag_needs_image_check',
    definition: 'CHECK (tag_name IS NULL OR image_id IS NOT NULL)',
    exempt: 't.tag_name IS NOT NULL AND t.image_id IS NULL',
  },
];

const INDEXES: readonly Index[] = [
  // Serves the claim: three range scans, one for each priority, that stop at the first image not yet due.
  {
    table: 'images',
    name: 'images_due_idx',
    on: `(check_priority, next_check_at) WHERE approval_status = 'approved' AND (watch_for_updates OR check_priority < 2)`,
  },
  { table: 'images', name: 'images_triggered_idx', on: '(triggered_at) WHERE triggered_at IS NOT NULL' },
  { table: 'images', name: 'images_leased_idx', on: '(lease_expires_at) WHERE lease_token IS NOT NULL' },
  { table: 'images', name: 'images_category_idx', on: '(category, id)' },
  { table: 'images', name: 'images_approval_status_idx', on: '(approval_status, id)' },
  {
    table: 'image_tags',
    name: 'image_tags_one_recommended_idx',
    on: '(image_id) WHERE is_recommended',
    isUnique: true,
  },
  // The tags of an image, approved last first: its page, and the newest one beside each image of a list.
  {
    table: 'image_tags',
    name: 'image_tags_newest_idx',
    on: '(image_id, approved_at DESC NULLS LAST, id DESC)',
  },
  // One question at a time: per tag, and per image where the question is about the image.
  {
    table: 'image_approval_requests',
    name: 'image_approval_requests_one_pending_tag_idx',
    on: `(image_id, tag_name) WHERE status = 'pending' AND tag_name IS NOT NULL`,
    isUnique: true,
  },
  {
    table: 'image_approval_requests',
    name: 'image_approval_requests_one_pending_image_idx',
    on: `(registry, image_name) WHERE status = 'pending' AND tag_name IS NULL`,
    isUnique: true,
  },
  // Lists: by state, newest or oldest first; the same within an image, a line, a kind of change; by growth.
  ...(
    [
      ['by_status', 'status, requested_at, id'],
      ['by_image', 'image_id, status, requested_at, id'],
      ['by_tag', 'image_id, tag_name, digest'],
      ['by_line', 'status, image_id, line, id'],
      ['by_bump', 'status, bump, requested_at, id'],
      ['by_digest', 'digest, id'],
      ['by_growth', 'status, size_change_bytes, id'],
      ['by_batch', 'batch_id'],
    ] as const
  ).map(([name, columns]) => ({
    table: 'image_approval_requests',
    name: `image_approval_requests_${name}_idx`,
    on: `(${columns})`,
  })),
];

interface TableOfOurs {
  name: keyof FoundTables;
  columns: Columns;
  /** Without these a found table is another thing that has the same name. */
  keys: readonly string[];
  /** Unknown columns that get a default from us. */
  mayLackDefault: readonly string[];
  allowed: AllowedValues;
}

const TABLES: readonly TableOfOurs[] = [
  {
    name: 'images',
    columns: IMAGES,
    keys: ['id', 'image_name'],
    mayLackDefault: [],
    allowed: { approval_status: IMAGE_STATUSES },
  },
  {
    name: 'image_tags',
    columns: IMAGE_TAGS,
    keys: ['image_id', 'tag'],
    mayLackDefault: ['architecture'],
    allowed: { status: TAG_STATUSES },
  },
  {
    name: 'image_approval_requests',
    columns: REQUESTS,
    keys: [],
    mayLackDefault: [],
    allowed: { status: REQUEST_STATUSES },
  },
];

/**
 * The user's three tables, in the default schema: made where they are missing, adopted where a platform has them
 * (`adoption/`). What is found stays, down to unknown columns, indexes and triggers; what had to be changed stands in
 * `image_monitor.adoption_report`, and what `down` has to take back in `image_monitor.adopted_objects`.
 *
 * Locks: ACCESS EXCLUSIVE on the tables that were found, in the order images, image_tags, image_approval_requests, from
 * the first look to the commit; other tables' rows that refer to a folded one are locked as by any UPDATE. New columns
 * have constant defaults and rewrite nothing; each constraint and index reads its table once; a column whose type
 * changes other than to a longer text rewrites its table (a million rows: seconds). Nothing else of the platform waits.
 */
export class CreateOrAdoptTheUsersTables1764000000000 implements MigrationInterface {
  name = 'CreateOrAdoptTheUsersTables1764000000000';

  async up(run: QueryRunner): Promise<void> {
    const adoption = await Adoption.begin(run);
    const found: FoundTables = { images: null, image_tags: null, image_approval_requests: null };
    for (const { name } of TABLES) found[name] = await findTable(adoption, name);

    const refusals: string[] = [];
    for (const { name, columns, ...needs } of TABLES) {
      const table = found[name];
      if (table === null) await createTable(adoption, name, columns);
      else refusals.push(...(await obstacles(adoption, table, columns, needs)));
    }
    if (refusals.length > 0) {
      throw new Error(
        `The tables of this database cannot be adopted; nothing was changed:\n- ${refusals.join('\n- ')}`,
      );
    }

    const hasFound = TABLES.some(({ name }) => found[name] !== null);
    if (hasFound) {
      // Pending checks of deferred constraints would stand against every ALTER TABLE.
      await run.query(`SET CONSTRAINTS ALL IMMEDIATE`);
      // Rows hidden by a policy must be an error, not rows that were forgotten.
      await run.query(`SET LOCAL row_security = off`);
      for (const { name, columns, allowed } of TABLES) {
        const table = found[name];
        if (table === null) continue;
        await completeColumns(adoption, table, columns, allowed);
        await ensureKey(adoption, name);
        await advanceSequence(adoption, name);
      }
      await mendRows(adoption, found);
      for (const { name, columns } of TABLES) {
        const table = found[name];
        if (table !== null) await requireValues(adoption, table, columns);
      }
    }

    for (const rule of RULES) {
      if (found[rule.table as keyof FoundTables] !== null) await ensureRule(adoption, rule);
      else await run.query(`ALTER TABLE ${rule.table} ADD CONSTRAINT ${rule.name} ${rule.definition}`);
    }
    for (const index of INDEXES) {
      if (found[index.table as keyof FoundTables] !== null) await ensureIndex(adoption, index);
      else await run.query(createIndex(index));
    }
    await completeRowsOfOthers(adoption);
    if (hasFound) await tryToWrite(adoption);
  }

  async down(run: QueryRunner): Promise<void> {
    await Adoption.undo(run);
  }
}

async function createTable(adoption: Adoption, table: string, columns: Columns): Promise<void> {
  const definitions = Object.entries(columns).map(([name, definition]) => `${name} ${definition}`);
  const full = adoption.nameOf(table);
  await adoption.change(
    table,
    `CREATE TABLE ${full} (\n  ${definitions.join(',\n  ')}\n)`,
    `DROP TABLE ${full}`,
  );
}

/**
 * Statements that know less than ours keep working: the user's own INSERT names no `image_name`, and a platform's may
 * name no `namespace`, or write NULL where it was allowed to. Both triggers fire only for such rows.
 */
async function completeRowsOfOthers(adoption: Adoption): Promise<void> {
  const images = adoption.nameOf('images');
  await completeRows(adoption, 'images', {
    when: `NEW.image_name LIKE '%/%' AND NEW.namespace = 'library'
      OR NEW.registry IS NULL OR NEW.namespace IS NULL OR NEW.is_official IS NULL OR NEW.approval_status IS NULL
      OR NEW.watch_for_updates IS NULL OR NEW.next_check_at IS NULL`,
    body: `
      NEW.registry := coalesce(NEW.registry, 'docker.io');
      NEW.namespace :=
        CASE WHEN NEW.image_name LIKE '%/%' THEN regexp_replace(NEW.image_name, '/[^/]*$', '') ELSE 'library' END;
      NEW.is_official := coalesce(NEW.is_official, NEW.namespace = 'library');
      NEW.approval_status := coalesce(NEW.approval_status, 'pending');
      NEW.watch_for_updates := coalesce(NEW.watch_for_updates, false);
      NEW.next_check_at := coalesce(NEW.next_check_at, now());`,
  });
  await completeRows(adoption, 'image_approval_requests', {
    when: `NEW.image_name IS NULL OR NEW.registry IS NULL OR NEW.status IS NULL OR NEW.requested_by IS NULL
      OR NEW.requested_at IS NULL OR NEW.metadata IS NULL`,
    body: `
      IF NEW.image_name IS NULL THEN
        SELECT image_name, registry INTO NEW.image_name, NEW.registry FROM ${images} WHERE id = NEW.image_id;
        NEW.digest := coalesce(NEW.digest, NEW.metadata ->> 'digest');
      END IF;
      NEW.registry := coalesce(NEW.registry, 'docker.io');
      NEW.status := coalesce(NEW.status, 'pending');
      NEW.requested_by := coalesce(NEW.requested_by, 'image_monitor');
      NEW.requested_at := coalesce(NEW.requested_at, now());
      NEW.metadata := coalesce(NEW.metadata, '{}');`,
  });
}

async function completeRows(
  adoption: Adoption,
  table: string,
  { when, body }: { when: string; body: string },
): Promise<void> {
  const name = `image_monitor.complete_${table}`;
  await adoption.change(
    name,
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}
      RETURN NEW;
    END $$`,
    `DROP FUNCTION ${name}()`,
  );
  await adoption.change(
    table,
    `CREATE TRIGGER image_monitor_complete BEFORE INSERT OR UPDATE ON ${adoption.nameOf(table)} FOR EACH ROW
       WHEN (${when}) EXECUTE FUNCTION ${name}()`,
    `DROP TRIGGER image_monitor_complete ON ${adoption.nameOf(table)}`,
  );
}
