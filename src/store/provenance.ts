// Provenance links are written in the transaction that makes them true; writing one again changes nothing.
import { type SQL, sql } from 'drizzle-orm';
import type { LinkType, NodeType } from '../domain/words.ts';
import type { WriteTx } from './store.ts';
import { provenanceLink } from './tables/review.ts';

export interface LinkEnd {
  readonly type: NodeType;
  readonly key: string;
}

export interface Link {
  readonly source: LinkEnd;
  readonly target: LinkEnd;
  readonly linkType: LinkType;
}

export async function writeLinks(tx: WriteTx, tenantId: number, links: readonly Link[]): Promise<void> {
  if (links.length === 0) return;
  await tx
    .insert(provenanceLink)
    .values(
      links.map(({ source, target, linkType }) => ({
        tenantId,
        sourceType: source.type,
        sourceKey: source.key,
        targetType: target.type,
        targetKey: target.key,
        linkType,
      })),
    )
    .onConflictDoNothing();
}

/** Who takes links away, and why; null: they go with a decision that is undone. */
export interface Removal {
  readonly by: string | null;
  readonly reason: string | null;
}

export const UNDONE: Removal = { by: null, reason: null };

/** What a removed link keeps of the link. */
export const LINK_COLUMNS =
  'tenant_id, link_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at';

/** Takes away the links `l` for which the condition holds, and keeps on record that they were there. */
export const removeLinksWhere = (tx: WriteTx, tenantId: number, which: SQL, { by, reason }: Removal) =>
  tx.execute(sql`
    with gone as (
      delete from provenance_link l where l.tenant_id = ${tenantId} and (${which}) returning l.*)
    insert into removed_link (${sql.raw(LINK_COLUMNS)}, removed_at, removed_by, reason)
    select ${sql.raw(LINK_COLUMNS)}, clock_timestamp(), ${by}::text, ${reason}::text from gone`);

export async function removeLinks(
  tx: WriteTx,
  tenantId: number,
  links: readonly Link[],
  removal: Removal,
): Promise<void> {
  const rows = links.map(({ source, target, linkType }) => [
    source.type,
    source.key,
    target.type,
    target.key,
    linkType,
  ]);
  await removeLinksWhere(
    tx,
    tenantId,
    sql`(l.source_type, l.source_key, l.target_type, l.target_key, l.link_type) in (
      select r ->> 0, r ->> 1, r ->> 2, r ->> 3, r ->> 4 from json_array_elements(${JSON.stringify(rows)}::json) as x(r))`,
    removal,
  );
}

/** Which signature each of the candidate's example events bears; that they are its evidence is linked already. */
export async function linkExampleSignatures(
  tx: WriteTx,
  tenantId: number,
  candidateId: string,
): Promise<void> {
  await tx.execute(sql`
    insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
    select e.tenant_id, 'Event', e.event_id::text, 'Signature', e.signature_id::text, 'SIGNED_AS'
      from candidate_event ce
      join event e on e.tenant_id = ce.tenant_id and e.ts = ce.event_ts and e.event_id = ce.event_id
     where ce.tenant_id = ${tenantId} and ce.candidate_id = ${candidateId}::bigint
    on conflict do nothing`);
}
