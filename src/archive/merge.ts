// What every step of merging an archive works with: one tenant, one transaction, the staged records.
import type pg from 'pg';
import type { Clock } from '../domain/time.ts';
import type { Store, WriteTx } from '../store/store.ts';
import type { RecordKind } from './format.ts';

export interface MergeContext {
  readonly store: Store;
  readonly client: pg.ClientBase;
  readonly tx: WriteTx;
  readonly tenantId: number;
  readonly clock: Clock;
}

/** How many rows of memory each kind of record added, and how many it changed. */
export type Merged = { added: number; changed: number };

/** `$1` is the tenant. Returns the rows. */
export async function run<Row extends object>(ctx: MergeContext, statement: string): Promise<Row[]> {
  return (await ctx.client.query<Row>(statement, [ctx.tenantId])).rows;
}

/** The staged records of one kind as `r`, with the columns that the statement wants of them. */
export const staged = (kind: RecordKind, columns: string): string =>
  `(select r.* from staged g cross join lateral jsonb_to_record(g.data) as r(${columns}) where g.kind = '${kind}')`;

/** The elements of a list of a staged record, each beside the record's `id`. */
export const members = (kind: RecordKind, list: string): string =>
  `(select (g.data ->> 'id')::uuid as id, m.value as member
      from staged g cross join lateral jsonb_array_elements_text(g.data -> '${list}') as m(value)
     where g.kind = '${kind}')`;

/** Counts rows that an upsert returned with `xmax = 0 as added`. */
export function tally(rows: readonly { added: boolean }[]): Merged {
  const added = rows.filter((row) => row.added).length;
  return { added, changed: rows.length - added };
}

/** The signature under whose root a key's history is kept, by the staged key. */
export const ROOT_OF_KEY = `(
  select s.key, coalesce(s.merged_into_id, s.signature_id) as root_id
    from signature s where s.tenant_id = $1)`;
