// What every step of merging an archive works with: one tenant, one transaction, the staged records.
import type pg from 'pg';
import type { Clock } from '../domain/time.ts';
import type { Store, WriteTx } from '../store/store.ts';
import type { RecordKind } from './format.ts';
import { NAMED_BY } from './versioned.ts';

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

/** The staged records of one kind, with the columns that the statement wants of them, and `place`: their order. */
export const staged = (kind: RecordKind, columns: string): string =>
  `(select r.*, g.line as place from staged g cross join lateral jsonb_to_record(g.data) as r(${columns}) where g.kind = '${kind}')`;

/** Of several records with one `id` the one edited last, in their order: rows get their ids in it. */
export const latest = (kind: RecordKind, columns: string): string =>
  `(select * from (select distinct on (id) * from ${staged(kind, columns)} s order by id, "updatedAt" desc) l order by place)`;

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

/** What each name of the file names here, as `(id, name)`: the very row, wherever it was joined into. */
export function named(column: keyof typeof NAMED_BY): string {
  const { table, name } = NAMED_BY[column];
  const rows = `select ${column} as id, ${name} as name from ${table} where tenant_id = $1`;
  return column === 'candidate_id'
    ? `(select candidate_id as id, id::text as name from placed_candidate
         union all ${rows} and portable_id not in (select id from placed_candidate))`
    : `(${rows})`;
}

const MEMBERS = {
  signatures: { column: 'signature_id', rows: `(select root_id as id, key as name from ${ROOT_OF_KEY} k)` },
  hosts: { column: 'asset_id', rows: named('asset_id') },
  candidates: { column: 'candidate_id', rows: named('candidate_id') },
  incidents: { column: 'incident_id', rows: named('incident_id') },
} as const;

/** Links what a list of the records names, in `table`; links that are there stay. */
export function linkMembers(
  kind: RecordKind,
  list: keyof typeof MEMBERS,
  table: string,
  owner: keyof typeof NAMED_BY,
): string {
  const { column, rows } = MEMBERS[list];
  return `
    insert into ${table} (tenant_id, ${owner}, ${column})
    select distinct $1::int, o.id, x.id
      from ${members(kind, list)} m join ${named(owner)} o on o.name = m.id::text join ${rows} x on x.name = m.member
    on conflict do nothing`;
}

export const addedRows = (rows: readonly unknown[]): Merged => ({ added: rows.length, changed: 0 });
