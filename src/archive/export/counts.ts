import type { Query } from './sql.ts';

/** Minutes in one line. */
const MINUTES_PER_LINE = 1_440;

export const COUNTS: Readonly<Record<'counts' | 'entityCounts' | 'heartbeat' | 'clock' | 'signal', Query>> = {
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
  entityCounts: (t) => `
    select json_build_object('kind', 'entityCounts', 'entityKind', entity_kind, 'entity', entity,
             'minutes', jsonb_agg(jsonb_build_array(minute, n, errors, auth_failures) order by minute))::text as line
      from entity_bucket where tenant_id = ${t}
     group by entity_kind, entity, minute / ${MINUTES_PER_LINE}
     order by entity_kind, entity, minute / ${MINUTES_PER_LINE}`,
  heartbeat: (t) => `
    select json_build_object('kind', 'heartbeat', 'host', a.hostname, 'steadyMinute', h.steady_minute,
             'lastMinute', h.last_minute, 'dueMinute', h.due_minute)::text as line
      from heartbeat h join asset a on a.tenant_id = ${t} and a.asset_id = h.asset_id
     where h.tenant_id = ${t} order by a.hostname`,
  clock: (t) => `
    select json_build_object('kind', 'clock', 'firstMinute', first_minute, 'nowMinute', now_minute)::text as line
      from event_clock where tenant_id = ${t}`,
  signal: (t) => `
    select json_build_object('kind', 'signal', 'identity', coalesce('change:' || h.portable_id, g.identity), 'signalKind', g.kind, 'label', g.label,
             'score', g.score, 'severity', g.severity, 'signature', s.key, 'host', a.hostname, 'entityKind', g.entity_kind, 'entity', g.entity,
             'text', g.text, 'observedAt', g.observed_at, 'endedAt', g.ended_at, 'detectedAt', g.detected_at,
             'baseline', g.baseline, 'observed', g.observed, 'recurring', g.recurring,
             'acknowledgedAt', g.acknowledged_at, 'acknowledgedBy', g.acknowledged_by, 'notes', g.notes)::text as line
      from signal g
      left join signature s on s.tenant_id = ${t} and s.signature_id = g.signature_id
      left join asset a on a.tenant_id = ${t} and a.asset_id = g.asset_id
      left join change h on h.tenant_id = ${t} and g.kind = 'CHANGE' and g.identity = 'change:' || h.change_id
     where g.tenant_id = ${t} and (g.acknowledged or g.kind = 'CHANGE') order by g.observed_at, g.identity`,
};
