// What people made of one of two signatures before they joined them is of that one alone when that is undone: the
// versions of memory tell. What they made of both together, or while they were together, stays with both.
import type pg from 'pg';
import { MEMBERS } from './parted-member.ts';

/** A signature, and the one that it was joined with from `joined_at` until this transaction. */
const SIDES = `parted as (
    select m.from_id, m.to_id, a.created_at as joined_at
      from (select distinct from_id, to_id from m) m
      join signature t on t.tenant_id = $1 and t.signature_id = m.to_id
      join signature f on f.tenant_id = $1 and f.signature_id = m.from_id
     cross join lateral (
           select a.created_at from signature_alias a
            where a.tenant_id = $1 and a.key = t.key and a.to_key = f.key and a.reason = 'BOUND'
              and a.undone_at >= transaction_timestamp() order by a.created_at desc limit 1) a),
  side as (
    select from_id as id, to_id as other_id, joined_at from parted
    union all select to_id, from_id, joined_at from parted)`;

const heldBefore = (table: string, owner: string, signature: string) => `exists (
  select 1 from memory_version v
   where v.tenant_id = $1 and v.relation = '${table}' and v.owner_id = x.${owner} and v.other_id = s.${signature}
     and v.known_from < s.joined_at and coalesce(v.known_until, 'infinity') >= s.joined_at)`;

/** Candidates that joined it since. */
const WITNESSED = `exists (
  select 1 from incident_candidate ic
    join candidate_signature cs on cs.tenant_id = $1 and cs.candidate_id = ic.candidate_id
   where ic.tenant_id = $1 and ic.incident_id = x.incident_id and cs.signature_id = s.id)`;

const statementOf = (table: string, owner: string, subject: string, unless: string, more = '') => `
  with ${MEMBERS}, ${SIDES}, gone as (
    delete from ${table} x using side s
     where x.tenant_id = $1 and x.signature_id = s.id and ${heldBefore(table, owner, 'other_id')}
       and not ${heldBefore(table, owner, 'id')} and not ${unless}
    returning x.${owner} as owner_id, s.id)${more}
  update ${subject} o set updated_at = clock_timestamp() from gone where o.tenant_id = $1 and o.${owner} = gone.owner_id`;

const unlinked = (ends: string) => `, links as (
    delete from provenance_link l using gone where l.tenant_id = $1 and ${ends})`;

const STATEMENTS = [
  statementOf('incident_signature', 'incident_id', 'incident', WITNESSED),
  statementOf(
    'hint_signature',
    'hint_id',
    'runbook_hint',
    'false',
    unlinked(`l.source_type = 'RunbookHint' and l.source_key = gone.owner_id::text
      and l.target_type = 'Signature' and l.target_key = gone.id::text`),
  ),
  statementOf(
    'lesson_signature',
    'lesson_id',
    'lesson',
    'false',
    unlinked(`l.target_type = 'Lesson' and l.target_key = gone.owner_id::text
      and l.source_type = 'Signature' and l.source_key = gone.id::text`),
  ),
];

/** `members`: the tenant, then the columns of {@link MEMBERS}; what follows the events has moved already. */
export async function unbindParted(client: pg.ClientBase, members: readonly unknown[]): Promise<void> {
  for (const statement of STATEMENTS) await client.query(statement, [...members]);
}
