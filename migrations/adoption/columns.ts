import type { Adoption } from './adoption.js';
import {
  type Columns,
  databaseTimeZone,
  type FoundColumn,
  type FoundTable,
  retyping,
} from './found-table.js';

/** Values that a column must be able to take, and none else. */
export type AllowedValues = Readonly<Record<string, readonly string[]>>;

/** Turns found columns into the types that the service needs, and adds the missing ones. */
export async function completeColumns(
  adoption: Adoption,
  table: FoundTable,
  columns: Columns,
  allowed: AllowedValues,
): Promise<void> {
  const full = adoption.nameOf(table.name);
  for (const column of table.columns.values()) {
    const definition = columns[column.name];
    if (definition === undefined) continue;
    await retype(adoption, table, column, definition);
    const values = allowed[column.name];
    if (values !== undefined) await openTo(adoption, table, column, values);
    if (column.isNotNull && !/NOT NULL|PRIMARY KEY/.test(definition))
      await dropNotNull(adoption, table, column);
  }

  const missing = Object.entries(columns).filter(([name]) => !table.columns.has(name));
  for (const [name, definition] of missing) {
    // The key is made once it is known whether the table has one; what has no default is filled first.
    const added = definition.replace(' PRIMARY KEY', ' NOT NULL');
    const isFillable = !added.includes('NOT NULL') || /DEFAULT|^serial/.test(added);
    await adoption.change(
      `${table.name}.${name}`,
      `ALTER TABLE ${full} ADD COLUMN ${name} ${isFillable ? added : added.replace(' NOT NULL', '')}`,
      `ALTER TABLE ${full} DROP COLUMN IF EXISTS ${name}`,
    );
  }
  if (missing.length > 0) {
    await adoption.report(table.name, `columns added: ${missing.map(([name]) => name).join(', ')}`);
  }
}

async function retype(
  adoption: Adoption,
  table: FoundTable,
  column: FoundColumn,
  definition: string,
): Promise<void> {
  const change = retyping(column, definition);
  if (change === null || change === 'unfit') return;
  const full = adoption.nameOf(table.name);
  const where = `${table.name}.${column.name}`;
  const name = `"${column.name}"`;

  if (change.needsZone) {
    // A default such as `now() AT TIME ZONE 'utc'` says in which zone the column was written.
    const written = /(?:now\(\)|CURRENT_TIMESTAMP) AT TIME ZONE '([^']+)'/i.exec(column.default ?? '')?.[1];
    const zone = written ?? (await (adoption.timeZone ??= databaseTimeZone(adoption)));
    const using = `${name}::timestamp AT TIME ZONE '${zone.replaceAll("'", "''")}'`;
    if (written !== undefined)
      await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} DROP DEFAULT`, null);
    await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} TYPE timestamptz USING ${using}`, null);
    if (written !== undefined)
      await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} SET DEFAULT now()`, null);
    await adoption.report(
      where,
      `${column.type} became timestamptz, read as times of ${zone}`,
      await count(adoption, full),
    );
    return;
  }
  if (column.isEnum) {
    await retypeEnum(adoption, table, column, change.type);
  } else {
    const using = change.using === null ? '' : ` USING ${change.using}`;
    await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} TYPE ${change.type}${using}`, null);
  }
  await adoption.report(where, `${column.type} became ${change.type}`, await count(adoption, full));
}

/**
 * Comparisons in the platform's checks, indexes and defaults name the enum's type, and would no longer fit: they are
 * made again without it. The type itself stays.
 */
