import { keysOf, portable, type Query } from './sql.ts';

export const LESSONS: Readonly<Record<'lesson' | 'hint' | 'outcome' | 'proposal', Query>> = {
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
             'incident', i.portable_id,
             'candidate', c.portable_id, 'notes', o.notes, 'reporter', o.reporter, 'createdAt', o.created_at)::text as line
      from hint_outcome o
      join runbook_hint h on h.tenant_id = ${t} and h.hint_id = o.hint_id
      left join incident i on i.tenant_id = ${t} and i.incident_id = o.incident_id
      left join candidate c on c.tenant_id = ${t} and c.candidate_id = o.candidate_id
     where o.tenant_id = ${t} order by o.created_at, o.outcome_id`,
  proposal: (t) => `
    select json_build_object('kind', 'proposal', 'id', p.portable_id, 'signature', s.key, 'state', p.state,
             'title', p.title, 'summary', p.summary, 'recommendation', p.recommendation, 'lesson', l.portable_id,
             'decidedBy', p.decided_by, 'decidedAt', p.decided_at, 'notes', p.notes,
             'createdAt', p.created_at, 'updatedAt', p.updated_at)::text as line
      from lesson_proposal p
      join signature s on s.tenant_id = ${t} and s.signature_id = p.signature_id
      left join lesson l on l.tenant_id = ${t} and l.lesson_id = p.lesson_id
     where p.tenant_id = ${t} order by p.created_at, p.proposal_id`,
};
