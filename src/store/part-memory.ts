// What was detected on parted signatures, and what people decided about it, follows the events: it moves where all of
// its events went, and is looked at again where some of them did. Reads `parted_bucket`: see part-signatures.ts.
import type pg from 'pg';
import { KEEP_MOVED_CANDIDATES } from './as-of/moved-candidates.ts';
import { SET_ASIDE } from './families.ts';
import { MEMBERS } from './parted-member.ts';
import { unbindParted } from './unbind-parted.ts';

const PARTS = `p as (select distinct from_id, to_id from m)`;
/** The minutes of two moments, both ends included. */
const within = (from: string, to: string) =>
  `between floor(extract(epoch from ${from}) / 60) and floor(extract(epoch from ${to}) / 60)`;
const DURING_SIGNAL = within('s.observed_at', 's.ended_at');
const DURING_INCIDENT = within('i.first_observed_at', 'i.last_observed_at');

const STATEMENTS = {
  signals: `with ${MEMBERS}, ${PARTS}, moved as (
              update signal s set signature_id = p.to_id, identity = s.identity || '${SET_ASIDE}'
                from p
               where s.tenant_id = $1 and s.signature_id = p.from_id and s.kind = 'SPIKE'
                 and p.to_id = (select q.to_id from parted_bucket q
                                 where q.from_id = p.from_id and q.asset_id = s.asset_id
                                   and q.minute ${DURING_SIGNAL}
                                 group by q.to_id order by sum(q.n) desc, q.to_id limit 1)
                 and not exists (select 1 from feature_bucket f
                                  where f.tenant_id = $1 and f.signature_id = p.from_id and f.asset_id = s.asset_id
                                    and f.minute ${DURING_SIGNAL})
              returning s.signal_id, p.from_id, p.to_id),
            groups as (
              update correlation_group g set identity = g.identity || '${SET_ASIDE}'
                from group_signal x join moved on moved.signal_id = x.signal_id
               where x.tenant_id = $1 and g.tenant_id = $1 and g.group_id = x.group_id and g.group_type = 'BURST'
              returning g.group_id, moved.from_id, moved.to_id)
            update group_signature x set signature_id = groups.to_id
              from groups where x.tenant_id = $1 and x.group_id = groups.group_id and x.signature_id = groups.from_id`,
  candidates: `with ${MEMBERS}, ${PARTS},
             about as (
               select c.candidate_id, p.from_id,
                      floor(extract(epoch from c.first_seen_at) / 60)::int as from_minute,
                      floor(extract(epoch from c.last_seen_at) / 60)::int as to_minute,
                      case when c.type = 'RECURRENCE' then null
                           else (select array_agg(a.asset_id) from candidate_asset a
                                  where a.tenant_id = $1 and a.candidate_id = c.candidate_id) end as assets
                 from (select distinct from_id from p) p
                 join candidate_signature x on x.tenant_id = $1 and x.signature_id = p.from_id
                 join candidate c on c.tenant_id = $1 and c.candidate_id = x.candidate_id and c.redirected_to_id is null)
             select a.candidate_id::text as "candidateId", a.from_id::text as "fromId", t.to_id::text as "toId"
               from about a
              cross join lateral (
                    select q.to_id from parted_bucket q
                     where q.from_id = a.from_id and q.minute between a.from_minute and a.to_minute
                       and (a.assets is null or q.asset_id = any(a.assets))
                     group by q.to_id order by sum(q.n) desc, q.to_id limit 1) t
              where not exists (
                    select 1 from feature_bucket f
                     where f.tenant_id = $1 and f.signature_id = a.from_id and f.minute between a.from_minute and a.to_minute
                       and (a.assets is null or f.asset_id = any(a.assets)))`,
  hints: `with ${MEMBERS}, ${PARTS}, made as (
            insert into hint_signature (tenant_id, hint_id, signature_id)
            select $1::int, h.hint_id, p.to_id from p join hint_signature h on h.tenant_id = $1 and h.signature_id = p.from_id
            on conflict do nothing returning hint_id),
          touched as (
            update runbook_hint h set updated_at = clock_timestamp()
             where h.tenant_id = $1 and h.hint_id in (select hint_id from made))
          insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
          select $1::int, l.source_type, l.source_key, l.target_type, p.to_id::text, l.link_type, l.metadata, l.created_at
            from p join provenance_link l on l.tenant_id = $1 and l.target_type = 'Signature' and l.target_key = p.from_id::text
                                         and l.source_type = 'RunbookHint'
          on conflict do nothing`,
  lessons: `with ${MEMBERS}, ${PARTS}, made as (
              insert into lesson_signature (tenant_id, lesson_id, signature_id)
              select $1::int, x.lesson_id, p.to_id from p join lesson_signature x on x.tenant_id = $1 and x.signature_id = p.from_id
              on conflict do nothing returning lesson_id),
            touched as (
              update lesson n set updated_at = clock_timestamp()
               where n.tenant_id = $1 and n.lesson_id in (select lesson_id from made))
            insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
            select $1::int, l.source_type, p.to_id::text, l.target_type, l.target_key, l.link_type, l.metadata, l.created_at
              from p join provenance_link l on l.tenant_id = $1 and l.source_type = 'Signature' and l.source_key = p.from_id::text
                                           and l.target_type = 'Lesson'
            on conflict do nothing`,
  incidents: `with ${MEMBERS}, ${PARTS}, seen as (
                select distinct i.incident_id, p.from_id, p.to_id, exists (
                         select 1 from feature_bucket f
                          where f.tenant_id = $1 and f.signature_id = p.from_id
                            and f.minute ${DURING_INCIDENT}) as stays
                  from p
                  join incident_signature x on x.tenant_id = $1 and x.signature_id = p.from_id
                  join incident i on i.tenant_id = $1 and i.incident_id = x.incident_id
                  join parted_bucket q on q.from_id = p.from_id and q.to_id = p.to_id
                       and q.minute ${DURING_INCIDENT}),
              gone as (
                delete from incident_signature x using seen
                 where not seen.stays and x.tenant_id = $1 and x.incident_id = seen.incident_id
                   and x.signature_id = seen.from_id),
              made as (
                insert into incident_signature (tenant_id, incident_id, signature_id)
                select distinct $1::int, incident_id, to_id from seen on conflict do nothing),
              touched as (
                update incident i set updated_at = clock_timestamp()
                 where i.tenant_id = $1 and i.incident_id in (select incident_id from seen))
              select distinct incident_id::text as id from seen`,
  signed: `with ${MEMBERS}, gone as (
             delete from provenance_link l using m, candidate_event ce, event e
              where l.tenant_id = $1 and l.source_type = 'Event' and l.target_type = 'Signature' and l.target_key = m.from_id::text
                and ce.tenant_id = $1 and ce.event_id::text = l.source_key
                and e.tenant_id = $1 and e.ts = ce.event_ts and e.event_id = ce.event_id and e.signature_id = m.member_id
             returning m.to_id, l.*)
           insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
           select distinct on (source_key, to_id) $1::int, source_type, source_key, 'Signature', to_id::text, link_type, metadata, created_at
             from gone on conflict do nothing`,
} as const;

