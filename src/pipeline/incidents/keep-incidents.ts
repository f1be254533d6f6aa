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
  const moved = await findMoved(ctx, regrouped, candidateIds);
  const recounted = await recountRecurrences(
    ctx,
    moved.map(({ id }) => id),
  );
  const added = touched.length === 0 ? [] : await addRecurrences(ctx, touched);
  const statuses = await settleStatuses(
    ctx,
    [...recounted, ...added].map(({ incidentId }) => incidentId),
    activeUs,
  );
  return announcementsOf(
    { recounted, added },
    new Set(moved.filter(({ isRegrouped }) => isRegrouped).map(({ id }) => id)),
    new Map(statuses.map((s) => [s.incidentId, s.status])),
  );
}

interface Moved {
  readonly id: string;
  /** A signature of it took over the events of another. */
  readonly isRegrouped: boolean;
}

/** Incidents whose signatures or first observation are others now. */
async function findMoved(
  ctx: IncidentContext,
  regrouped: readonly Touched[],
  candidateIds: readonly string[],
): Promise<Moved[]> {
  if (regrouped.length + candidateIds.length === 0) return [];
  const { tenantId } = ctx;
  const signatureIds = [...new Set(regrouped.map((t) => t.signatureId))];
  return query<Moved>(
    ctx,
    sql`select id, bool_or(regrouped) as "isRegrouped" from (
        select x.incident_id::text as id, true as regrouped from incident_signature x
         where x.tenant_id = ${tenantId} and x.signature_id in (
               select r.id::bigint from json_array_elements_text(${JSON.stringify(signatureIds)}::json) as r(id))
        union
        select i.incident_id::text, false
          from incident_candidate ic
          join candidate c on c.tenant_id = ic.tenant_id and c.candidate_id = ic.candidate_id
                          and c.redirected_to_id is null and not c.withdrawn
          join incident i on i.tenant_id = ic.tenant_id and i.incident_id = ic.incident_id
         where ic.tenant_id = ${tenantId} and c.first_seen_at < i.first_observed_at
           and ic.candidate_id in (
               select r.id::bigint from json_array_elements_text(${JSON.stringify(candidateIds)}::json) as r(id))) moved
        group by id`,
  );
}

const goesOn = ({ more }: Observed): IncidentChangeReason => (more > 0 ? 'RECURRED' : 'OBSERVED');

/** What says more comes later. */
const WEIGHT: readonly IncidentChangeReason[] = ['OBSERVED', 'REGROUPED', 'RECURRED'];

/** One per incident, with the reason that says most. */
function announcementsOf(
  { recounted, added }: Readonly<Record<'recounted' | 'added', readonly Observed[]>>,
  regroupedIds: ReadonlySet<string>,
  statuses: ReadonlyMap<string, 'ACTIVE' | 'HISTORICAL'>,
): Announcement[] {
  const reasons = new Map<string, IncidentChangeReason>();
  const say = ({ incidentId, isRetired }: Observed, reason: IncidentChangeReason) => {
    const known = reasons.get(incidentId);
    if (!isRetired && (known === undefined || WEIGHT.indexOf(reason) > WEIGHT.indexOf(known)))
      reasons.set(incidentId, reason);
  };
  for (const one of recounted) say(one, regroupedIds.has(one.incidentId) ? 'REGROUPED' : goesOn(one));
  for (const one of added) say(one, goesOn(one));
  for (const [incidentId, status] of statuses)
    reasons.set(incidentId, status === 'ACTIVE' ? 'REOPENED' : 'BECAME_HISTORICAL');
  return [...reasons].flatMap(([incidentId, reason]) => incidentsUpdated([incidentId], reason));
}
