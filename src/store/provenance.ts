// Provenance links are written in the transaction that makes them true; writing one again changes nothing.
import { sql } from 'drizzle-orm';
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
