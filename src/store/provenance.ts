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

/**
 * What a candidate stands on, as links: its example events (and the signature of each), its signatures and groups.
 * The evidence itself is the candidate's range; these links are its path to raw lines.
 */
export async function writeEvidenceLinks(tx: WriteTx, tenantId: number, candidateId: string): Promise<void> {
  await tx.execute(sql`
    insert into provenance_link
           (tenant_id, source_type, source_key, target_type, target_key, link_type)
    select ${tenantId}::int, l.source_type, l.source_key, l.target_type, l.target_key, l.link_type
      from (
        select 'Event' as source_type, ce.event_id::text as source_key,
               'Candidate' as target_type, ce.candidate_id::text as target_key, 'EVIDENCE_OF' as link_type
          from candidate_event ce
         where ce.tenant_id = ${tenantId}::int and ce.candidate_id = ${candidateId}::bigint
        union all
        select 'Event', e.event_id::text, 'Signature', e.signature_id::text, 'SIGNED_AS'
          from candidate_event ce
          join event e on e.tenant_id = ce.tenant_id and e.ts = ce.event_ts and e.event_id = ce.event_id
         where ce.tenant_id = ${tenantId}::int and ce.candidate_id = ${candidateId}::bigint
        union all
        select 'Signature', cs.signature_id::text, 'Candidate', cs.candidate_id::text, 'EVIDENCE_OF'
          from candidate_signature cs
         where cs.tenant_id = ${tenantId}::int and cs.candidate_id = ${candidateId}::bigint
        union all
        select 'CorrelationGroup', cg.group_id::text, 'Candidate', cg.candidate_id::text, 'GROUPED_IN'
          from candidate_group cg
         where cg.tenant_id = ${tenantId}::int and cg.candidate_id = ${candidateId}::bigint
      ) l
    on conflict do nothing`);
}
