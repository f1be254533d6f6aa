import { hostsOf, keysOf, portable, type Query } from './sql.ts';

/** What the journal names by number, by name; what the file does not hold is left out. */
const MERGED = {
  candidates: ['candidate', 'candidate_id', 'portable_id::text'],
  signatures: ['signature', 'signature_id', 'key'],
  assets: ['asset', 'asset_id', 'hostname'],
  lessons: ['lesson', 'lesson_id', 'portable_id::text'],
  hints: ['runbook_hint', 'hint_id', 'portable_id::text'],
} as const;

function journalOf(t: number): string {
  const namesOf = (path: string, kind: keyof typeof MERGED) => {
    const [table, id, name] = MERGED[kind];
    return `coalesce((select jsonb_agg(x.${name} order by x.${name}) from jsonb_array_elements_text(m.journal ${path}) e(id)
                        join ${table} x on x.tenant_id = ${t} and x.${id} = e.id::bigint), '[]')`;
  };
  const kinds = Object.keys(MERGED) as (keyof typeof MERGED)[];
  const held = (part: string) =>
    `jsonb_build_object(${kinds.map((kind) => `'${kind}', ${namesOf(`-> '${part}' -> '${kind}'`, kind)}`).join(', ')})`;
  return `jsonb_build_object('brought', ${held('brought')}, 'added', ${held('added')},
    'ownSignatures', ${namesOf(`-> 'ownSignatures'`, 'signatures')},
    'firstObservedAt', (m.journal ->> 'firstObservedAt')::timestamptz,
    'lastObservedAt', (m.journal ->> 'lastObservedAt')::timestamptz, 'priorCount', m.journal -> 'priorCount')`;
}

export const INCIDENTS: Readonly<Record<'incident' | 'example' | 'incidentMerge', Query>> = {
  incident: (t) => `
    select json_build_object('kind', 'incident', 'id', i.portable_id, 'title', i.title, 'summary', i.summary,
             'incidentType', i.incident_type, 'firstObservedAt', i.first_observed_at,
             'lastObservedAt', i.last_observed_at, 'recurrences', i.recurrence_count,
             'impactLevel', i.impact_level, 'confidence', i.confidence, 'status', i.status,
             'settledStatus', i.settled_status, 'settledAt', i.settled_at,
             'mergedInto', m.portable_id, 'metadata', i.metadata,
             'signatures', ${keysOf(t, 'incident_signature', 'incident_id', 'i.incident_id')},
             'hosts', ${hostsOf(t, 'incident_asset', 'incident_id', 'i.incident_id')},
             'candidates', ${portable(t, 'incident_candidate', 'incident_id', 'i.incident_id', 'candidate', 'candidate_id')},
             'stretches', coalesce((select jsonb_agg(jsonb_build_array(x.start_at, x.end_at) order by x.start_at)
                                      from incident_recurrence x
                                     where x.tenant_id = ${t} and x.incident_id = i.incident_id), '[]'),
             'createdAt', i.created_at, 'updatedAt', i.updated_at)::text as line
      from incident i
      left join incident m on m.tenant_id = ${t} and m.incident_id = i.merged_into_id
     where i.tenant_id = ${t} order by i.created_at, i.incident_id`,
  example: (t) => `
    select json_build_object('kind', 'example', 'incident', i.portable_id, 'at', e.event_ts, 'id', e.event_id,
             'line', e.message_raw, 'signature', s.key, 'asset', a.hostname, 'severity', e.severity, 'host', e.host,
             'service', e.service)::text as line
      from incident_event e
      join incident i on i.tenant_id = ${t} and i.incident_id = e.incident_id
      left join signature s on s.tenant_id = ${t} and s.signature_id = e.signature_id
      left join asset a on a.tenant_id = ${t} and a.asset_id = e.asset_id
     where e.tenant_id = ${t} order by e.incident_id, e.event_ts, e.event_id`,
  incidentMerge: (t) => `
    select json_build_object('kind', 'incidentMerge', 'from', f.portable_id, 'into', i.portable_id,
             'notes', m.notes, 'author', m.author, 'journal', ${journalOf(t)},
             'mergedAt', m.merged_at, 'undoneAt', m.undone_at, 'undoneBy', m.undone_by)::text as line
      from incident_merge m
      join incident f on f.tenant_id = ${t} and f.incident_id = m.from_id
      join incident i on i.tenant_id = ${t} and i.incident_id = m.into_id
     where m.tenant_id = ${t} order by m.merged_at, m.merge_id`,
};
