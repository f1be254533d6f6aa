import type { Query } from './sql.ts';

export const SIGNATURES: Readonly<Record<'signature' | 'form' | 'alias' | 'constraint', Query>> = {
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
             'firstCountedAt', f.first_counted_at, 'createdAt', f.created_at)::text as line
      from signature_form f
      join signature s on s.tenant_id = ${t} and s.signature_id = f.signature_id
     where f.tenant_id = ${t} order by f.key`,
  alias: (t) => `
    select json_build_object('kind', 'alias', 'key', key, 'toKey', to_key, 'reason', reason, 'undone', undone, 'undoneAt', undone_at,
             'createdAt', created_at)::text as line
      from signature_alias where tenant_id = ${t} order by created_at, alias_id`,
  constraint: (t) => `
    select json_build_object('kind', 'constraint', 'decision', kind, 'key', key, 'otherKey', other_key,
             'detail', detail, 'author', author, 'reason', reason, 'moved', moved, 'undoneAt', undone_at,
             'undoneBy', undone_by, 'createdAt', created_at)::text as line
      from signature_constraint where tenant_id = ${t} order by seq`,
};
