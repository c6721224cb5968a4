import type { Adoption } from './adoption.js';

/** A constraint of one of the three tables. */
export interface Rule {
  table: string;
  name: string;
  /** `UNIQUE (…)`, `CHECK (…)`, `FOREIGN KEY (one column) REFERENCES …`. */
  definition: string;
  /** Condition of found rows that may go on breaking it, since nothing could be put in their place. */
  exempt?: string;
}

export interface Index {
  table: string;
  name: string;
  /** What follows the table's name. */
  on: string;
  isUnique?: true;
}

/** Adds the rule to a table that was found, unless it has one of the same meaning. */
export async function ensureRule(adoption: Adoption, rule: Rule): Promise<void> {
  const full = adoption.nameOf(rule.table);
  if (
    rule.definition.startsWith('UNIQUE') &&
    (await hasUniqueIndex(adoption, full, columnsOf(rule.definition)))
  )
    return;
  if (rule.definition.startsWith('FOREIGN KEY') && (await hasForeignKey(adoption, rule))) return;

  const broken = rule.exempt === undefined ? 0 : await count(adoption, `${full} t WHERE ${rule.exempt}`);
  const name = await freeName(adoption, full, rule.name);
  const suffix = broken > 0 ? ' NOT VALID' : '';
  await adoption.run.query(`SAVEPOINT before_rule`);
  await adoption.change(
    `${rule.table}: ${rule.definition}`,
    `ALTER TABLE ${full} ADD CONSTRAINT ${name} ${rule.definition}${suffix}`,
    `ALTER TABLE ${full} DROP CONSTRAINT IF EXISTS ${name}`,
  );
  const [twin] = await adoption.rows<{ name: string }>(
    `SELECT old.conname AS name FROM pg_constraint ours JOIN pg_constraint old
         ON old.conrelid = ours.conrelid AND old.oid <> ours.oid
        AND pg_get_constraintdef(old.oid) = pg_get_constraintdef(ours.oid)
      WHERE ours.conrelid = $1::regclass AND ours.conname = $2`,
    [full, name],
  );
  if (twin !== undefined) await adoption.run.query(`ROLLBACK TO SAVEPOINT before_rule`);
  await adoption.run.query(`RELEASE SAVEPOINT before_rule`);
  if (broken > 0) await adoption.report(rule.table, `rows that go on breaking ${rule.definition}`, broken);
}

/** Adds the index to a table that was found, unless it has the same under any name. */
export async function ensureIndex(adoption: Adoption, index: Index): Promise<void> {
  const full = adoption.nameOf(index.table);
  const name = await freeName(adoption, full, index.name);
  await adoption.run.query(`SAVEPOINT before_index`);
  await adoption.change(
    index.name,
    createIndex(index, full, name),
    `DROP INDEX IF EXISTS ${adoption.nameOf(name)}`,
  );
  const [twin] = await adoption.rows<{ oid: string }>(
    `SELECT old.indexrelid AS oid FROM pg_index ours JOIN pg_class c ON c.oid = ours.indexrelid
       JOIN pg_index old ON old.indrelid = ours.indrelid AND old.indexrelid <> ours.indexrelid AND old.indisvalid
      WHERE ours.indexrelid = $1::regclass
        AND regexp_replace(pg_get_indexdef(old.indexrelid), 'INDEX .* ON ', '') =
            regexp_replace(pg_get_indexdef(ours.indexrelid), 'INDEX .* ON ', '')`,
    [adoption.nameOf(name)],
  );
  if (twin !== undefined) await adoption.run.query(`ROLLBACK TO SAVEPOINT before_index`);
  await adoption.run.query(`RELEASE SAVEPOINT before_index`);
}

export function createIndex(index: Index, table = index.table, name = index.name): string {
  return `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table} ${index.on}`;
}

/** What is referred to needs a key. */
export async function ensureKey(adoption: Adoption, table: string): Promise<void> {
  const full = adoption.nameOf(table);
  if (await hasUniqueIndex(adoption, full, ['id'])) return;
  const hasPrimaryKey =
    (await count(adoption, `pg_constraint WHERE conrelid = '${full}'::regclass AND contype = 'p'`)) > 0;
  const name = await freeName(adoption, full, `${table}_id_key`);
  await adoption.change(
    `${table}.id`,
    `ALTER TABLE ${full} ADD CONSTRAINT ${name} ${hasPrimaryKey ? 'UNIQUE' : 'PRIMARY KEY'} (id)`,
    `ALTER TABLE ${full} DROP CONSTRAINT IF EXISTS ${name}`,
  );
  await adoption.report(`${table}.id`, 'is a key now');
}

/** Deferrable ones do not count: `ON CONFLICT` cannot use them. */
async function hasUniqueIndex(
  adoption: Adoption,
  full: string,
  columns: readonly string[],
): Promise<boolean> {
  const found = await count(
    adoption,
    `pg_index i WHERE i.indrelid = '${full}'::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
        AND (SELECT array_agg(a.attname::text ORDER BY a.attname)
               FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS k (n)
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n)
            = (SELECT array_agg(c ORDER BY c COLLATE "C") FROM unnest('{${columns.join(',')}}'::text[]) AS w (c))`,
  );
  return found > 0;
}

/** A platform's own rule for deletions is kept, and said. */
async function hasForeignKey(adoption: Adoption, rule: Rule): Promise<boolean> {
  const [, column, target] = /^FOREIGN KEY \((\w+)\) REFERENCES (\w+)/.exec(rule.definition) ?? [];
  const [found] = await adoption.rows<{ name: string; cascades: boolean }>(
    `SELECT c.conname AS name, c.confdeltype = 'c' AS cascades
       FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
       JOIN pg_attribute r ON r.attrelid = c.confrelid AND c.confkey = ARRAY[r.attnum]
      WHERE c.contype = 'f' AND c.conrelid = $1::regclass AND c.confrelid = $2::regclass
        AND a.attname = $3 AND r.attname = 'id'
      ORDER BY 2 DESC`,
    [adoption.nameOf(rule.table), adoption.nameOf(target ?? ''), column],
  );
  if (found !== undefined && !found.cascades) {
    await adoption.report(
      rule.table,
      `the foreign key ${found.name} decides what deleting one of ${target} does`,
    );
  }
  return found !== undefined;
}

/** The platform may have given our name to something else: PostgreSQL's own choice of names looks the same. */
async function freeName(adoption: Adoption, full: string, name: string): Promise<string> {
  const taken = await count(
    adoption,
    `(SELECT conname AS name FROM pg_constraint WHERE conrelid = '${full}'::regclass
      UNION ALL SELECT relname FROM pg_class WHERE relnamespace = '${adoption.schema}'::regnamespace) n
     WHERE name = '${name}'`,
  );
  return taken > 0 ? `image_monitor_${name}` : name;
}

function columnsOf(definition: string): string[] {
  return (/\(([^)]*)\)/.exec(definition)?.[1] ?? '').split(',').map((column) => column.trim());
}

async function count(adoption: Adoption, from: string): Promise<number> {
  const [answer] = await adoption.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`);
  return answer?.n ?? 0;
}
