import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API tokens and the browser sessions opened with them. Creates new tables only: locks nothing that is in use. */
export class CreateApiTokens1764000003000 implements MigrationInterface {
  name = 'CreateApiTokens1764000003000';

  async up(run: QueryRunner): Promise<void> {
    // The token itself is shown once and kept nowhere: 256 random bits need no slow hash.
    await run.query(`
      CREATE TABLE image_monitor.api_tokens (
        id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name         varchar(100) NOT NULL CHECK (name ~ '^[A-Za-z][A-Za-z0-9._@-]*$'),
        token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
        role         varchar(10) NOT NULL CHECK (role IN ('viewer', 'reviewer', 'admin')),
        created_at   timestamptz NOT NULL DEFAULT now(),
        expires_at   timestamptz,
        revoked_at   timestamptz,
        last_used_at timestamptz
      )`);
    // A revoked token stays, so that the audit log's names keep their meaning; its name may be given again.
    await run.query(
      `CREATE UNIQUE INDEX api_tokens_name_idx ON image_monitor.api_tokens (name) WHERE revoked_at IS NULL`,
    );
    await run.query(`
      CREATE TABLE image_monitor.sessions (
        id_hash    bytea PRIMARY KEY CHECK (length(id_hash) = 32),
        token_id   integer NOT NULL REFERENCES image_monitor.api_tokens (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      )`);
    await run.query(`CREATE INDEX sessions_of_a_token_idx ON image_monitor.sessions (token_id, created_at)`);
    await run.query(`CREATE INDEX sessions_by_end_idx ON image_monitor.sessions (expires_at)`);
  }

  async down(run: QueryRunner): Promise<void> {
    await run.query(`DROP TABLE image_monitor.sessions`);
    await run.query(`DROP TABLE image_monitor.api_tokens`);
  }
}
