// Each kind of record as one statement over the database: rows come out as the lines of the file. All take part in
// one snapshot; `t` is the tenant's number.
import type { RecordKind } from './format.ts';

/** Candidates that memory rests on: promoted, judged or taught by, and those that they were joined into. */
const HELD = (t: number) => `
  with recursive held as (
    select candidate_id from incident_candidate where tenant_id = ${t}
    union select candidate_id from candidate_lesson where tenant_id = ${t}
    union select candidate_id from review where tenant_id = ${t} and candidate_id is not null
    union select c.redirected_to_id
            from held h join candidate c on c.tenant_id = ${t} and c.candidate_id = h.candidate_id
           where c.redirected_to_id is not null
  )`;

const keysOf = (t: number, table: string, owner: string, id: string) => `
  coalesce((select jsonb_agg(s.key order by s.key) from ${table} l
             join signature s on s.tenant_id = ${t} and s.signature_id = l.signature_id
            where l.tenant_id = ${t} and l.${owner} = ${id}), '[]')`;

const hostsOf = (t: number, table: string, owner: string, id: string) => `
  coalesce((select jsonb_agg(a.hostname order by a.hostname) from ${table} l
             join asset a on a.tenant_id = ${t} and a.asset_id = l.asset_id
            where l.tenant_id = ${t} and l.${owner} = ${id}), '[]')`;

const portable = (t: number, link: string, owner: string, id: string, table: string, member: string) => `
  coalesce((select jsonb_agg(m.portable_id order by m.portable_id) from ${link} l
             join ${table} m on m.tenant_id = ${t} and m.${member} = l.${member}
            where l.tenant_id = ${t} and l.${owner} = ${id}), '[]')`;

/** The columns that bring a link's end into the file's terms; null where the file does not hold that row. */
const END_TABLES = {
  Signature: ['signature', 'signature_id', 'key'],
  Candidate: ['candidate', 'candidate_id', 'portable_id::text'],
  Incident: ['incident', 'incident_id', 'portable_id::text'],
  Lesson: ['lesson', 'lesson_id', 'portable_id::text'],
  RunbookHint: ['runbook_hint', 'hint_id', 'portable_id::text'],
  Review: ['review', 'review_id', 'portable_id::text'],
} as const;

const endOf = (t: number, side: 'source' | 'target') => {
  const cases = Object.entries(END_TABLES).map(([type, [table, id, name]]) => {
    const held = type === 'Candidate' ? `and x.candidate_id in (select candidate_id from held)` : '';
    return `when '${type}' then (select x.${name} from ${table} x
              where x.tenant_id = ${t} and x.${id} = l.${side}_key::bigint ${held})`;
  });
  return `case l.${side}_type when 'Event' then l.${side}_key ${cases.join(' ')} end`;
};

/** Minutes in one line. */
const MINUTES_PER_LINE = 1_440;

