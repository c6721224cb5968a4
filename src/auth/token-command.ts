import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { quoted } from '../domain/quoted.js';
import { ACTOR_ROLES, type ActorRole } from '../http/actor.js';
import { hashOf, newToken } from './api-token.js';
import { createToken, endToken, forgetTokens } from './change-tokens.js';
import { listTokens, type ApiTokenRow } from './tokens.sql.js';

/** What was typed is not a command; the sentence says what is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const TOKEN_USAGE = [
  'Usage: npm run token -- create --name ci --role viewer|reviewer|admin [--expires 90d]',
  '       npm run token -- list',
  '       npm run token -- revoke <id or name>',
  '       npm run token -- delete-all     (the API is open on loopback again)',
].join('\n');

/** A letter first, so that a name is never taken for an id; these two the service writes into the audit log itself. */
const NAME = /^[A-Za-z][A-Za-z0-9._@-]{0,99}$/;
const RESERVED_NAMES = ['local', 'image_monitor'];

const MAX_LIFETIME_HOURS = 10 * 365 * 24;

/** Where the command says things: the token alone on stdout, so that a script can take it from there. */
export interface Console {
  readonly out: (line: string) => void;
  readonly note: (line: string) => void;
}

type Command = (db: DataSource, console: Console) => Promise<void>;

/**
 * `npm run token -- …`: reads what was typed, and answers what is to be done with the database.
 *
 * @throws UsageError before anything is opened
 */
export function tokenCommand(args: string[]): Command {
  const { values, positionals } = parsed(args);
  const [verb, which, ...rest] = positionals;
  const hasOptions = Object.keys(values).length > 0;
  if (verb === 'create' && which === undefined) return create(values);
  if (verb === 'list' && which === undefined && !hasOptions) return list;
  if (verb === 'revoke' && which !== undefined && rest.length === 0 && !hasOptions) return revoke(which);
  if (verb === 'delete-all' && which === undefined && !hasOptions) return deleteAll;
  throw new UsageError(TOKEN_USAGE);
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, allowPositionals: true, options: { name: text, role: text, expires: text } });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${TOKEN_USAGE}`);
  }
}

function create(given: { name?: string; role?: string; expires?: string }): Command {
  const name = given.name ?? '';
  if (!NAME.test(name) || RESERVED_NAMES.includes(name)) {
    throw new UsageError(
      `--name got ${quoted(name)}; it takes a letter, then up to 99 letters, digits, dots, dashes, underscores and @` +
        `, and neither of ${RESERVED_NAMES.join(', ')}.\n${TOKEN_USAGE}`,
    );
  }
  const role = ACTOR_ROLES.find((one) => one === given.role);
  if (role === undefined) {
    throw new UsageError(
      `--role got ${quoted(given.role ?? '')}; it takes viewer, reviewer or admin.\n${TOKEN_USAGE}`,
    );
  }
  return make({ name, role, lifetimeHours: lifetimeOf(given.expires) });
}

/** `90d` or `12h`; null where nothing was given: the token never expires. */
function lifetimeOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  const [, count = '', unit] = /^([1-9]\d{0,5})([dh])$/.exec(given) ?? [];
  const hours = Number(count) * (unit === 'd' ? 24 : 1);
  if (hours >= 1 && hours <= MAX_LIFETIME_HOURS) return hours;
  throw new UsageError(
    `--expires got ${quoted(given)}; it takes days or hours from now, such as 90d or 12h, up to ten years.\n${TOKEN_USAGE}`,
  );
}

function make(token: { name: string; role: ActorRole; lifetimeHours: number | null }): Command {
  return async (db, { out, note }) => {
    const secret = newToken().reveal();
    const made = await createToken(db, { ...token, hash: hashOf(secret) }, typist());
    if (made === null) {
      throw new UsageError(`There is a token ${token.name} already: revoke it first, or take another name.`);
    }
    note(
      `Token ${made.id}, ${token.name}, role ${token.role}, ${
        made.expires_at === null ? 'never expires' : `expires ${made.expires_at.toISOString()}`
      }. It is shown this once:`,
    );
    out(secret);
    note('Send it as: Authorization: Bearer ims_… From now on the API takes nobody without one.');
  };
}

const list: Command = async (db, { out }) => {
  const tokens = await listTokens(db);
  if (tokens.length === 0) return out('There are no tokens.');
  const rows = [['ID', 'NAME', 'ROLE', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED'], ...tokens.map(rowOf)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    out(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
};

function rowOf(token: ApiTokenRow): string[] {
  const time = (at: Date | null) => (at === null ? 'never' : `${at.toISOString().slice(0, 16)}Z`);
  const { id, name, role, state } = token;
  return [
    String(id),
    name,
    role,
    state,
    time(token.created_at),
    time(token.expires_at),
    time(token.last_used_at),
  ];
}

function revoke(which: string): Command {
  const id = /^[1-9]\d{0,8}$/.test(which) ? Number(which) : null;
  return async (db, { out }) => {
    const revoked = await endToken(db, id === null ? { name: which } : { id }, typist());
    if (revoked === null) {
      throw new UsageError(`There is no token ${quoted(which)} that could be revoked: npm run token -- list`);
    }
    out(`Revoked token ${revoked.id}, ${revoked.name}; its sessions have ended.`);
  };
}

const deleteAll: Command = async (db, { out }) => {
  const count = await forgetTokens(db, typist());
  out(`Deleted ${count} tokens. On loopback, without AUTH_ISSUER, the API is open again.`);
};

/** Who types, as the audit log names him. No token can be called so: their names have no colon. */
function typist(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    // A container's user may have no entry in the password file.
    return `cli:${process.getuid?.() ?? 'unknown'}`;
  }
}
