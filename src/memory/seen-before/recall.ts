// What memory holds about signatures: incidents ranked with why each was recalled, and the lessons and hints that
// hang on them. Retired incidents stay in memory but are no longer recalled.
import type postgres from 'postgres';
import { type Micros, US_PER_DAY } from '../../domain/time.ts';
import { microsOf, spanText } from '../moments.ts';
import type { RecalledIncident } from './answer.ts';

const INCIDENTS_SHOWN = 10;
const LESSONS_SHOWN = 10;
const HINTS_SHOWN = 10;

/** Shares of an incident's score; they add up to 1. */
const SIGNATURE_SHARE = 0.6;
const ASSET_SHARE = 0.2;
const RECENCY_SHARE = 0.2;
const RECENCY_HALF_LIFE_US = 90 * US_PER_DAY;

/** How closely each signature is what was asked for: 1 for the exact ones. */
export type Closeness = ReadonlyMap<string, number>;

export interface RecallWish {
  readonly closeness: Closeness;
  readonly candidateId: string | null;
  readonly host: string | null;
  /** Recency is counted back from here: the latest event of the tenant. */
  readonly newestUs: Micros;
}

export interface IncidentBrief extends RecalledIncident {
  readonly title: string;
  readonly impactLevel: string;
}

export interface LessonBrief {
  readonly lessonId: string;
  readonly title: string;
  readonly recommendation: string;
}

export interface HintBrief {
  readonly hintId: string;
  readonly title: string;
  readonly hintText: string;
}

export interface Recalled {
  readonly incidents: readonly IncidentBrief[];
  readonly lessons: readonly LessonBrief[];
  readonly hints: readonly HintBrief[];
}

export async function recall(read: postgres.Sql, tenantId: number, wish: RecallWish): Promise<Recalled> {
  if (wish.closeness.size === 0) return { incidents: [], lessons: [], hints: [] };
  const incidents = await recallIncidents(read, tenantId, wish);
  const incidentIds = incidents.map((i) => i.incidentId);
  const closest = closestOf(wish.closeness);
  const [lessons, hints] = await Promise.all([
    recallLessons(read, tenantId, closest, incidentIds),
    recallHints(read, tenantId, closest, incidentIds),
  ]);
  return { incidents, lessons, hints };
}

/** The exact signatures; where there is none, all that resemble it. */
function closestOf(closeness: Closeness): string[] {
  const exact = [...closeness].filter(([, share]) => share === 1).map(([id]) => id);
  return exact.length > 0 ? exact : [...closeness.keys()];
}

interface IncidentRow {
  readonly incident_id: string;
  readonly title: string;
  readonly impact_level: string;
  readonly last_observed_at: string;
  readonly recurrence_count: number;
  readonly signature_ids: string[];
  readonly same_host: boolean;
  readonly same_candidate: boolean;
}

async function recallIncidents(
  read: postgres.Sql,
  tenantId: number,
  wish: RecallWish,
): Promise<IncidentBrief[]> {
  const rows = await read<IncidentRow[]>`
    select i.incident_id, i.title, i.impact_level, i.last_observed_at, i.recurrence_count,
           array_agg(x.signature_id::text) as signature_ids,
           exists (select 1 from incident_asset ia
                     join asset a on a.tenant_id = ia.tenant_id and a.asset_id = ia.asset_id
                    where ia.tenant_id = i.tenant_id and ia.incident_id = i.incident_id
                      and a.hostname = ${wish.host}::text) as same_host,
           exists (select 1 from incident_candidate ic
                    where ic.tenant_id = i.tenant_id and ic.incident_id = i.incident_id
                      and ic.candidate_id = ${wish.candidateId}::bigint) as same_candidate
      from incident_signature x
      join incident i on i.tenant_id = x.tenant_id and i.incident_id = x.incident_id
     where x.tenant_id = ${tenantId} and x.signature_id = any(${[...wish.closeness.keys()]}::bigint[])
       and i.status <> 'RETIRED' and i.merged_into_id is null
     group by i.tenant_id, i.incident_id, i.title, i.impact_level, i.last_observed_at, i.recurrence_count`;
  return rows
    .map((row) => weigh(row, wish))
    .sort((a, b) => b.score - a.score || (BigInt(a.incidentId) < BigInt(b.incidentId) ? -1 : 1))
    .slice(0, INCIDENTS_SHOWN);
}

function weigh(row: IncidentRow, wish: RecallWish): IncidentBrief {
  const closeness = Math.max(...row.signature_ids.map((id) => wish.closeness.get(id) ?? 0));
  const ageUs = Math.max(0, wish.newestUs - microsOf(row.last_observed_at));
  const score =
    SIGNATURE_SHARE * closeness +
    (row.same_host ? ASSET_SHARE : 0) +
    RECENCY_SHARE * 2 ** (-ageUs / RECENCY_HALF_LIFE_US);
  return {
    incidentId: row.incident_id,
    title: row.title,
    impactLevel: row.impact_level,
    score: Math.round(score * 1_000) / 1_000,
    reason: reasonOf(row, closeness, ageUs, wish.host),
  };
}

function reasonOf(row: IncidentRow, closeness: number, ageUs: Micros, host: string | null): string {
  const what = row.same_candidate
    ? 'made from this candidate'
    : closeness === 1
      ? 'same signature'
      : `a signature ${Math.round(closeness * 100)} % alike`;
  const where = row.same_host && host !== null ? `, on ${host} too` : '';
  const often = row.recurrence_count === 1 ? 'observed once' : `observed ${row.recurrence_count} times`;
  return `${what}${where}; ${often}, last ${spanText(ageUs)} before the newest event`;
}

function recallLessons(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
  incidentIds: readonly string[],
): Promise<LessonBrief[]> {
  return read<LessonBrief[]>`
    with found as (
      select il.lesson_id, min(o.place) as place
        from unnest(${[...incidentIds]}::bigint[]) with ordinality as o(incident_id, place)
        join incident_lesson il on il.tenant_id = ${tenantId} and il.incident_id = o.incident_id
       group by il.lesson_id
      union all
      select cl.lesson_id, 0
        from candidate_signature cs
        join candidate_lesson cl on cl.tenant_id = cs.tenant_id and cl.candidate_id = cs.candidate_id
       where cs.tenant_id = ${tenantId} and cs.signature_id = any(${[...signatureIds]}::bigint[])
    )
    select l.lesson_id as "lessonId", l.title, l.recommendation
      from (select lesson_id, min(place) as place from found group by lesson_id) f
      join lesson l on l.tenant_id = ${tenantId} and l.lesson_id = f.lesson_id
     order by f.place, l.confidence desc, l.updated_at desc, l.lesson_id limit ${LESSONS_SHOWN}`;
}

/** By priority, then by how often they worked (`confidence` is kept from the record of outcomes). */
function recallHints(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
  incidentIds: readonly string[],
): Promise<HintBrief[]> {
  return read<HintBrief[]>`
    with found as (
      select hint_id from hint_signature
       where tenant_id = ${tenantId} and signature_id = any(${[...signatureIds]}::bigint[])
      union
      select hint_id from hint_incident
       where tenant_id = ${tenantId} and incident_id = any(${[...incidentIds]}::bigint[])
    )
    select h.hint_id as "hintId", h.title, h.hint_text as "hintText"
      from found f join runbook_hint h on h.tenant_id = ${tenantId} and h.hint_id = f.hint_id
     order by h.priority desc, h.confidence desc, h.worked_count desc, h.hint_id limit ${HINTS_SHOWN}`;
}
