import { type Adoption, messageOf } from './adoption.js';

/** Puts rows aside, whole, before they are folded into another; `down` puts them back. */
export async function keepFolded(
  adoption: Adoption,
  table: string,
  map: string,
  what: string,
): Promise<void> {
  const full = adoption.nameOf(table);
  const kept = await adoption.mend(
    table,
    `rows folded into another, ${what}; they are kept in image_monitor.folded_rows`,
    `INSERT INTO image_monitor.folded_rows (table_name, kept_id, content)
     SELECT '${table}', f.kept, to_jsonb(t) FROM ${full} t JOIN ${map} f ON f.gone = t.id`,
  );
  if (kept === 0) return;
  const [columns] = await adoption.rows<{ list: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [full],
  );
  await adoption.change(
    table,
    'SELECT',
    `INSERT INTO ${full} (${columns?.list}) OVERRIDING SYSTEM VALUE
       SELECT ${columns?.list} FROM (
         SELECT (jsonb_populate_record(NULL::${full}, content)).* FROM image_monitor.folded_rows
          WHERE table_name = '${table}' ORDER BY id) f`,
  );
}

/** Foreign keys of whatever table follow to the row that is kept. */
export async function repoint(adoption: Adoption, table: string, map: string): Promise<void> {
  const [folded] = await adoption.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${map}`);
  if (!folded?.n) return;
  const references = await adoption.rows<{ table: string; column: string; name: string; isById: boolean }>(
    `SELECT c.conrelid::regclass::text AS table, quote_ident(a.attname) AS column, c.conname AS name,
            c.confkey = ARRAY[k.attnum] AS "isById"
       FROM pg_constraint c
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
       JOIN pg_attribute k ON k.attrelid = c.confrelid AND k.attname = 'id'
      WHERE c.contype = 'f' AND c.conparentid = 0 AND c.confrelid = $1::regclass`,
    [adoption.nameOf(table)],
  );
  for (const reference of references) {
    const who = `${reference.table}.${reference.column}`;
    if (!reference.isById) {
      throw new Error(
        `${folded.n} rows of ${table} are doubled, and ${reference.name} of ${reference.table} refers to them by more than their id: make them one and start again.`,
      );
    }
    try {
      await adoption.mend(
        who,
        `refers to the row of ${table} that was kept`,
        `UPDATE ${reference.table} t SET ${reference.column} = f.kept FROM ${map} f WHERE t.${reference.column} = f.gone`,
      );
    } catch (error) {
      throw new Error(
        `${folded.n} rows of ${table} are doubled, and ${who} cannot follow to the one that is kept: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}
