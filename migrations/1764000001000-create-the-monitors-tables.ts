import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What only this service needs, in a schema of its own. Creates new tables only: locks nothing that is in use, but
 * for a SHARE ROW EXCLUSIVE lock on `images` for the moment in which the foreign keys are made.
 */
export class CreateTheMonitorsTables1764000001000 implements MigrationInterface {
  name = 'CreateTheMonitorsTables1764000001000';

  async up(run: QueryRunner): Promise<void> {
    await run.query(`
      CREATE TABLE image_monitor.observed_tags (
        image_id          integer NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        tag_name          varchar(128) NOT NULL,
        digest            text,
        last_updated      timestamptz,
        last_updated_text text,
        size_bytes        bigint,
        platforms         text[] NOT NULL DEFAULT '{}',
        state             varchar(10) NOT NULL DEFAULT 'seen' CHECK (state IN ('seen', 'held')),
        first_seen_at     timestamptz NOT NULL DEFAULT now(),
        last_seen_at      timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (image_id, tag_name)
      )`);
    // Aliases of a build; and the list of an image's tags, newest first.
    await run.query(
      `CREATE INDEX observed_tags_digest_idx ON image_monitor.observed_tags (image_id, digest)`,
    );
    await run.query(`
      CREATE INDEX observed_tags_newest_idx
        ON image_monitor.observed_tags (image_id, last_updated DESC NULLS LAST, tag_name)`);

    await run.query(`
      CREATE TABLE image_monitor.checks (
        id               bigserial PRIMARY KEY,
        image_id         integer NOT NULL REFERENCES images (id) ON DELETE CASCADE,
        reason           varchar(10) NOT NULL CHECK (reason IN ('manual', 'hint', 'due')),
        outcome          varchar(20) NOT NULL CHECK (outcome IN ('unchanged', 'changed', 'failed', 'postponed')),
        started_at       timestamptz NOT NULL,
        finished_at      timestamptz NOT NULL DEFAULT now(),
        pages_read       integer NOT NULL DEFAULT 0,
        tags_seen        integer NOT NULL DEFAULT 0,
        new_tags         integer NOT NULL DEFAULT 0,
        repushed_tags    integer NOT NULL DEFAULT 0,
        requests_created integer NOT NULL DEFAULT 0,
        is_truncated     boolean NOT NULL DEFAULT false,
        error_kind       varchar(20),
        error            text,
        retry_at         timestamptz
      )`);
    await run.query(`CREATE INDEX checks_of_an_image_idx ON image_monitor.checks (image_id, id)`);
    await run.query(`CREATE INDEX checks_by_outcome_idx ON image_monitor.checks (outcome, id)`);
    await run.query(`CREATE INDEX checks_by_time_idx ON image_monitor.checks (finished_at)`);

    await run.query(`
      CREATE TABLE image_monitor.namespaces (
        registry         varchar(255) NOT NULL,
        namespace        varchar(255) NOT NULL,
        watermark        timestamptz,
        probed_at        timestamptz,
        lease_token      uuid,
        lease_expires_at timestamptz,
        last_error       text,
        last_error_at    timestamptz,
        PRIMARY KEY (registry, namespace)
      )`);

    await run.query(`
      CREATE TABLE image_monitor.request_budgets (
        registry             varchar(255) NOT NULL,
        credential           varchar(255) NOT NULL,
        requests_per_minute  integer NOT NULL CHECK (requests_per_minute > 0),
        tokens               double precision NOT NULL,
        refilled_at          timestamptz NOT NULL,
        paused_until         timestamptz,
        pause_reason         text,
        server_limit         integer,
        server_limit_at      timestamptz,
        spent                bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (registry, credential)
      )`);

    await run.query(`
      CREATE TABLE image_monitor.audit_log (
        id              bigserial PRIMARY KEY,
        occurred_at     timestamptz NOT NULL DEFAULT now(),
        actor           varchar(255) NOT NULL,
        action          varchar(64) NOT NULL,
        subject_type    varchar(32) NOT NULL,
        subject_id      bigint NOT NULL,
        image_id        integer,
        image_name      varchar(255),
        tag_name        varchar(128),
        from_state      jsonb,
        to_state        jsonb,
        reason          text,
        batch_id        uuid,
        http_request_id text
      )`);
    for (const [name, columns] of [
      ['subject', 'subject_type, subject_id, id'],
      ['actor', 'actor, id'],
      ['action', 'action, id'],
      ['image', 'image_id, id'],
      ['batch', 'batch_id, id'],
      ['time', 'occurred_at, id'],
    ] as const) {
      await run.query(`CREATE INDEX audit_log_by_${name}_idx ON image_monitor.audit_log (${columns})`);
    }
    // Append-only for everybody, the service's own code included.
    await run.query(`
      CREATE FUNCTION image_monitor.refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'image_monitor.audit_log is append-only' USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await run.query(`
      CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON image_monitor.audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION image_monitor.refuse_to_change_the_audit_log()`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_monitor.audit_log, image_monitor.request_budgets, image_monitor.namespaces,
      image_monitor.checks, image_monitor.observed_tags`);
    await run.query(`DROP FUNCTION image_monitor.refuse_to_change_the_audit_log()`);
  }
}
