// What an incident keeps of its candidates: signatures, assets, raw lines that outlive their events, and how often it
// was observed. Doing it again after a candidate grew adds what is new.
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
    )
    insert into incident_event (tenant_id, incident_id, event_ts, event_id, message_raw)
    select e.tenant_id, ${incidentId}::bigint, e.ts, e.event_id, e.message_raw
      from candidate_event ce
      join event e on e.tenant_id = ce.tenant_id and e.ts = ce.event_ts and e.event_id = ce.event_id
     where ce.tenant_id = ${tenantId} and ce.candidate_id = ${candidateId}::bigint
    on conflict do nothing`);
}

/**
 * First and last observation over all candidates of the incident. A recurrence is a stretch of its signatures' episodes
 * without a pause of thirty minutes: several signatures that fire together recur once.
 */
export async function refreshObservation(tx: WriteTx, tenantId: number, incidentId: string): Promise<void> {
  await tx.execute(sql`
    with held as (
      select c.candidate_id, c.first_seen_at, c.last_seen_at, c.episode_count
        from incident_candidate ic
        join candidate c on c.tenant_id = ic.tenant_id and c.candidate_id = ic.candidate_id
       where ic.tenant_id = ${tenantId} and ic.incident_id = ${incidentId}::bigint
    ), spans as (
      select e.start_at, max(e.end_at) over (order by e.start_at rows between unbounded preceding and 1 preceding) as quiet_since
        from held h
        join candidate_signature cs on cs.tenant_id = ${tenantId} and cs.candidate_id = h.candidate_id
        join episode e on e.tenant_id = cs.tenant_id and e.signature_id = cs.signature_id
         and e.start_at <= h.last_seen_at and e.end_at >= h.first_seen_at
       where e.asset_id = 0 or e.asset_id in (select asset_id from candidate_asset ca
                                               where ca.tenant_id = ${tenantId} and ca.candidate_id = h.candidate_id)
    ), recurrences as (
      select count(*)::int as n from spans
       where quiet_since is null or start_at >= quiet_since + interval '30 minutes'
    )
    update incident i set
      first_observed_at = least(i.first_observed_at, (select min(first_seen_at) from held)),
      last_observed_at = greatest(i.last_observed_at, (select max(last_seen_at) from held)),
      recurrence_count = greatest(i.recurrence_count,
                                  (select coalesce(nullif(n, 0), (select max(episode_count) from held), 1) from recurrences)),
      updated_at = clock_timestamp()
     where i.tenant_id = ${tenantId} and i.incident_id = ${incidentId}::bigint`);
}
