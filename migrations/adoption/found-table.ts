import { DataSource } from 'typeorm';
import type { Adoption } from './adoption.js';

/** Column name → its definition, in the order of a fresh table. */
export type Columns = Readonly<Record<string, string>>;

export interface FoundColumn {
  name: string;
  number: number;
  /** As PostgreSQL writes it: `character varying(100)`. */
  type: string;
  isEnum: boolean;
  isNotNull: boolean;
  /** Has a value where an INSERT names none. */
  fillsItself: boolean;
  isGenerated: boolean;
  default: string | null;
}

/** A table that was there before us. */
export interface FoundTable {
  name: string;
  columns: Map<string, FoundColumn>;
}

/** Null: there is no such table in the default schema. Locks it against everybody until the end. */
export async function findTable(adoption: Adoption, table: string): Promise<FoundTable | null> {
  const full = adoption.nameOf(table);
  const [relation] = await adoption.rows<{ kind: string }>(
    `SELECT relkind AS kind FROM pg_class WHERE oid = to_regclass($1)`,
    [full],
  );
  if (relation === undefined) return null;
  if (relation.kind !== 'r') {
    throw new Error(
      `${full} is there, but is not a plain table (a view, or partitioned), and cannot be adopted.`,
    );
  }
  await adoption.run.query(`LOCK TABLE ${full} IN ACCESS EXCLUSIVE MODE`);
  const columns = await adoption.rows<FoundColumn>(
    `SELECT a.attname AS name, a.attnum AS number, format_type(a.atttypid, a.atttypmod) AS type,
            t.typtype = 'e' AS "isEnum", a.attnotnull AS "isNotNull",
            a.atthasdef OR a.attidentity <> '' AS "fillsItself", a.attgenerated <> '' AS "isGenerated",
            pg_get_expr(d.adbin, d.adrelid) AS default
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [full],
  );
  return { name: table, columns: new Map(columns.map((column) => [column.name, column])) };
}

/** What has to become of a column's type. `using` turns the old value into the new one; null: a plain cast. */
export interface Retyping {
  type: string;
  using: string | null;
  /** True where the value is a local time that needs the database's time zone. */
  needsZone: boolean;
}

/**
 * Null: the type serves as it is. `unfit`: neither does it, nor can it be turned into one that does without breaking
 * the code that writes to it. Wider types are kept: `text` serves for `varchar(128)`.
 */
export function retyping(column: FoundColumn, definition: string): Retyping | 'unfit' | null {
  const name = `"${column.name}"`;
  const { type } = column;
  const wanted = /^[a-z]+(\(\d+\))?(\[\])?/.exec(definition)?.[0] ?? definition;
  const to = (newType: string, using: string | null = null, needsZone = false) => ({
    type: newType,
    using,
    needsZone,
  });

  if (wanted === 'text' || wanted.startsWith('varchar')) {
    const room = lengthOf(wanted);
    if (type === 'text' || type === 'character varying' || type === 'citext') return null;
    if (column.isEnum) return to(wanted, `${name}::text`);
    if (type.startsWith('character varying(')) return room > lengthOf(type) ? to(wanted) : null;
    if (type.startsWith('character('))
      return to(room > lengthOf(type) ? wanted : 'text', `rtrim(${name}::text)`);
    return 'unfit';
  }
  switch (wanted) {
    case 'timestamptz':
      if (/^timestamp.* with time zone$/.test(type)) return null;
      return type === 'date' || /^timestamp.* without time zone$/.test(type)
        ? to('timestamptz', null, true)
        : 'unfit';
    case 'serial':
    case 'integer':
      if (type === 'integer') return null;
      return type === 'smallint' ? to('integer') : 'unfit';
    case 'smallint':
      return type === 'smallint' || type === 'integer' ? null : 'unfit';
    case 'bigint':
      if (type === 'bigint') return null;
      return type === 'integer' || type === 'smallint' ? to('bigint') : 'unfit';
    case 'jsonb':
      if (type === 'jsonb') return null;
      return type === 'json' ? to('jsonb', `${name}::jsonb`) : 'unfit';
    case 'text[]':
      if (type === 'text[]') return null;
      return type.startsWith('character varying') && type.endsWith('[]')
        ? to('text[]', `${name}::text[]`)
        : 'unfit';
    default:
      return type === wanted ? null : 'unfit';
  }
}

/** `varchar(100)` → 100; without a limit: infinite. */
function lengthOf(type: string): number {
  return Number(/\((\d+)\)/.exec(type)?.[1] ?? Infinity);
}

/**
 * Everything that stands against adopting the table, found before anything is changed.
 *
 * Ids must be `integer`: the service and its other tables count on it, and drivers hand `bigint` out as text.
 */
export async function obstacles(
  adoption: Adoption,
  table: FoundTable,
  columns: Columns,
  requirements: { keys: readonly string[]; mayLackDefault: readonly string[] },
): Promise<string[]> {
  const found: string[] = [];
  for (const key of requirements.keys) {
    if (!table.columns.has(key)) found.push(`${table.name} has no column ${key}`);
    else {
      const [empty] = await adoption.rows<{ n: number }>(
        `SELECT count(*)::int AS n FROM ${adoption.nameOf(table.name)} WHERE ${key} IS NULL`,
      );
      if (empty && empty.n > 0) found.push(`${table.name} has ${empty.n} rows without ${key}`);
    }
  }
  for (const column of table.columns.values()) {
    const definition = columns[column.name];
    const where = `${table.name}.${column.name}`;
    if (definition === undefined) {
      const isOurs = requirements.mayLackDefault.includes(column.name);
      if (column.isNotNull && !column.fillsItself && !isOurs) {
        found.push(
          `${where} is NOT NULL without a default, so that rows of the service could not be inserted`,
        );
      }
      continue;
    }
    if (column.isGenerated) found.push(`${where} is a generated column`);
    if (column.name === 'id' && !column.fillsItself)
      found.push(`${where} has no default that numbers new rows`);
    const change = retyping(column, definition);
    if (change === 'unfit') {
      found.push(
        `${where} is of type ${column.type}, where the service needs ${definition.replace(/^serial/, 'integer')}`,
      );
    } else if (change !== null) {
      for (const dependent of await dependents(adoption, table, column)) {
        found.push(
          `${where} has to become ${change.type}, but ${dependent} depends on it: drop it and make it again after`,
        );
      }
    }
  }
  return found;
}

/** What PostgreSQL lets nobody change a column's type under: views, triggers, policies, generated columns. */
async function dependents(adoption: Adoption, table: FoundTable, column: FoundColumn): Promise<string[]> {
  const rows = await adoption.rows<{ name: string }>(
    `SELECT DISTINCT CASE WHEN r.oid IS NOT NULL THEN 'the view ' || r.ev_class::regclass
                          ELSE 'the ' || pg_describe_object(d.classid, d.objid, d.objsubid) END AS name
       FROM pg_depend d
       LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
       LEFT JOIN pg_attrdef g ON d.classid = 'pg_attrdef'::regclass AND g.oid = d.objid
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::regclass AND d.refobjsubid = $2
        AND (d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass) OR g.adnum <> $2)`,
    [adoption.nameOf(table.name), column.number],
  );
  return rows.map(({ name }) => name);
}

/**
 * The time zone that the database gives to this role when the client asks for none. Our own connection asks for UTC,
 * and `RESET` and `pg_settings.reset_val` then say UTC too; the server's file is not for everybody to read. So a second
 * connection asks for nothing and looks.
 */
export async function databaseTimeZone(adoption: Adoption): Promise<string> {
  const { options } = adoption.run.connection;
  if (options.type !== 'postgres')
    throw new TypeError(`The database must be PostgreSQL, not ${options.type}.`);
  const url = options.url === undefined ? undefined : new URL(options.url);
  url?.searchParams.delete('options');
  const plain = new DataSource({
    ...options,
    ...(url === undefined ? {} : { url: url.href }),
    // An empty text, since pg would else take PGOPTIONS.
    extra: { ...(options.extra as object | undefined), options: '' },
    entities: [],
    migrations: [],
    subscribers: [],
  });
  await plain.initialize();
  try {
    const [zone] = await plain.query<{ zone: string }[]>(`SELECT current_setting('TimeZone') AS zone`);
    return zone?.zone ?? 'UTC';
  } finally {
    await plain.destroy();
  }
}
