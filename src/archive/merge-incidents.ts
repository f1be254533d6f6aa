// Incidents, lessons and hints: known by their portable ids. Of two versions the one edited last stands; what they are
// linked to adds up.
import { type MergeContext, type Merged, members, ROOT_OF_KEY, run, staged, tally } from './merge.ts';

export interface MergedIncidents {
  readonly merged: Merged;
  readonly addedIds: readonly string[];
  readonly changedIds: readonly string[];
}

const INCIDENT_COLUMNS = `id uuid, title text, summary text, "incidentType" text, "firstObservedAt" timestamptz,
  "lastObservedAt" timestamptz, recurrences int, "impactLevel" text, confidence int, status text, "settledStatus" text,
  "settledAt" timestamptz, "mergedInto" uuid,
  metadata jsonb, "createdAt" timestamptz, "updatedAt" timestamptz`;

const newer = (column: string) =>
  `${column} = case when excluded.updated_at > i.updated_at then excluded.${column} else i.${column} end`;

const INCIDENTS = `
  insert into incident as i (tenant_id, portable_id, title, summary, incident_type, first_observed_at,
                             last_observed_at, recurrence_count, impact_level, confidence, status,
                             settled_status, settled_at, metadata,
                             created_at, updated_at)
  select distinct on (id) $1::int, id, title, summary, "incidentType", "firstObservedAt", "lastObservedAt", recurrences,
         "impactLevel", confidence, status, "settledStatus", "settledAt", nullif(metadata, 'null'), "createdAt", "updatedAt"
    from ${staged('incident', INCIDENT_COLUMNS)} r order by id, "updatedAt" desc
  on conflict (tenant_id, portable_id) do update set
    ${['title', 'summary', 'incident_type', 'impact_level', 'confidence', 'status', 'settled_status', 'settled_at', 'metadata'].map(newer).join(', ')},
    first_observed_at = least(i.first_observed_at, excluded.first_observed_at),
    last_observed_at = greatest(i.last_observed_at, excluded.last_observed_at),
    recurrence_count = greatest(i.recurrence_count, excluded.recurrence_count),
    updated_at = greatest(i.updated_at, excluded.updated_at)
   where excluded.updated_at > i.updated_at or excluded.first_observed_at < i.first_observed_at
      or excluded.last_observed_at > i.last_observed_at or excluded.recurrence_count > i.recurrence_count
  returning incident_id as id, xmax = 0 as added`;

const INCIDENT_LINKS = [
  `update incident i set merged_into_id = t.incident_id
     from ${staged('incident', 'id uuid, "mergedInto" uuid, "updatedAt" timestamptz')} r
     join incident t on t.tenant_id = $1 and t.portable_id = r."mergedInto"
    where i.tenant_id = $1 and i.portable_id = r.id and i.merged_into_id is null and r."updatedAt" >= i.updated_at`,
  `insert into incident_recurrence (tenant_id, incident_id, start_at, end_at)
   select $1, i.incident_id, (x.value ->> 0)::timestamptz, (x.value ->> 1)::timestamptz
     from ${staged('incident', 'id uuid, stretches jsonb')} r
     join incident i on i.tenant_id = $1 and i.portable_id = r.id
    cross join lateral jsonb_array_elements(r.stretches) as x(value)
    where not exists (select 1 from incident_recurrence o
                       where o.tenant_id = $1 and o.incident_id = i.incident_id
                         and o.end_at >= (x.value ->> 0)::timestamptz and o.start_at <= (x.value ->> 1)::timestamptz)
   on conflict do nothing`,
  `insert into incident_signature (tenant_id, incident_id, signature_id)
   select distinct $1::int, i.incident_id, k.root_id
     from ${members('incident', 'signatures')} m join incident i on i.tenant_id = $1 and i.portable_id = m.id
     join ${ROOT_OF_KEY} k on k.key = m.member on conflict do nothing`,
  `insert into incident_asset (tenant_id, incident_id, asset_id)
   select distinct $1::int, i.incident_id, a.asset_id
     from ${members('incident', 'hosts')} m join incident i on i.tenant_id = $1 and i.portable_id = m.id
     join asset a on a.tenant_id = $1 and a.hostname = m.member on conflict do nothing`,
  `insert into incident_candidate (tenant_id, incident_id, candidate_id)
   select distinct $1::int, i.incident_id, coalesce(p.candidate_id, c.candidate_id)
     from ${members('incident', 'candidates')} m join incident i on i.tenant_id = $1 and i.portable_id = m.id
     left join placed_candidate p on p.id = m.member::uuid
     left join candidate c on c.tenant_id = $1 and c.portable_id = m.member::uuid
    where coalesce(p.candidate_id, c.candidate_id) is not null on conflict do nothing`,
  `with lines as (
     insert into incident_event (tenant_id, incident_id, event_ts, event_id, message_raw)
     select $1, i.incident_id, r.at, r.id, r.line
       from ${staged('example', 'incident uuid, at timestamptz, id uuid, line text')} r
       join incident i on i.tenant_id = $1 and i.portable_id = r.incident
     on conflict do nothing returning evidence_id, incident_id)
   insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type)
   select $1, 'EvidenceLine', evidence_id::text, 'Incident', incident_id::text, 'EVIDENCE_OF' from lines
   on conflict do nothing`,
];

