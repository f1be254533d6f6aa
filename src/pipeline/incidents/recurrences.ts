// How often an incident happened: the stretches without a pause of thirty minutes in which its signatures fired, on any
// asset, since it was first observed. A function of the episodes there are, whatever the order in which they came.
import { type SQL, sql } from 'drizzle-orm';
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { formatMicros, US_PER_MINUTE } from '../../domain/time.ts';
import type { Touched } from '../detect/touched.ts';
import { type IncidentContext, query } from './context.ts';

/** An incident that was observed more often, or longer. */
export interface Observed {
  readonly incidentId: string;
  readonly isRetired: boolean;
  /** Recurrences that it has more than before; negative where late events joined some. */
  readonly more: number;
}

const { gapUs, maxLengthUs } = DETECT_SETTINGS.episode;
const interval = (us: number) => sql.raw(`interval '${us / US_PER_MINUTE} minutes'`);
const GAP = interval(gapUs);
/** No episode is longer. */
const REACH = interval(maxLengthUs + US_PER_MINUTE);

/** Bound signatures whose events are the trouble: of a pair the recovery is not, unless nothing else is bound. */
const observing = (tenantId: number): SQL => sql`
  select x.incident_id, x.signature_id
    from incident_signature x
    join signature s on s.tenant_id = x.tenant_id and s.signature_id = x.signature_id
   where x.tenant_id = ${tenantId}
     and (s.pair_role is distinct from 'RECOVERY' or not exists (
           select 1 from incident_signature y
             join signature o on o.tenant_id = y.tenant_id and o.signature_id = y.signature_id
            where y.tenant_id = x.tenant_id and y.incident_id = x.incident_id
              and o.pair_role is distinct from 'RECOVERY'))`;

/** CTEs that chain the rows of `spans (incident_id, start_at, end_at)` into `stretches`. */
const CHAINED = sql`
  marked as (
    select *, max(end_at) over (partition by incident_id order by start_at, end_at
                                rows between unbounded preceding and 1 preceding) as quiet_since from spans),
  numbered as (
    select *, count(*) filter (where quiet_since is null or start_at >= quiet_since + ${GAP})
                over (partition by incident_id order by start_at, end_at) as n from marked),
  stretches as (
    select incident_id, min(start_at) as start_at, max(end_at) as end_at from numbered group by incident_id, n)`;

/** CTEs that bring the stored rows `near` in line with `stretches`; what is the same is left alone. */
const stored = (tenantId: number): SQL => sql`
  gone as (
    delete from incident_recurrence r using near
     where r.tenant_id = ${tenantId} and r.incident_id = near.incident_id and r.start_at = near.start_at
       and not exists (select 1 from stretches s where s.incident_id = near.incident_id and s.start_at = near.start_at)),
  put as (
    insert into incident_recurrence as r (tenant_id, incident_id, start_at, end_at)
    select ${tenantId}::int, incident_id, start_at, end_at from stretches
    on conflict (tenant_id, incident_id, start_at) do update set end_at = excluded.end_at
     where r.end_at <> excluded.end_at),
  change as (
    select incident_id, sum(n)::int as more, min(start_at) as first_at, max(end_at) as last_at
      from (select incident_id, 1 as n, start_at, end_at from stretches
            union all select incident_id, -1, null, null from near) x
     group by incident_id)`;