async function retypeEnum(
  adoption: Adoption,
  table: FoundTable,
  column: FoundColumn,
  type: string,
): Promise<void> {
  const full = adoption.nameOf(table.name);
  const where = `${table.name}.${column.name}`;
  const withoutType = (text: string) => text.replaceAll(`::${column.type}`, '');
  const checks = await adoption.rows<{ name: string; definition: string }>(
    `SELECT quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE conrelid = $1::regclass AND contype = 'c' AND $2 = ANY (conkey)`,
    [full, column.number],
  );
  const indexes = await adoption.rows<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE indrelid = $1::regclass AND position('::' || $2 IN pg_get_indexdef(indexrelid)) > 0`,
    [full, column.type],
  );
  for (const { name } of checks)
    await adoption.change(where, `ALTER TABLE ${full} DROP CONSTRAINT ${name}`, null);
  for (const { name } of indexes) await adoption.change(where, `DROP INDEX ${name}`, null);
  const name = `"${column.name}"`;
  await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} DROP DEFAULT`, null);
  await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} TYPE ${type} USING ${name}::text`, null);
  if (column.default !== null) {
    column.default = withoutType(column.default);
    await adoption.change(where, `ALTER TABLE ${full} ALTER ${name} SET DEFAULT ${column.default}`, null);
  }
  for (const check of checks) {
    const sql = `ALTER TABLE ${full} ADD CONSTRAINT ${check.name} ${withoutType(check.definition)}`;
    await adoption.change(where, sql, null);
  }
  for (const index of indexes) await adoption.change(where, withoutType(index.definition), null);
}

/** Takes away what forbids one of the values: a check of the platform on this column alone, or its default. */
async function openTo(
  adoption: Adoption,
  table: FoundTable,
  column: FoundColumn,
  values: readonly string[],
): Promise<void> {
  const full = adoption.nameOf(table.name);
  const where = `${table.name}.${column.name}`;
  const checks = await adoption.rows<{ name: string; definition: string; condition: string }>(
    `SELECT quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition, pg_get_expr(conbin, conrelid) AS condition
       FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c' AND conkey = ARRAY[$2::smallint]`,
    [full, column.number],
  );
  for (const { name, definition, condition } of checks) {
    const [answer] = await adoption.rows<{ forbids: boolean }>(
      `SELECT NOT coalesce(bool_and(coalesce(${condition}, true)), true) AS forbids
         FROM unnest($1::varchar[]) AS v ("${column.name}")`,
      [values],
    );
    if (answer?.forbids !== true) continue;
    const again = `ALTER TABLE ${full} ADD CONSTRAINT ${name} ${definition.replace(/ NOT VALID$/, '')} NOT VALID`;
    await adoption.change(where, `ALTER TABLE ${full} DROP CONSTRAINT ${name}`, again);
    await adoption.report(where, `${definition} forbade ${values.join(', ')} and was replaced`);
  }
  const usual = /^'([^']*)'/.exec(column.default ?? '')?.[1];
  if (usual !== undefined && !values.includes(usual)) {
    await adoption.change(
      where,
      `ALTER TABLE ${full} ALTER ${column.name} DROP DEFAULT`,
      `ALTER TABLE ${full} ALTER ${column.name} SET DEFAULT ${column.default}`,
    );
    await adoption.report(where, `its default '${usual}' is none of ${values.join(', ')} and was replaced`);
    column.default = null;
  }
}

async function dropNotNull(adoption: Adoption, table: FoundTable, column: FoundColumn): Promise<void> {
  const full = adoption.nameOf(table.name);
  const name = `"${column.name}"`;
  await adoption.change(
    `${table.name}.${column.name}`,
    `ALTER TABLE ${full} ALTER ${name} DROP NOT NULL`,
    // Rows written meanwhile may have no value.
    `DO $$ BEGIN
       IF NOT EXISTS (SELECT FROM ${full} WHERE ${name} IS NULL) THEN ALTER TABLE ${full} ALTER ${name} SET NOT NULL; END IF;
     END $$`,
  );
  await adoption.report(`${table.name}.${column.name}`, 'may be NULL now');
}

/** After the rows are mended: defaults and NOT NULL where the service counts on them. */
export async function requireValues(adoption: Adoption, table: FoundTable, columns: Columns): Promise<void> {
  const full = adoption.nameOf(table.name);
  for (const [name, definition] of Object.entries(columns)) {
    const column = table.columns.get(name);
    const where = `${table.name}.${name}`;
    const usual = / DEFAULT (.+)$/.exec(definition)?.[1];
    if (column !== undefined && usual !== undefined && column.default === null) {
      const sql = `ALTER TABLE ${full} ALTER ${name} SET DEFAULT ${usual}`;
      await adoption.change(where, sql, `ALTER TABLE ${full} ALTER ${name} DROP DEFAULT`);
    }
    const isNullable = column === undefined ? usual === undefined : !column.isNotNull;
    if (!definition.includes(' NOT NULL') || !isNullable) continue;
    if (usual !== undefined) {
      await adoption.mend(
        where,
        `NULL became ${usual}`,
        `UPDATE ${full} SET ${name} = ${usual} WHERE ${name} IS NULL`,
      );
    }
    const sql = `ALTER TABLE ${full} ALTER ${name} SET NOT NULL`;
    await adoption.change(where, sql, `ALTER TABLE ${full} ALTER ${name} DROP NOT NULL`);
  }
}

async function count(adoption: Adoption, full: string): Promise<number> {
  const [answer] = await adoption.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${full}`);
  return answer?.n ?? 0;
}
