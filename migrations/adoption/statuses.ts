import type { Adoption } from './adoption.js';

export const IMAGE_STATUSES = ['pending', 'approved', 'rejected'] as const;
export const TAG_STATUSES = ['approved', 'revoked'] as const;
export const REQUEST_STATUSES = ['pending', 'approved', 'rejected', 'superseded'] as const;

/** Unknown values become `otherwise`; a known one in another spelling is only spelled right. */
export async function mendStatus(
  adoption: Adoption,
  table: string,
  column: string,
  allowed: readonly string[],
  otherwise: string,
  alsoSet = '',
): Promise<void> {
  const full = adoption.nameOf(table);
  const list = allowed.map((value) => `'${value}'`).join(', ');
  await adoption.mend(
    `${table}.${column}`,
    'written in lower case',
    `UPDATE ${full} SET ${column} = lower(btrim(${column}))
      WHERE ${column} NOT IN (${list}) AND lower(btrim(${column})) IN (${list})`,
  );
  const unknown = await adoption.rows<{ value: string | null }>(
    `SELECT DISTINCT ${column} AS value FROM ${full} WHERE ${column} IS NULL OR ${column} NOT IN (${list}) LIMIT 20`,
  );
  if (unknown.length === 0) return;
  await adoption.mend(
    `${table}.${column}`,
    `unknown states were replaced: ${unknown.map(({ value }) => value ?? 'NULL').join(', ')}`,
    `UPDATE ${full} SET ${alsoSet} ${column} = ${otherwise} WHERE ${column} IS NULL OR ${column} NOT IN (${list})`,
  );
}