/** Takes in the events that were added to these series: costs what they touch. */
export function addRecurrences(ctx: IncidentContext, touched: readonly Touched[]): Promise<Observed[]> {
  const { tenantId } = ctx;
  const rows = touched.map((t) => ({
    signature_id: t.signatureId,
    asset_id: t.assetId,
    from_at: formatMicros(t.fromMinute * US_PER_MINUTE),
    to_at: formatMicros((t.toMinute + 1) * US_PER_MINUTE),
  }));
  return query(
    ctx,
    sql`with t as materialized (
          select * from json_to_recordset(${JSON.stringify(rows)}::json)
                 as t(signature_id bigint, asset_id bigint, from_at timestamptz, to_at timestamptz)),
        o as (${observing(tenantId)} and x.signature_id in (select signature_id from t)),
        fresh as materialized (
          select o.incident_id, greatest(e.start_at, i.first_observed_at) as start_at, e.end_at
            from t join o on o.signature_id = t.signature_id
            join incident i on i.tenant_id = ${tenantId} and i.incident_id = o.incident_id and i.merged_into_id is null
            join episode e on e.tenant_id = ${tenantId} and e.signature_id = t.signature_id and e.asset_id = t.asset_id
             and e.start_at > t.from_at - ${REACH} and e.start_at < t.to_at and e.end_at >= t.from_at
           where e.end_at >= i.first_observed_at),
        reach as (select incident_id, min(start_at) - ${GAP} as from_at, max(end_at) + ${GAP} as to_at
                    from fresh group by incident_id),
        near as materialized (
          select r.incident_id, r.start_at, r.end_at
            from reach h join incident_recurrence r on r.tenant_id = ${tenantId} and r.incident_id = h.incident_id
             and r.end_at > h.from_at and r.start_at < h.to_at),
        spans as (select * from fresh union all select * from near),
        ${CHAINED}, ${stored(tenantId)}
        update incident i set
               recurrence_count = i.recurrence_count + c.more,
               last_observed_at = greatest(i.last_observed_at, c.last_at),
               updated_at = clock_timestamp()
          from change c
         where i.tenant_id = ${tenantId} and i.incident_id = c.incident_id
           and (c.more <> 0 or c.last_at > i.last_observed_at)
        returning i.incident_id::text as "incidentId", i.status = 'RETIRED' as "isRetired", c.more`,
  );
}

/** First and last observation by what is held: candidates, and incidents that became part of it. */
const observeAnew = (ctx: IncidentContext, ids: SQL) =>
  query(
    ctx,
    sql`update incident i set
               first_observed_at = least(i.first_observed_at, h.first_at),
               last_observed_at = case when h.by_candidates then h.last_at
                                       else greatest(i.last_observed_at, h.last_at) end
          from (select incident_id, min(first_at) as first_at, max(last_at) as last_at, bool_or(by_candidate) as by_candidates
                  from (select ic.incident_id, c.first_seen_at as first_at, c.last_seen_at as last_at, true as by_candidate
                          from incident_candidate ic
                          join candidate c on c.tenant_id = ic.tenant_id and c.candidate_id = ic.candidate_id
                                          and c.redirected_to_id is null and not c.withdrawn
                         where ic.tenant_id = ${ctx.tenantId} and ic.incident_id in ${ids}
                        union all
                        select m.merged_into_id, m.first_observed_at, m.last_observed_at, false
                          from incident m where m.tenant_id = ${ctx.tenantId} and m.merged_into_id in ${ids}) held
                 group by incident_id) h
         where i.tenant_id = ${ctx.tenantId} and i.incident_id = h.incident_id`,
  );

/** Counts these incidents anew, from all episodes since they were first observed. What was counted elsewhere stays. */
export async function recountRecurrences(
  ctx: IncidentContext,
  incidentIds: readonly string[],
): Promise<Observed[]> {
  if (incidentIds.length === 0) return [];
  const { tenantId } = ctx;
  const ids = sql`(select id::bigint from json_array_elements_text(${JSON.stringify(incidentIds)}::json) as ids(id))`;
  await observeAnew(ctx, ids);
  return query(
    ctx,
    sql`with o as (${observing(tenantId)} and x.incident_id in ${ids}),
        near as materialized (
          select incident_id, start_at, end_at from incident_recurrence
           where tenant_id = ${tenantId} and incident_id in ${ids}),
        spans as (
          select o.incident_id, greatest(e.start_at, i.first_observed_at) as start_at, e.end_at
            from o join incident i on i.tenant_id = ${tenantId} and i.incident_id = o.incident_id
            join episode e on e.tenant_id = ${tenantId} and e.signature_id = o.signature_id
           where e.end_at >= i.first_observed_at),
        ${CHAINED}, ${stored(tenantId)}
        update incident i set
               recurrence_count = greatest(1, i.recurrence_count + coalesce(c.more, 0)),
               last_observed_at = greatest(i.last_observed_at, c.last_at),
               updated_at = clock_timestamp()
          from (select id, more, last_at from ${ids} as ids(id) left join change c on c.incident_id = ids.id) c
         where i.tenant_id = ${tenantId} and i.incident_id = c.id
        returning i.incident_id::text as "incidentId", i.status = 'RETIRED' as "isRetired", coalesce(c.more, 0) as more`,
  );
}
