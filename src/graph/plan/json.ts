// Values in the form that JSON and plain rows share, and the objects that are built of them.
import { Column, is, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** What a row answers with, by the key that its resolvers pick. */
export type Slots = Map<string, SQL>;

/** Ids as text, for they exceed 2^53; counts as numbers. */
export function plainValue(value: SQL | AnyPgColumn): SQL {
  if (!is(value, Column)) return value as SQL;
  if (value.getSQLType() !== 'bigint') return sql`${value}`;
  const isCount = typeof value.mapFromDriverValue('0') === 'number';
  return isCount ? sql`${value}::float8` : sql`${value}::text`;
}

const PAIRS_PER_CALL = 50;
export const quoted = (text: string): SQL => sql.raw(`'${text.replaceAll("'", "''")}'`);

/** PostgreSQL takes at most 100 arguments in a call; wider selections are joined as jsonb. */
export function jsonObject(slots: Slots): SQL {
  const pairs = [...slots].map(([slot, value]) => sql`${quoted(slot)},${value}`);
  if (pairs.length <= PAIRS_PER_CALL) return sql`json_build_object(${sql.join(pairs, sql`,`)})`;
  const parts: SQL[] = [];
  for (let i = 0; i < pairs.length; i += PAIRS_PER_CALL)
    parts.push(sql`jsonb_build_object(${sql.join(pairs.slice(i, i + PAIRS_PER_CALL), sql`,`)})`);
  return sql`(${sql.join(parts, sql` || `)})`;
}
