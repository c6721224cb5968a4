import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes on the user's table; each begins with what a list filters on and ends with what it is sorted by. */
const REQUEST_INDEXES = [
  // Lines kept together, in each the re-pushes first, then the highest version; also what is older within a line.
  [
    'by_group',
    `(status, (coalesce(image_id, 0)), (coalesce(line, '')), (coalesce(bump = 'repush', false)),
      (coalesce(version_numbers, '{}'::bigint[])), id)`,
  ],
  ['by_name', '(image_name, status, requested_at, id)'],
  ['by_reviewer', '(reviewed_by, status, requested_at, id) WHERE reviewed_by IS NOT NULL'],
  ['lacking_platforms', `(status, requested_at, id) WHERE platforms_missing <> '{}'`],
] as const;

/** The audit log is read newest first, whatever it is filtered by. */
const AUDIT_INDEXES = ['actor', 'action', 'image'] as const;
const COLUMN_OF = { actor: 'actor', action: 'action', image: 'image_id' } as const;

/**
 * What reviewing hundreds of requests asks of the database: indexes for its lists, and what a preview of a bulk
 * decision said.
 *
 * Locks: SHARE on `image_approval_requests` and `audit_log` (reads go on, writes wait) while each index reads its table
 * once: a second for a million rows.
 */
export class ServeTheReview1764000005000 implements MigrationInterface {
  name = 'ServeTheReview1764000005000';

  async up(run: QueryRunner): Promise<void> {
    for (const [name, on] of REQUEST_INDEXES) {
      await run.query(`CREATE INDEX image_approval_requests_${name}_idx ON image_approval_requests ${on}`);
    }
    for (const name of AUDIT_INDEXES) {
      await run.query(`DROP INDEX image_monitor.audit_log_by_${name}_idx`);
      await run.query(
        `CREATE INDEX audit_log_by_${name}_idx
           ON image_monitor.audit_log (${COLUMN_OF[name]}, occurred_at DESC, id DESC)`,
      );
    }
    // By the hash of what it says, so that the same preview is kept once; for telling what changed since.
    await run.query(`
      CREATE TABLE image_monitor.bulk_previews (
        hash       text PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now(),
        facts      jsonb NOT NULL
      )`);
    await run.query(`CREATE INDEX bulk_previews_age_idx ON image_monitor.bulk_previews (created_at)`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_monitor.bulk_previews`);
    for (const name of AUDIT_INDEXES) {
      await run.query(`DROP INDEX image_monitor.audit_log_by_${name}_idx`);
      await run.query(
        `CREATE INDEX audit_log_by_${name}_idx ON image_monitor.audit_log (${COLUMN_OF[name]}, id)`,
      );
    }
    for (const [name] of REQUEST_INDEXES) await run.query(`DROP INDEX image_approval_requests_${name}_idx`);
  }
}
