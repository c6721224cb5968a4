import { getConstructionPlans } from 'pg-boss';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The schema of pg-boss, which holds nothing else. */
const QUEUE_SCHEMA = 'image_monitor_jobs';

/**
 * The jobs of pg-boss, in a schema of their own, and the log that the live view is read from. Creates new tables only
 * and locks nothing that is in use.
 *
 * pg-boss brings later versions of its tables up to date itself, at start or with `migration:run`.
 */
export class CreateTheOutbox1764000002000 implements MigrationInterface {
  name = 'CreateTheOutbox1764000002000';

  async up(run: QueryRunner): Promise<void> {
    // A row for each kind of change of a transaction, without a number until the transaction is committed: numbers
    // taken inside transactions come out of order, and a reader who waits for the next would pass by a late one.
    await run.query(`
      CREATE TABLE image_monitor.event_log (
        entry       bigserial PRIMARY KEY,
        event_id    bigint UNIQUE,
        name        varchar(64) NOT NULL,
        ids         integer[] NOT NULL,
        total       integer NOT NULL CHECK (total > 0),
        stored_at   timestamptz NOT NULL DEFAULT now(),
        numbered_at timestamptz
      )`);
    await run.query(
      `CREATE INDEX event_log_unnumbered_idx ON image_monitor.event_log (entry) WHERE event_id IS NULL`,
    );
    await run.query(`CREATE SEQUENCE image_monitor.event_ids`);

    // pg-boss's script brings its own transaction; this migration runs in one already.
    const script = getConstructionPlans(QUEUE_SCHEMA).trim();
    const inner = /^BEGIN;\s([\s\S]*)\sCOMMIT;$/.exec(script)?.[1];
    if (inner === undefined) throw new Error('The set-up script of pg-boss has another form than expected');
    await run.query(inner);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_monitor.event_log`);
    await run.query(`DROP SEQUENCE image_monitor.event_ids`);
    await run.query(`DROP SCHEMA IF EXISTS ${QUEUE_SCHEMA} CASCADE`);
  }
}
