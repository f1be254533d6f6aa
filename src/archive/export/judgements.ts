import { MEMORY_VERSIONS, NAMED_BY, RULE_VERSIONS, type Versioned } from '../versioned.ts';
import type { Query } from './sql.ts';

/** The columns that bring a link's end into the file's terms; null where the file does not hold that row. */
const END_TABLES = {
  Signature: ['signature', 'signature_id', 'key'],
  Candidate: ['candidate', 'candidate_id', 'portable_id::text'],
  Incident: ['incident', 'incident_id', 'portable_id::text'],
  Lesson: ['lesson', 'lesson_id', 'portable_id::text'],
  RunbookHint: ['runbook_hint', 'hint_id', 'portable_id::text'],
  Review: ['review', 'review_id', 'portable_id::text'],
  Change: ['change', 'change_id', 'portable_id::text'],
} as const;

const endOf = (t: number, side: 'source' | 'target') => {
  const cases = Object.entries(END_TABLES).map(([type, [table, id, name]]) => {
    return `when '${type}' then (select x.${name} from ${table} x
              where x.tenant_id = ${t} and x.${id} = l.${side}_key::bigint)`;
  });
  const line = `when 'EvidenceLine' then (select i.portable_id || '/' || x.event_id from incident_event x
              join incident i on i.tenant_id = ${t} and i.incident_id = x.incident_id
             where x.tenant_id = ${t} and x.evidence_id = l.${side}_key::bigint)`;
  return `case l.${side}_type when 'Event' then l.${side}_key ${line} ${cases.join(' ')} end`;
};

/** The versions of one table's rows. */
const versionsOf =
  (t: number) =>
  ({ table, owner, other }: Versioned, place: number): string => {
    const named = (column: keyof typeof NAMED_BY, alias: string) =>
      `${NAMED_BY[column].table} ${alias} on ${alias}.tenant_id = ${t} and ${alias}.${column} =`;
    const mergedInto = `(select m.portable_id from incident m where m.tenant_id = ${t}
      and m.incident_id = (v.content ->> 'merged_into_id')::bigint)`;
    return `
    select ${place} as place, v.known_from,
           json_build_object('kind', 'version', 'relation', v.relation, 'owner', o.${NAMED_BY[owner].name},
             'other', ${other === null ? 'null' : `x.${NAMED_BY[other].name}`}, 'from', v.known_from, 'until', v.known_until,
             'content', v.content - '{tenant_id,${owner},${other ?? owner},merged_into_id}'::text[],
             'mergedInto', ${table === 'incident' ? mergedInto : 'null'})::text as line
      from memory_version v join ${named(owner, 'o')} v.owner_id
      ${other === null ? '' : `join ${named(other, 'x')} v.other_id`}
     where v.tenant_id = ${t} and v.relation = '${table}'`;
  };

export const JUDGEMENTS: Readonly<
  Record<'review' | 'suppression' | 'link' | 'removedLink' | 'version', Query>
> = {
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
  link: (t) => `with named as (
      select l.*, ${endOf(t, 'source')} as source_name, ${endOf(t, 'target')} as target_name
        from provenance_link l where l.tenant_id = ${t})
    select json_build_object('kind', 'link', 'source', json_build_object('type', source_type, 'key', source_name),
             'target', json_build_object('type', target_type, 'key', target_name), 'linkType', link_type,
             'metadata', metadata, 'createdAt', created_at)::text as line
      from named where source_name is not null and target_name is not null
     order by created_at, link_id`,
  removedLink: (t) => `with named as (
      select l.*, ${endOf(t, 'source')} as source_name, ${endOf(t, 'target')} as target_name
        from removed_link l where l.tenant_id = ${t})
    select json_build_object('kind', 'removedLink', 'id', portable_id,
             'source', json_build_object('type', source_type, 'key', source_name),
             'target', json_build_object('type', target_type, 'key', target_name), 'linkType', link_type,
             'metadata', metadata, 'createdAt', created_at, 'removedAt', removed_at, 'removedBy', removed_by,
             'reason', reason)::text as line
      from named where source_name is not null and target_name is not null
     order by removed_at, link_id`,
  version: (
    t,
  ) => `select line from (${[RULE_VERSIONS, ...MEMORY_VERSIONS].map(versionsOf(t)).join(' union all ')}) v
     order by place, known_from, line`,
};
