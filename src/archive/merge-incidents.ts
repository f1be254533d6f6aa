// Incidents, known by their portable ids. Of two versions the one edited last stands; what they are linked to adds up,
// and what was merged into what can be taken back here too.
import {
  addedRows,
  latest,
  linkMembers,
  type MergeContext,
  type Merged,
  named,
  run,
  staged,
  tally,
} from './merge.ts';
import type { NAMED_BY } from './versioned.ts';

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
  select $1::int, id, title, summary, "incidentType", "firstObservedAt", "lastObservedAt", recurrences,
         "impactLevel", confidence, status, "settledStatus", "settledAt", nullif(metadata, 'null'), "createdAt", "updatedAt"
    from ${latest('incident', INCIDENT_COLUMNS)} r
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
  linkMembers('incident', 'signatures', 'incident_signature', 'incident_id'),
  linkMembers('incident', 'hosts', 'incident_asset', 'incident_id'),
  linkMembers('incident', 'candidates', 'incident_candidate', 'incident_id'),
  `insert into incident_event (tenant_id, incident_id, event_ts, event_id, message_raw, signature_id, asset_id, severity,
                               host, service)
   select $1, i.incident_id, r.at, r.id, r.line, s.id, a.id, r.severity, r.host, r.service
     from ${staged('example', 'incident uuid, at timestamptz, id uuid, line text, signature text, asset text, severity smallint, host text, service text')} r
     join incident i on i.tenant_id = $1 and i.portable_id = r.incident
     left join ${named('signature_id')} s on s.name = r.signature
     left join ${named('asset_id')} a on a.name = r.asset
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

/** What a journal names: the kind, and the column of its ids. */
const HELD: Readonly<Record<string, keyof typeof NAMED_BY>> = {
  candidates: 'candidate_id',
  signatures: 'signature_id',
  assets: 'asset_id',
  lessons: 'lesson_id',
  hints: 'hint_id',
};

const idsOf = (path: string, column: keyof typeof NAMED_BY) => `
  coalesce((select jsonb_agg(x.id::text order by x.id) from jsonb_array_elements_text(r.journal ${path}) e(name)
              join ${named(column)} x on x.name = e.name), '[]')`;

const heldOf = (part: string) =>
  `jsonb_build_object(${Object.entries(HELD)
    .map(([kind, column]) => `'${kind}', ${idsOf(`-> '${part}' -> '${kind}'`, column)}`)
    .join(', ')})`;

const MERGES = `
  insert into incident_merge (tenant_id, from_id, into_id, notes, author, journal, merged_at, undone_at, undone_by)
  select $1, f.id, i.id, r.notes, r.author,
         r.journal || jsonb_build_object('brought', ${heldOf('brought')}, 'added', ${heldOf('added')},
                                         'ownSignatures', ${idsOf(`-> 'ownSignatures'`, 'signature_id')}),
         r."mergedAt", r."undoneAt", r."undoneBy"
    from ${staged('incidentMerge', '"from" text, "into" text, notes text, author text, journal jsonb, "mergedAt" timestamptz, "undoneAt" timestamptz, "undoneBy" text')} r
    join ${named('incident_id')} f on f.name = r."from"
    join ${named('incident_id')} i on i.name = r."into"
   where not exists (select 1 from incident_merge m
                      where m.tenant_id = $1 and m.from_id = f.id and m.merged_at = r."mergedAt")
   order by r."mergedAt" on conflict do nothing returning 1`;

/** Call it once lessons and hints are there. */
export const mergeMerges = async (ctx: MergeContext): Promise<Merged> => addedRows(await run(ctx, MERGES));