const MOVES = `c as (select * from unnest($2::bigint[], $3::bigint[], $4::bigint[]) as c(id, from_id, to_id)),
  k as (select c.*, f.key as from_key, t.key as to_key from c
          join signature f on f.tenant_id = $1 and f.signature_id = c.from_id
          join signature t on t.tenant_id = $1 and t.signature_id = c.to_id)`;

/** What of a candidate names its signature. */
const OF_CANDIDATES = [
  `update suppression s set subject = replace(s.subject, k.from_key, k.to_key)
     from k join review r on r.tenant_id = $1 and r.candidate_id = k.id
    where s.tenant_id = $1 and s.review_id = r.review_id`,
  `update review r set signature_id = k.to_id
     from k where r.tenant_id = $1 and r.candidate_id = k.id and r.signature_id = k.from_id`,
  `update candidate c set subject = replace(c.subject, k.from_key, k.to_key)
     from k where c.tenant_id = $1 and c.candidate_id = k.id`,
  `, gone as (
     delete from candidate_signature x using k
      where x.tenant_id = $1 and x.candidate_id = k.id and x.signature_id = k.from_id
     returning x.candidate_id, k.from_id, k.to_id)${KEEP_MOVED_CANDIDATES}
   insert into candidate_signature (tenant_id, candidate_id, signature_id)
   select $1::int, id, to_id from k on conflict do nothing`,
  `, gone as (
     delete from provenance_link l using k
      where l.tenant_id = $1 and l.source_type = 'Signature' and l.source_key = k.from_id::text
        and l.target_type = 'Candidate' and l.target_key = k.id::text
     returning k.to_id, l.*)
   insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
   select $1::int, 'Signature', to_id::text, target_type, target_key, link_type, metadata, created_at from gone
   on conflict do nothing`,
] as const;

export interface PartedMemory {
  readonly candidateIds: readonly string[];
  readonly incidentIds: readonly string[];
}

interface Move {
  readonly candidateId: string;
  readonly fromId: string;
  readonly toId: string;
}

/** `members`: the tenant, then the columns of {@link MEMBERS}. */
export async function partMemory(
  client: pg.ClientBase,
  tenantId: number,
  members: readonly unknown[],
): Promise<PartedMemory> {
  const run = <R extends pg.QueryResultRow>(statement: string) => client.query<R>(statement, [...members]);
  await run(STATEMENTS.signals);
  const { rows: moves } = await run<Move>(STATEMENTS.candidates);
  const moved = [
    tenantId,
    moves.map((m) => m.candidateId),
    moves.map((m) => m.fromId),
    moves.map((m) => m.toId),
  ];
  for (const statement of moves.length === 0 ? [] : OF_CANDIDATES)
    await client.query(`with ${MOVES} ${statement}`, moved);
  await run(STATEMENTS.hints);
  await run(STATEMENTS.lessons);
  const { rows: incidents } = await run<{ id: string }>(STATEMENTS.incidents);
  await unbindParted(client, members);
  await run(STATEMENTS.signed);
  return { candidateIds: moves.map((m) => m.candidateId), incidentIds: incidents.map(({ id }) => id) };
}
