import type { DataSource, EntityManager } from 'typeorm';
import type { ActorRole } from '../http/actor.js';

/** A token as an administrator sees it. The token itself is known to its holder alone. */
export interface ApiTokenRow {
  id: number;
  name: string;
  role: ActorRole;
  state: 'usable' | 'expired' | 'revoked';
  created_at: Date;
  /** null: never. */
  expires_at: Date | null;
  /** null: not yet. Exact to a minute. */
  last_used_at: Date | null;
}

/** Who a token or a session is. */
export type TokenHolder = Pick<ApiTokenRow, 'id' | 'name' | 'role' | 'state'>;

const STATE = `CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired' ELSE 'usable' END`;

/** One row by the unique index of the hash; null for a token that was never made. */
export async function findToken(db: DataSource, hash: Buffer): Promise<TokenHolder | null> {
  const rows = await db.query<TokenHolder[]>(
    `SELECT t.id, t.name, t.role, ${STATE} AS state FROM image_monitor.api_tokens t WHERE t.token_hash = $1`,
    [hash],
  );
  return rows[0] ?? null;
}

/** The holder of a session that has not ended, with the state its token has now; null for any other. */
export async function findSession(db: DataSource, hash: Buffer): Promise<TokenHolder | null> {
  const rows = await db.query<TokenHolder[]>(
    `SELECT t.id, t.name, t.role, ${STATE} AS state
       FROM image_monitor.sessions s JOIN image_monitor.api_tokens t ON t.id = s.token_id
      WHERE s.id_hash = $1 AND s.expires_at > now()`,
    [hash],
  );
  return rows[0] ?? null;
}

/**
 * Opens a session of 12 hours, and clears away the ended ones and, of this token's, all but the newest hundred: whoever
 * holds a token cannot fill the table. Locks only what it deletes.
 */
export async function openSession(db: DataSource, session: { hash: Buffer; tokenId: number }): Promise<void> {
  await db.query(
    `WITH ended AS (DELETE FROM image_monitor.sessions WHERE expires_at <= now()),
          surplus AS (DELETE FROM image_monitor.sessions WHERE id_hash IN (
            SELECT id_hash FROM image_monitor.sessions WHERE token_id = $2 ORDER BY created_at DESC OFFSET 99))
     INSERT INTO image_monitor.sessions (id_hash, token_id, expires_at)
     VALUES ($1, $2, now() + interval '12 hours')`,
    [session.hash, session.tokenId],
  );
}

export async function endSession(db: DataSource, hash: Buffer): Promise<void> {
  await db.query(`DELETE FROM image_monitor.sessions WHERE id_hash = $1`, [hash]);
}

/** Writes down that the token is in use: one row, and nothing when another replica did within the minute. */
export async function noteTokenUse(db: DataSource, tokenId: number): Promise<void> {
  await db.query(
    `UPDATE image_monitor.api_tokens SET last_used_at = now()
      WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [tokenId],
  );
}

/**
 * Whether a token was ever made, be it revoked or expired since. Such a service is never open again by itself: the
 * last token may have been revoked because it leaked, and a proxy may stand before the loopback address.
 */
export async function hasTokens(db: DataSource): Promise<boolean> {
  const rows = await db.query<{ there: boolean }[]>(
    `SELECT EXISTS (SELECT FROM image_monitor.api_tokens) AS there`,
  );
  return rows[0]?.there ?? false;
}

/** Whether anybody can come in by a token now. */
export async function hasUsableToken(db: DataSource): Promise<boolean> {
  const rows = await db.query<{ there: boolean }[]>(
    `SELECT EXISTS (SELECT FROM image_monitor.api_tokens t WHERE ${STATE} = 'usable') AS there`,
  );
  return rows[0]?.there ?? false;
}

/** A token to be stored. `lifetimeHours` null: it never expires. */
export interface NewToken {
  name: string;
  role: ActorRole;
  hash: Buffer;
  lifetimeHours: number | null;
}

/** Stores a new token; null when one of that name, not revoked, is there. */
export async function insertToken(
  db: DataSource | EntityManager,
  token: NewToken,
): Promise<Pick<ApiTokenRow, 'id' | 'expires_at'> | null> {
  const rows = await db.query<Pick<ApiTokenRow, 'id' | 'expires_at'>[]>(
    `INSERT INTO image_monitor.api_tokens (name, role, token_hash, expires_at)
     VALUES ($1, $2, $3, now() + make_interval(hours => $4::integer))
     ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
     RETURNING id, expires_at`,
    [token.name, token.role, token.hash, token.lifetimeHours],
  );
  return rows[0] ?? null;
}

/** All tokens, the newest first; they are made by hand, so they are few. */
export async function listTokens(db: DataSource): Promise<ApiTokenRow[]> {
  return db.query<ApiTokenRow[]>(
    `SELECT t.id, t.name, t.role, ${STATE} AS state, t.created_at, t.expires_at, t.last_used_at
       FROM image_monitor.api_tokens t ORDER BY t.id DESC LIMIT 1000`,
  );
}

/** Revokes by id or name what is not revoked yet, and answers it; its sessions end with it. */
export async function revokeToken(
  db: DataSource | EntityManager,
  which: { id: number } | { name: string },
): Promise<Pick<ApiTokenRow, 'id' | 'name'> | null> {
  const [column, value] = 'id' in which ? ['id', which.id] : ['name', which.name];
  const rows = await db.query<Pick<ApiTokenRow, 'id' | 'name'>[]>(
    `WITH revoked AS (
       UPDATE image_monitor.api_tokens SET revoked_at = now() WHERE ${column} = $1 AND revoked_at IS NULL
       RETURNING id, name),
     ended AS (DELETE FROM image_monitor.sessions WHERE token_id IN (SELECT id FROM revoked))
     SELECT id, name FROM revoked`,
    [value],
  );
  return rows[0] ?? null;
}

/** Forgets every token and session, and answers the tokens. On loopback the API is open again. */
export async function deleteTokens(
  db: DataSource | EntityManager,
): Promise<Pick<ApiTokenRow, 'id' | 'name'>[]> {
  return db.query<Pick<ApiTokenRow, 'id' | 'name'>[]>(
    `WITH gone AS (DELETE FROM image_monitor.api_tokens RETURNING id, name) SELECT id, name FROM gone`,
  );
}
