// Whether an incident is active or historical: a function of what a person last decided, of when it was last observed
// and of the tenant's newest event, so that the order in which events come does not matter. Retired ones stay retired.
import { type SQL, sql } from 'drizzle-orm';
import { INCIDENT_ACTIVE_DAYS } from '../../domain/incident-age.ts';
import { type Micros, US_PER_DAY, US_PER_MINUTE } from '../../domain/time.ts';
import { type IncidentContext, query } from './context.ts';

export const INCIDENT_ACTIVE_US: Micros = INCIDENT_ACTIVE_DAYS * US_PER_DAY;

/** How far the tenant's events reach in time, null before the first: a scalar subquery. */
export const newestEvent = (tenantId: number): SQL => sql`(
  select to_timestamp(c.now_minute * 60::float8) from event_clock c where c.tenant_id = ${tenantId})`;

export interface StatusChange {
  readonly incidentId: string;
  readonly status: 'ACTIVE' | 'HISTORICAL';
}

/**
 * ACTIVE becomes HISTORICAL `activeUs` after the last observation, or after the decision that made it active. What is
 * observed after it became historical, by age or by hand, and not longer ago than that, is ACTIVE again. Looks at all
 * that may have aged, and at the `observed`.
 */
export function settleStatuses(
  ctx: IncidentContext,
  observed: readonly string[],
  activeUs: Micros,
): Promise<StatusChange[]> {
  const { tenantId } = ctx;
  const active = sql.raw(`interval '${Math.round(activeUs / US_PER_MINUTE)} minutes'`);
  return query(
    ctx,
    sql`with due as (
          select i.incident_id, i.status,
                 case when i.settled_status = 'HISTORICAL' and i.last_observed_at <= coalesce(i.settled_at, i.last_observed_at)
                        then 'HISTORICAL'
                      when greatest(i.last_observed_at, case i.settled_status when 'ACTIVE' then i.settled_at end)
                           < n.newest_at - ${active} then 'HISTORICAL'
                      else 'ACTIVE' end as becomes
            from incident i cross join (select ${newestEvent(tenantId)} as newest_at) n
           where i.tenant_id = ${tenantId} and i.status <> 'RETIRED' and i.merged_into_id is null
             and (i.status = 'ACTIVE' and i.last_observed_at < n.newest_at - ${active}
                  or i.incident_id in (
                       select id::bigint from json_array_elements_text(${JSON.stringify(observed)}::json) as o(id)))
           order by i.incident_id for update of i)
        update incident i set status = due.becomes, updated_at = clock_timestamp()
          from due
         where i.tenant_id = ${tenantId} and i.incident_id = due.incident_id and due.becomes <> due.status
        returning i.incident_id::text as "incidentId", i.status`,
  );
}
