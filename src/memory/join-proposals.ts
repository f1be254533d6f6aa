// Which incident a candidate may be part of, and why. Proposing is all that happens here: a person decides.
import type postgres from 'postgres';
import { namedSome, shortened } from './moments.ts';

/** What speaks for a join, strongest first. */
export const JOIN_BASES = ['SAME_SIGNATURE', 'OTHER_STATE', 'SAME_TIME_AND_PLACE'] as const;
export type JoinBasis = (typeof JOIN_BASES)[number];

export interface JoinProposal {
  readonly incidentId: string;
  readonly basis: JoinBasis;
  /** A sentence. */
  readonly reason: string;
}

/** Two troubles that begin no further apart may be one. */
const TOGETHER = '30 minutes';
const PATTERN_CHARS = 80;

interface Row {
  readonly candidate_id: string;
  readonly incident_id: string;
  readonly basis: JoinBasis;
  readonly pattern: string | null;
  readonly hostnames: string[] | null;
  readonly service_group: string | null;
}

/**
 * The best proposal for each of the candidates that has one. Of an equal basis the incident that was observed last is
 * proposed. Candidates that are part of an incident get none; retired and merged incidents are never proposed.
 */
export async function proposeJoins(
  read: postgres.Sql,
  tenantId: number,
  candidateIds: readonly string[],
): Promise<Map<string, JoinProposal>> {
  const rows = await read<Row[]>`
    with free as (
      select c.candidate_id, c.first_seen_at from candidate c
       where c.tenant_id = ${tenantId} and c.candidate_id = any(${[...candidateIds]}::bigint[])
         and not c.withdrawn and c.redirected_to_id is null
         and not exists (
               select 1 from incident_candidate ic
                 join incident i on i.tenant_id = ic.tenant_id and i.incident_id = ic.incident_id
                where ic.tenant_id = ${tenantId} and ic.candidate_id = c.candidate_id
                  and i.status <> 'RETIRED' and i.merged_into_id is null)
    ), open as (
      select incident_id, last_observed_at from incident
       where tenant_id = ${tenantId} and status <> 'RETIRED' and merged_into_id is null
    ), places as (
      select f.candidate_id, ca.asset_id, a.hostname, a.service_group
        from free f
        join candidate_asset ca on ca.tenant_id = ${tenantId} and ca.candidate_id = f.candidate_id
        join asset a on a.tenant_id = ${tenantId} and a.asset_id = ca.asset_id
    ), shared as (
      select p.candidate_id, ia.incident_id,
             array_agg(distinct p.hostname) filter (where ia.asset_id = p.asset_id) as hostnames,
             min(p.service_group) filter (where b.service_group = p.service_group) as service_group
        from places p
        join incident_asset ia on ia.tenant_id = ${tenantId}
        join asset b on b.tenant_id = ${tenantId} and b.asset_id = ia.asset_id
         and (b.asset_id = p.asset_id or b.service_group = p.service_group)
       group by 1, 2
    ), found as (
      select f.candidate_id, x.incident_id, 'SAME_SIGNATURE' as basis, 1 as strength, min(s.pattern) as pattern
        from free f
        join candidate_signature cs on cs.tenant_id = ${tenantId} and cs.candidate_id = f.candidate_id
        join incident_signature x on x.tenant_id = ${tenantId} and x.signature_id = cs.signature_id
        join signature s on s.tenant_id = ${tenantId} and s.signature_id = cs.signature_id
       group by 1, 2
      union all
      select f.candidate_id, x.incident_id, 'OTHER_STATE', 2, min(o.pattern)
        from free f
        join candidate_signature cs on cs.tenant_id = ${tenantId} and cs.candidate_id = f.candidate_id
        join signature s on s.tenant_id = ${tenantId} and s.signature_id = cs.signature_id
        join signature o on o.tenant_id = ${tenantId} and o.pair_key = s.pair_key and o.pair_role <> s.pair_role
        join incident_signature x on x.tenant_id = ${tenantId}
         and x.signature_id = coalesce(o.merged_into_id, o.signature_id)
       group by 1, 2
      union all
      select f.candidate_id, h.incident_id, 'SAME_TIME_AND_PLACE', 3, null
        from free f
        join shared h on h.candidate_id = f.candidate_id
       where exists (select 1 from incident_recurrence r
                      where r.tenant_id = ${tenantId} and r.incident_id = h.incident_id
                        and r.start_at between f.first_seen_at - ${TOGETHER}::interval
                                           and f.first_seen_at + ${TOGETHER}::interval)
    )
    select distinct on (f.candidate_id) f.candidate_id, f.incident_id, f.basis, f.pattern, h.hostnames, h.service_group
      from found f
      join open i on i.incident_id = f.incident_id
      left join shared h on h.candidate_id = f.candidate_id and h.incident_id = f.incident_id
     order by f.candidate_id, f.strength, (h.hostnames is null), (h.service_group is null),
              i.last_observed_at desc, f.incident_id`;
  return new Map(
    rows.map((row) => [
      row.candidate_id,
      { incidentId: row.incident_id, basis: row.basis, reason: reasonOf(row) },
    ]),
  );
}

function reasonOf({ basis, pattern, hostnames, service_group: group }: Row): string {
  const where =
    hostnames !== null
      ? `on ${namedSome(hostnames)}`
      : group !== null
        ? `in the service group "${group}"`
        : null;
  if (basis === 'SAME_TIME_AND_PLACE')
    return `It began within ${TOGETHER} of a recurrence of the incident, ${where}.`;
  const what = basis === 'SAME_SIGNATURE' ? 'The same signature' : 'The other state of a signature';
  return `${what} is part of the incident, «${shortened(pattern ?? '', PATTERN_CHARS)}»${where === null ? '' : `, ${where} too`}.`;
}
