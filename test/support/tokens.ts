import type { DataSource } from 'typeorm';
import { hashOf, newToken } from '../../src/auth/api-token.js';
import { insertToken } from '../../src/auth/tokens.sql.js';
import type { ActorRole } from '../../src/http/actor.js';

/** Makes a token as the command line does, and answers it as a header. */
export async function bearerOf(
  db: DataSource,
  name: string,
  role: ActorRole,
): Promise<{ authorization: string; token: string }> {
  const token = newToken().reveal();
  const made = await insertToken(db, { name, role, hash: hashOf(token), lifetimeHours: null });
  if (made === null) throw new Error(`There is a token ${name} already.`);
  return { authorization: `Bearer ${token}`, token };
}
