// What people's decisions made of signatures, as provenance: it is written with the decision and goes when that is undone.
import type pg from 'pg';
import type { LinkType } from '../domain/words.ts';
import { LINK_COLUMNS } from './provenance.ts';

/** Links that tell what became of a signature: they name the one that it happened to, wherever that is counted now. */
export const LINEAGE: readonly LinkType[] = ['MERGED_INTO', 'SPLIT_FROM'];

export async function linkLineage(
  client: pg.ClientBase,
  tenantId: number,
  signatureIds: readonly string[],
  linkType: 'MERGED_INTO' | 'SPLIT_FROM',
  targetId: string,
): Promise<void> {
  await client.query(
    `insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
     select $1::int, 'Signature', id::text, 'Signature', $3::text, $4 from unnest($2::bigint[]) as x(id)
      where id::text <> $3::text on conflict do nothing`,
    [tenantId, signatureIds, targetId, linkType],
  );
}

/** Removes what {@link linkLineage} wrote for the decision. */
export async function unlinkLineage(
  client: pg.ClientBase,
  tenantId: number,
  bindingId: string,
): Promise<void> {
  await client.query(
    `with named as (
       select 'SPLIT_FROM' as link_type, c.other_key as key from signature_constraint c
        where c.tenant_id = $1 and c.constraint_id = $2 and c.kind = 'CANNOT_LINK'
       union all
       select 'MERGED_INTO', a ->> 'element' from signature_constraint c, jsonb_array_elements(c.detail -> 'anchors') a
        where c.tenant_id = $1 and c.constraint_id = $2 and c.kind = 'MUST_LINK')
     , gone as (
       delete from provenance_link l using named n join signature s on s.tenant_id = $1 and s.key = n.key
        where l.tenant_id = $1 and l.source_type = 'Signature' and l.source_key = s.signature_id::text
          and l.target_type = 'Signature' and l.link_type = n.link_type
       returning l.*)
     insert into removed_link (${LINK_COLUMNS}, removed_at) select ${LINK_COLUMNS}, clock_timestamp() from gone`,
    [tenantId, bindingId],
  );
}
