// What families are made of, as it is stored: forms, and parts of forms, each with the signature it is counted for.
import type pg from 'pg';
import { formatMicros, type Micros } from '../domain/time.ts';

export interface Element {
  readonly key: string;
  readonly signatureId: string;
  /** Its own key, or that of the form that it is a part of. */
  readonly formKey: string;
  readonly partition: string;
  /** A message of the form. */
  readonly formExample: string;
  /** The first of its messages that is counted; null: none is. */
  readonly firstUs: Micros | null;
  readonly example: string;
  readonly rootId: string;
  readonly rootKey: string;
  /** Whether anything is counted for the root. */
  readonly isCounted: boolean;
}

/** The given forms and all parts of them, by key. */
export async function readElements(
  client: pg.ClientBase,
  tenantId: number,
  formKeys: readonly string[],
): Promise<Element[]> {
  const { rows } = await client.query<Omit<Element, 'firstUs'> & { firstUs: string | null }>({
    name: 'read_elements',
    text: `select f.key, f.signature_id as "signatureId", n.key as "formKey", f.partition, n.example as "formExample",
                  (extract(epoch from f.first_counted_at) * 1000000)::bigint as "firstUs", f.example,
                  r.signature_id as "rootId", r.key as "rootKey", r.occurrence_count > 0 as "isCounted"
             from signature_form f
             join signature_form n on n.tenant_id = $1 and n.key = coalesce(f.form_key, f.key)
             join signature s on s.tenant_id = $1 and s.signature_id = f.signature_id
             join signature r on r.tenant_id = $1 and r.signature_id = coalesce(s.merged_into_id, s.signature_id)
            where f.tenant_id = $1 and (f.key = any($2::text[]) or f.form_key = any($2::text[]))
            order by f.key`,
    values: [tenantId, formKeys],
  });
  return rows.map((row) => ({ ...row, firstUs: row.firstUs === null ? null : Number(row.firstUs) }));
}

/** Counted for `rootId` from now on, which is of their family; they must hold no counts of their own. */
export async function placeUnder(
  client: pg.ClientBase,
  tenantId: number,
  rootId: string,
  keys: readonly string[],
): Promise<void> {
  await client.query(
    `with placed as (
       update signature set merged_into_id = nullif($2::bigint, signature_id)
        where tenant_id = $1 and key = any($3::text[]) returning key)
     insert into signature_alias (tenant_id, key, to_key, reason)
     select $1, p.key, r.key, 'PLACED' from placed p
       join signature r on r.tenant_id = $1 and r.signature_id = $2 and r.key <> p.key order by p.key`,
    [tenantId, rootId, keys],
  );
}

export interface ElementSighting {
  readonly key: string;
  /** null: none of its messages is stored any more. */
  readonly first: { readonly us: Micros; readonly example: string } | null;
}

/** When each was first seen, told anew: later than before, too. */
export async function restateSightings(
  client: pg.ClientBase,
  tenantId: number,
  sightings: readonly ElementSighting[],
): Promise<void> {
  if (sightings.length === 0) return;
  await client.query(
    `with next as (select nextval('mnemograph_learnt_seq') as seq)
     update signature_form f
        set first_counted_at = d.first_at, example = coalesce(d.example, f.example), learnt_seq = next.seq
       from next, unnest($2::text[], $3::timestamptz[], $4::text[]) as d(key, first_at, example)
      where f.tenant_id = $1 and f.key = d.key`,
    [
      tenantId,
      sightings.map((s) => s.key),
      sightings.map((s) => (s.first === null ? null : formatMicros(s.first.us))),
      sightings.map((s) => s.first?.example ?? null),
    ],
  );
}
