import { hostsOf, keysOf, type Query } from './sql.ts';

export const CANDIDATES: Readonly<Record<'candidate' | 'candidateVersion', Query>> = {
  candidate: (t) => `
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
      from candidate c
      left join candidate r on r.tenant_id = ${t} and r.candidate_id = c.redirected_to_id
     where c.tenant_id = ${t} order by c.created_at, c.candidate_id`,
  candidateVersion: (t) => `
    select json_build_object('kind', 'candidateVersion', 'candidate', c.portable_id, 'version', v.version,
             'state', v.state, 'score', v.score, 'decisionBand', v.decision_band, 'confidence', v.confidence,
             'receipt', v.receipt,
             'content', v.content - '{tenant_id,candidate_id,portable_id,redirected_to_id}'::text[], 'createdAt', v.created_at)::text as line
      from candidate_version v
      join candidate c on c.tenant_id = ${t} and c.candidate_id = v.candidate_id
     where v.tenant_id = ${t}
     order by c.created_at, c.candidate_id, v.version`,
};
