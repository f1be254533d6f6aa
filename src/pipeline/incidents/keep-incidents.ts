// Incidents keep up with what detection has just looked at: how often and when they were observed, and whether they are
// active. Costs what was touched.
import { sql } from 'drizzle-orm';
import type { Micros } from '../../domain/time.ts';
import type { IncidentChangeReason } from '../../domain/words.ts';
import { type Announcement, incidentsUpdated } from '../../live/outbox.ts';
import type { Touched } from '../detect/touched.ts';
import { type IncidentContext, query } from './context.ts';
import { addRecurrences, type Observed, recountRecurrences } from './recurrences.ts';
import { settleStatuses } from './statuses.ts';

export interface LookedAt {
  /** Series that got new events. */
  readonly touched: readonly Touched[];
  /** Series that took over another signature's events. */
  readonly regrouped: readonly Touched[];
  /** Candidates that were written. */
  readonly candidateIds: readonly string[];
}

export async function keepIncidents(
  ctx: IncidentContext,
  { touched, regrouped, candidateIds }: LookedAt,
  activeUs: Micros,
): Promise<Announcement[]> {
  const recounted = await recountRecurrences(ctx, await findMoved(ctx, regrouped, candidateIds));
  const added = touched.length === 0 ? [] : await addRecurrences(ctx, touched);
  const observed = [...recounted, ...added];
  const statuses = await settleStatuses(
    ctx,
    observed.map(({ incidentId }) => incidentId),
    activeUs,
  );
  return announcementsOf(observed, new Map(statuses.map((s) => [s.incidentId, s.status])));
}

/** Incidents whose signatures or first observation are others now. */
async function findMoved(
  ctx: IncidentContext,
  regrouped: readonly Touched[],
  candidateIds: readonly string[],
): Promise<string[]> {
  if (regrouped.length + candidateIds.length === 0) return [];
  const { tenantId } = ctx;
  const signatureIds = [...new Set(regrouped.map((t) => t.signatureId))];
  const rows = await query<{ id: string }>(
    ctx,
    sql`select x.incident_id::text as id from incident_signature x
         where x.tenant_id = ${tenantId} and x.signature_id in (
               select r.id::bigint from json_array_elements_text(${JSON.stringify(signatureIds)}::json) as r(id))
        union
        select i.incident_id::text
          from incident_candidate ic
          join candidate c on c.tenant_id = ic.tenant_id and c.candidate_id = ic.candidate_id
                          and c.redirected_to_id is null and not c.withdrawn
          join incident i on i.tenant_id = ic.tenant_id and i.incident_id = ic.incident_id
         where ic.tenant_id = ${tenantId} and c.first_seen_at < i.first_observed_at
           and ic.candidate_id in (
               select r.id::bigint from json_array_elements_text(${JSON.stringify(candidateIds)}::json) as r(id))`,
  );
  return rows.map(({ id }) => id);
}

/** One per incident, with the reason that says most. */
function announcementsOf(
  observed: readonly Observed[],
  statuses: ReadonlyMap<string, 'ACTIVE' | 'HISTORICAL'>,
): Announcement[] {
  const reasons = new Map<string, IncidentChangeReason>();
  for (const { incidentId, isRetired, more } of observed) {
    if (!isRetired && reasons.get(incidentId) !== 'RECURRED')
      reasons.set(incidentId, more > 0 ? 'RECURRED' : 'OBSERVED');
  }
  for (const [incidentId, status] of statuses)
    reasons.set(incidentId, status === 'ACTIVE' ? 'REOPENED' : 'BECAME_HISTORICAL');
  return [...reasons].flatMap(([incidentId, reason]) => incidentsUpdated([incidentId], reason));
}
