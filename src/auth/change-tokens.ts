import type { DataSource } from 'typeorm';
import { record, type AuditRecord } from '../audit/audit.sql.js';
import { inTransaction } from '../database/in-transaction.js';
import { deleteTokens, insertToken, revokeToken, type ApiTokenRow, type NewToken } from './tokens.sql.js';

/** Makes a token, with its entry in the audit log; null when one of that name, not revoked, is there. */
export function createToken(
  db: DataSource,
  token: NewToken,
  actor: string,
): Promise<Pick<ApiTokenRow, 'id' | 'expires_at'> | null> {
  return inTransaction(db, async (tx) => {
    const made = await insertToken(tx, token);
    if (made === null) return null;
    const to = { name: token.name, role: token.role, expires_at: made.expires_at };
    await record(tx, [{ ...entry('created', made.id, actor), to }]);
    return made;
  });
}

/** Revokes by id or name what is not revoked yet, with its entry in the audit log; null: there is none. */
export function endToken(
  db: DataSource,
  which: { id: number } | { name: string },
  actor: string,
): Promise<Pick<ApiTokenRow, 'id' | 'name'> | null> {
  return inTransaction(db, async (tx) => {
    const revoked = await revokeToken(tx, which);
    if (revoked !== null)
      await record(tx, [{ ...entry('revoked', revoked.id, actor), from: { name: revoked.name } }]);
    return revoked;
  });
}

/** Forgets every token and session, with an entry for each; answers how many tokens there were. */
export function forgetTokens(db: DataSource, actor: string): Promise<number> {
  return inTransaction(db, async (tx) => {
    const deleted = await deleteTokens(tx);
    await record(
      tx,
      deleted.map(({ id, name }) => ({ ...entry('deleted', id, actor), from: { name } })),
    );
    return deleted.length;
  });
}

function entry(what: 'created' | 'revoked' | 'deleted', id: number, actor: string): AuditRecord {
  return { actor, action: `api_token.${what}`, subjectType: 'api_token', subjectId: id };
}
