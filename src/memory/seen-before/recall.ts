// What memory holds about signatures: incidents ranked with why each was recalled, and the lessons and hints that
// hang on them. Retired incidents stay in memory but are no longer recalled.
import type postgres from 'postgres';
import { type Closeness, type IncidentBrief, type RecallWish, recallIncidents } from './recall-incidents.ts';

const LESSONS_SHOWN = 10;
const HINTS_SHOWN = 10;

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
  const closest = closestOf(wish.closeness);
  const tied = await findTies(read, tenantId, [...wish.closeness.keys()], closest);
  const incidents = tied.incidents ? await recallIncidents(read, tenantId, wish) : [];
  const incidentIds = incidents.map((i) => i.incidentId);
  const [lessons, hints] = await Promise.all([
    tied.lessons || tied.incidents ? recallLessons(read, tenantId, closest, incidentIds) : [],
    tied.hints || tied.incidents ? recallHints(read, tenantId, closest, incidentIds) : [],
  ]);
  return { incidents, lessons, hints };
}

interface Ties {
  readonly incidents: boolean;
  readonly lessons: boolean;
  readonly hints: boolean;
}

/** Whether anything is remembered of them at all: of most signatures nothing is, and the rest need not be asked. */
async function findTies(
  read: postgres.Sql,
  tenantId: number,
  signatureIds: readonly string[],
  closestIds: readonly string[],
): Promise<Ties> {
  const [ties] = await read<Ties[]>`
    with near as (select unnest(${[...signatureIds]}::bigint[]) as id),
         nearest as (select unnest(${[...closestIds]}::bigint[]) as id)
    select exists (select 1 from near join incident_signature x
                      on x.tenant_id = ${tenantId} and x.signature_id = near.id) as incidents,
           exists (select 1 from nearest join lesson_signature x
                      on x.tenant_id = ${tenantId} and x.signature_id = nearest.id)
             or exists (select 1 from nearest
                          join candidate_signature cs on cs.tenant_id = ${tenantId} and cs.signature_id = nearest.id
                          join candidate_lesson x on x.tenant_id = ${tenantId} and x.candidate_id = cs.candidate_id) as lessons,
           exists (select 1 from nearest join hint_signature x
                      on x.tenant_id = ${tenantId} and x.signature_id = nearest.id) as hints`;
  return ties!;
}

/** The exact signatures; where there is none, all that resemble it. */
function closestOf(closeness: Closeness): string[] {
  const exact = [...closeness].filter(([, share]) => share === 1).map(([id]) => id);
  return exact.length > 0 ? exact : [...closeness.keys()];
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
      select ls.lesson_id, 0 from lesson_signature ls
       where ls.tenant_id = ${tenantId} and ls.signature_id = any(${[...signatureIds]}::bigint[])
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

/** By rank: their record of outcomes, with the priority as what was thought of them before. */
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
     order by h.rank desc, h.hint_id limit ${HINTS_SHOWN}`;
}
