// What an incident keeps of its candidates: signatures, assets, and raw lines that outlive their events. Doing it again
// after a candidate grew adds what is new.
import { sql } from 'drizzle-orm';
import type { WriteTx } from '../store/store.ts';

export async function copyEvidence(
  tx: WriteTx,
  tenantId: number,
  incidentId: string,
  candidateId: string,
): Promise<void> {
  await tx.execute(sql`
    with signatures as (
      insert into incident_signature (tenant_id, incident_id, signature_id)
      select tenant_id, ${incidentId}::bigint, signature_id from candidate_signature
       where tenant_id = ${tenantId} and candidate_id = ${candidateId}::bigint
      on conflict do nothing
    ), assets as (
      insert into incident_asset (tenant_id, incident_id, asset_id)
      select tenant_id, ${incidentId}::bigint, asset_id from candidate_asset
       where tenant_id = ${tenantId} and candidate_id = ${candidateId}::bigint
      on conflict do nothing
    ), lines as (
      insert into incident_event (tenant_id, incident_id, event_ts, event_id, message_raw, signature_id, asset_id,
                                  severity, host, service)
      select e.tenant_id, ${incidentId}::bigint, e.ts, e.event_id, e.message_raw, e.signature_id, e.asset_id,
             e.severity, nullif(o.host, ''), nullif(o.service, '')
        from candidate_event ce
        join event e on e.tenant_id = ce.tenant_id and e.ts = ce.event_ts and e.event_id = ce.event_id
        left join origin o on o.tenant_id = e.tenant_id and o.origin_id = e.origin_id
       where ce.tenant_id = ${tenantId} and ce.candidate_id = ${candidateId}::bigint
      on conflict do nothing returning evidence_id)
    insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
    select ${tenantId}::int, 'EvidenceLine', evidence_id::text, 'Incident', ${incidentId}::text, 'EVIDENCE_OF' from lines
    on conflict do nothing`);
  await tx.execute(sql`
    insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
    select k.tenant_id, 'EvidenceLine', k.evidence_id::text, 'Candidate', ce.candidate_id::text, 'EVIDENCE_OF'
      from candidate_event ce
      join incident_event k on k.tenant_id = ce.tenant_id and k.event_ts = ce.event_ts and k.event_id = ce.event_id
     where ce.tenant_id = ${tenantId} and ce.candidate_id = ${candidateId}::bigint
       and k.incident_id = ${incidentId}::bigint
    on conflict do nothing`);
}