/** In the order of the file. */
export const EXPORT_QUERIES: Readonly<Record<RecordKind, (tenantId: number) => string>> = {
  asset: (t) => `
    select json_build_object('kind', 'asset', 'hostname', hostname, 'assetType', asset_type,
             'serviceGroup', service_group, 'ipAddresses', ip_addresses, 'platform', platform, 'tags', tags,
             'metadata', metadata, 'createdAt', created_at, 'updatedAt', updated_at)::text as line
      from asset where tenant_id = ${t} order by hostname`,
  signature: (t) => `
    select json_build_object('kind', 'signature', 'key', s.key, 'scope', s.scope, 'version', s.version,
             'service', s.service, 'eventFamily', s.event_family, 'pattern', s.pattern, 'example', s.example_message,
             'pairKey', s.pair_key, 'pairRole', s.pair_role, 'firstSeenAt', s.first_seen_at,
             'lastSeenAt', s.last_seen_at, 'occurrences', s.occurrence_count, 'worstSeverity', s.worst_severity, 'severities', s.severities,
             'score', s.score, 'mergedInto', m.key, 'part', s.part, 'metadata', s.metadata, 'createdAt', s.created_at)::text as line
      from signature s
      left join signature m on m.tenant_id = ${t} and m.signature_id = s.merged_into_id
     where s.tenant_id = ${t} order by s.key`,
  form: (t) => `
    select json_build_object('kind', 'form', 'key', f.key, 'contentKey', f.content_key, 'signature', s.key, 'formKey', f.form_key,
             'partition', f.partition, 'example', f.example, 'firstSeenAt', f.first_seen_at,
             'firstCountedAt', f.first_counted_at)::text as line
      from signature_form f
      join signature s on s.tenant_id = ${t} and s.signature_id = f.signature_id
     where f.tenant_id = ${t} order by f.key`,
  alias: (t) => `
    select json_build_object('kind', 'alias', 'key', key, 'toKey', to_key, 'reason', reason, 'undone', undone,
             'createdAt', created_at)::text as line
      from signature_alias where tenant_id = ${t} order by created_at, alias_id`,
  constraint: (t) => `
    select json_build_object('kind', 'constraint', 'decision', kind, 'key', key, 'otherKey', other_key,
             'detail', detail, 'author', author, 'reason', reason, 'moved', moved, 'undoneAt', undone_at,
             'undoneBy', undone_by, 'createdAt', created_at)::text as line
      from signature_constraint where tenant_id = ${t} order by seq`,
  counts: (t) => `
    select json_build_object('kind', 'counts', 'signature', min(s.key), 'host', min(a.hostname),
             'minutes', jsonb_agg(jsonb_build_array(b.minute, b.n, b.sourced, b.worst, b.first_us, b.last_us)
                                 order by b.minute))::text as line
      from feature_bucket b
      left join signature s on s.tenant_id = ${t} and s.signature_id = b.signature_id
      left join asset a on a.tenant_id = ${t} and a.asset_id = b.asset_id
     where b.tenant_id = ${t} and (b.signature_id = 0 or s.key is not null)
     group by b.signature_id, b.asset_id, b.minute / ${MINUTES_PER_LINE}
     order by b.signature_id, b.asset_id, b.minute / ${MINUTES_PER_LINE}`,
  clock: (t) => `
    select json_build_object('kind', 'clock', 'firstMinute', first_minute, 'nowMinute', now_minute)::text as line
      from event_clock where tenant_id = ${t}`,
  signal: (t) => `
    select json_build_object('kind', 'signal', 'identity', g.identity, 'signalKind', g.kind, 'label', g.label,
             'score', g.score, 'severity', g.severity, 'signature', s.key, 'host', a.hostname, 'entityKind', g.entity_kind, 'entity', g.entity,
             'text', g.text, 'observedAt', g.observed_at, 'endedAt', g.ended_at, 'detectedAt', g.detected_at,
             'baseline', g.baseline, 'observed', g.observed, 'recurring', g.recurring,
             'acknowledgedAt', g.acknowledged_at, 'acknowledgedBy', g.acknowledged_by, 'notes', g.notes)::text as line
      from signal g
      left join signature s on s.tenant_id = ${t} and s.signature_id = g.signature_id
      left join asset a on a.tenant_id = ${t} and a.asset_id = g.asset_id
     where g.tenant_id = ${t} and g.acknowledged order by g.observed_at, g.identity`,
  candidate: (t) => `${HELD(t)}
    select json_build_object('kind', 'candidate', 'id', c.portable_id, 'type', c.type, 'subject', c.subject,
             'state', c.state, 'title', c.title, 'summary', c.summary, 'explanation', c.explanation,
             'firstSeenAt', c.first_seen_at, 'lastSeenAt', c.last_seen_at, 'score', c.score,
             'scoreBreakdown', c.score_breakdown, 'decisionBand', c.decision_band, 'confidence', c.confidence,
             'severity', c.severity, 'episodeCount', c.episode_count, 'eventCount', c.event_count,
             'metadata', c.metadata, 'version', c.version, 'redirectedTo', r.portable_id, 'withdrawn', c.withdrawn,
             'suppressedUntil', c.suppressed_until, 'suppressedReason', c.suppressed_reason,
             'signatures', ${keysOf(t, 'candidate_signature', 'candidate_id', 'c.candidate_id')},
             'hosts', ${hostsOf(t, 'candidate_asset', 'candidate_id', 'c.candidate_id')},
             'examples', coalesce((select jsonb_agg(jsonb_build_object('at', e.event_ts, 'id', e.event_id)
                                                   order by e.event_ts, e.event_id)
                                     from candidate_event e
                                    where e.tenant_id = ${t} and e.candidate_id = c.candidate_id), '[]'),
             'createdAt', c.created_at, 'updatedAt', c.updated_at)::text as line
      from held h
      join candidate c on c.tenant_id = ${t} and c.candidate_id = h.candidate_id
      left join candidate r on r.tenant_id = ${t} and r.candidate_id = c.redirected_to_id
     order by c.created_at, c.candidate_id`,
  candidateVersion: (t) => `${HELD(t)}
    select json_build_object('kind', 'candidateVersion', 'candidate', c.portable_id, 'version', v.version,
             'state', v.state, 'score', v.score, 'decisionBand', v.decision_band, 'confidence', v.confidence,
             'receipt', v.receipt, 'createdAt', v.created_at)::text as line
      from held h
      join candidate c on c.tenant_id = ${t} and c.candidate_id = h.candidate_id
      join candidate_version v on v.tenant_id = ${t} and v.candidate_id = h.candidate_id
     order by c.created_at, c.candidate_id, v.version`,
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
             'line', e.message_raw)::text as line
      from incident_event e
      join incident i on i.tenant_id = ${t} and i.incident_id = e.incident_id
     where e.tenant_id = ${t} order by e.incident_id, e.event_ts, e.event_id`,
  lesson: (t) => `
    select json_build_object('kind', 'lesson', 'id', l.portable_id, 'title', l.title, 'summary', l.summary,
             'recommendation', l.recommendation, 'confidence', l.confidence, 'metadata', l.metadata,
             'signatures', ${keysOf(t, 'lesson_signature', 'lesson_id', 'x.lesson_id')},
             'incidents', ${portable(t, 'incident_lesson', 'lesson_id', 'x.lesson_id', 'incident', 'incident_id')},
             'candidates', ${portable(t, 'candidate_lesson', 'lesson_id', 'x.lesson_id', 'candidate', 'candidate_id')},
             'createdAt', l.created_at, 'updatedAt', l.updated_at)::text as line
      from lesson l cross join lateral (select l.lesson_id) x
     where l.tenant_id = ${t} order by l.created_at, l.lesson_id`,
  hint: (t) => `
    select json_build_object('kind', 'hint', 'id', h.portable_id, 'title', h.title, 'hintText', h.hint_text,
             'priority', h.priority, 'confidence', h.confidence, 'shown', h.shown_count, 'worked', h.worked_count,
             'failed', h.failed_count, 'metadata', h.metadata,
             'signatures', ${keysOf(t, 'hint_signature', 'hint_id', 'h.hint_id')},
             'incidents', ${portable(t, 'hint_incident', 'hint_id', 'h.hint_id', 'incident', 'incident_id')},
             'createdAt', h.created_at, 'updatedAt', h.updated_at)::text as line
      from runbook_hint h where h.tenant_id = ${t} order by h.created_at, h.hint_id`,
  outcome: (t) => `
    select json_build_object('kind', 'outcome', 'id', o.portable_id, 'hint', h.portable_id, 'outcome', o.outcome,
             'incident', i.portable_id, 'notes', o.notes, 'reporter', o.reporter, 'createdAt', o.created_at)::text as line
      from hint_outcome o
      join runbook_hint h on h.tenant_id = ${t} and h.hint_id = o.hint_id
      left join incident i on i.tenant_id = ${t} and i.incident_id = o.incident_id
     where o.tenant_id = ${t} order by o.created_at, o.outcome_id`,
  review: (t) => `
    select json_build_object('kind', 'review', 'id', r.portable_id, 'candidate', c.portable_id,
             'incident', i.portable_id, 'lesson', l.portable_id, 'candidateType', r.candidate_type,
             'signature', s.key, 'decision', r.decision, 'notes', r.notes, 'reviewer', r.reviewer,
             'scoreBefore', r.score_before, 'scoreAfter', r.score_after, 'bandBefore', r.band_before,
             'bandAfter', r.band_after, 'reviewedAt', r.reviewed_at)::text as line
      from review r
      left join candidate c on c.tenant_id = ${t} and c.candidate_id = r.candidate_id
      left join incident i on i.tenant_id = ${t} and i.incident_id = r.incident_id
      left join lesson l on l.tenant_id = ${t} and l.lesson_id = r.lesson_id
      left join signature s on s.tenant_id = ${t} and s.signature_id = r.signature_id
     where r.tenant_id = ${t} order by r.reviewed_at, r.review_id`,
  suppression: (t) => `
    select json_build_object('kind', 'suppression', 'review', r.portable_id, 'type', p.type, 'subject', p.subject,
             'reason', p.reason, 'fromAt', p.from_at, 'untilAt', p.until_at, 'maxSeverity', p.max_severity,
             'maxPeak', p.max_peak, 'createdAt', p.created_at)::text as line
      from suppression p
      join review r on r.tenant_id = ${t} and r.review_id = p.review_id
     where p.tenant_id = ${t} order by p.created_at, p.suppression_id`,
  link: (t) => `${HELD(t)}, named as (
      select l.*, ${endOf(t, 'source')} as source_name, ${endOf(t, 'target')} as target_name
        from provenance_link l where l.tenant_id = ${t})
    select json_build_object('kind', 'link', 'source', json_build_object('type', source_type, 'key', source_name),
             'target', json_build_object('type', target_type, 'key', target_name), 'linkType', link_type,
             'metadata', metadata, 'createdAt', created_at)::text as line
      from named where source_name is not null and target_name is not null
     order by created_at, link_id`,
};