export async function mergeIncidents(ctx: MergeContext): Promise<MergedIncidents> {
  const rows = await run<{ id: string; added: boolean }>(ctx, INCIDENTS);
  for (const link of INCIDENT_LINKS) await run(ctx, link);
  return {
    merged: tally(rows),
    addedIds: rows.filter((row) => row.added).map((row) => row.id),
    changedIds: rows.filter((row) => !row.added).map((row) => row.id),
  };
}

const LESSONS = `
  insert into lesson as l (tenant_id, portable_id, title, summary, recommendation, confidence, metadata, created_at, updated_at)
  select distinct on (id) $1::int, id, title, summary, recommendation, confidence, nullif(metadata, 'null'), "createdAt", "updatedAt"
    from ${staged('lesson', 'id uuid, title text, summary text, recommendation text, confidence int, metadata jsonb, "createdAt" timestamptz, "updatedAt" timestamptz')} r
   order by id, "updatedAt" desc
  on conflict (tenant_id, portable_id) do update set
    title = excluded.title, summary = excluded.summary, recommendation = excluded.recommendation,
    confidence = excluded.confidence, metadata = excluded.metadata, updated_at = excluded.updated_at
   where excluded.updated_at > l.updated_at
  returning xmax = 0 as added`;

const LESSON_LINKS = [
  `insert into lesson_signature (tenant_id, lesson_id, signature_id)
   select distinct $1::int, l.lesson_id, k.root_id
     from ${members('lesson', 'signatures')} m join lesson l on l.tenant_id = $1 and l.portable_id = m.id
     join ${ROOT_OF_KEY} k on k.key = m.member on conflict do nothing`,
  `insert into incident_lesson (tenant_id, incident_id, lesson_id)
   select distinct $1::int, i.incident_id, l.lesson_id
     from ${members('lesson', 'incidents')} m join lesson l on l.tenant_id = $1 and l.portable_id = m.id
     join incident i on i.tenant_id = $1 and i.portable_id = m.member::uuid on conflict do nothing`,
  `insert into candidate_lesson (tenant_id, candidate_id, lesson_id)
   select distinct $1::int, coalesce(p.candidate_id, c.candidate_id), l.lesson_id
     from ${members('lesson', 'candidates')} m join lesson l on l.tenant_id = $1 and l.portable_id = m.id
     left join placed_candidate p on p.id = m.member::uuid
     left join candidate c on c.tenant_id = $1 and c.portable_id = m.member::uuid
    where coalesce(p.candidate_id, c.candidate_id) is not null on conflict do nothing`,
];

export async function mergeLessons(ctx: MergeContext): Promise<Merged> {
  const rows = await run<{ added: boolean }>(ctx, LESSONS);
  for (const link of LESSON_LINKS) await run(ctx, link);
  return tally(rows);
}

const HINTS = `
  insert into runbook_hint as h (tenant_id, portable_id, title, hint_text, priority, confidence, shown_count,
                                 worked_count, failed_count, metadata, created_at, updated_at)
  select distinct on (id) $1::int, id, title, "hintText", priority, confidence, shown, worked, failed,
         nullif(metadata, 'null'), "createdAt", "updatedAt"
    from ${staged('hint', 'id uuid, title text, "hintText" text, priority int, confidence int, shown int, worked int, failed int, metadata jsonb, "createdAt" timestamptz, "updatedAt" timestamptz')} r
   order by id, "updatedAt" desc
  on conflict (tenant_id, portable_id) do update set
    title = excluded.title, hint_text = excluded.hint_text, priority = excluded.priority,
    metadata = excluded.metadata, updated_at = excluded.updated_at
   where excluded.updated_at > h.updated_at
  returning xmax = 0 as added`;

const HINT_LINKS = [
  `insert into hint_signature (tenant_id, hint_id, signature_id)
   select distinct $1::int, h.hint_id, k.root_id
     from ${members('hint', 'signatures')} m join runbook_hint h on h.tenant_id = $1 and h.portable_id = m.id
     join ${ROOT_OF_KEY} k on k.key = m.member on conflict do nothing`,
  `insert into hint_incident (tenant_id, hint_id, incident_id)
   select distinct $1::int, h.hint_id, i.incident_id
     from ${members('hint', 'incidents')} m join runbook_hint h on h.tenant_id = $1 and h.portable_id = m.id
     join incident i on i.tenant_id = $1 and i.portable_id = m.member::uuid on conflict do nothing`,
];

export async function mergeHints(ctx: MergeContext): Promise<Merged> {
  const rows = await run<{ added: boolean }>(ctx, HINTS);
  for (const link of HINT_LINKS) await run(ctx, link);
  return tally(rows);
}
