// Joins signatures: from then on all that is counted and remembered of the one is the other's. The joined signature
// keeps its row and its id, which lead to where it went; the events keep the signature that they were given.
import type pg from 'pg';
import { KEEP_MOVED_CANDIDATES } from './as-of/moved-candidates.ts';
import { SUBJECTS } from './as-of/relations.ts';
import { LINEAGE } from './lineage.ts';
import { sumMinutesAnew } from './signature-minutes.ts';

/** `fromId` joins `toId`; neither is joined into anything else when all joins are done. */
export interface Join {
  readonly fromId: string;
  readonly fromKey: string;
  readonly toId: string;
  readonly toKey: string;
  /** Whether anything was counted for it so far. */
  readonly isCounted: boolean;
}

/** Minutes of a series that are another signature's now; both ends included. */
export interface MovedSeries {
  readonly signatureId: string;
  readonly assetId: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Ends the identity of a detection that is to be named anew. */
export const SET_ASIDE = '~';

const JOINS = `m as (select * from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[])
                       as m(from_id, from_key, to_id, to_key))`;

const NO_LINEAGE = `l.link_type not in (${LINEAGE.map((type) => `'${type}'`).join(', ')})`;

const STATEMENTS = {
  aliases: `, ended as (
              update signature_alias a set undone = true, undone_at = clock_timestamp()
               where a.tenant_id = $1 and not a.undone and a.key in (select from_key from m union all select to_key from m))
            insert into signature_alias (tenant_id, key, to_key, reason)
            select $1, from_key, to_key, $6 from m order by from_key`,
  roots: `, targets as (
            select from_id as id, to_id from m
            union select to_id, to_id from m
            union select s.signature_id, m.to_id from m
                    join signature s on s.tenant_id = $1 and s.merged_into_id = m.from_id)
          update signature s set merged_into_id = nullif(t.to_id, s.signature_id)
            from targets t where s.tenant_id = $1 and s.signature_id = t.id`,
  buckets: `, moved as (
              delete from feature_bucket f using m
               where f.tenant_id = $1 and f.signature_id = m.from_id
              returning m.to_id, f.asset_id, f.minute, f.n, f.sourced, f.worst, f.first_us, f.last_us),
            added as (
              insert into feature_bucket as f (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
              select $1, to_id, asset_id, minute, sum(n), sum(sourced), max(worst), min(first_us), max(last_us)
                from moved group by to_id, asset_id, minute order by to_id, asset_id, minute
              on conflict (tenant_id, signature_id, asset_id, minute) do update set
                n = f.n + excluded.n, sourced = f.sourced + excluded.sourced, worst = greatest(f.worst, excluded.worst),
                first_us = least(f.first_us, excluded.first_us), last_us = greatest(f.last_us, excluded.last_us))
            select to_id as "signatureId", asset_id as "assetId", min(minute) as "fromMinute", max(minute) as "toMinute"
              from moved group by to_id, asset_id`,
  minutes: `delete from signature_minute s using m where s.tenant_id = $1 and s.signature_id = m.from_id`,
  counts: `, gone as (
             select m.to_id, sum(r.occurrence_count) as n, max(r.worst_severity) as worst, bit_or(r.severities) as severities,
                    min(r.first_seen_at) as first_at, max(r.last_seen_at) as last_at,
                    (array_agg(r.example_message order by r.first_seen_at, r.example_message collate "C"))[1] as example,
                    (array_agg(r.pattern order by r.first_seen_at, r.example_message collate "C"))[1] as pattern
               from m join signature r on r.tenant_id = $1 and r.signature_id = m.from_id
              where r.occurrence_count > 0 group by m.to_id)
           update signature s set
             occurrence_count = s.occurrence_count + g.n,
             worst_severity = case when s.occurrence_count = 0 then g.worst else greatest(s.worst_severity, g.worst) end,
             severities = s.severities | g.severities,
             first_seen_at = case when s.occurrence_count = 0 then g.first_at else least(s.first_seen_at, g.first_at) end,
             last_seen_at = case when s.occurrence_count = 0 then g.last_at else greatest(s.last_seen_at, g.last_at) end,
             example_message = case when g.is_earlier then g.example else s.example_message end,
             pattern = case when g.is_earlier then g.pattern else s.pattern end
            from (select g.*, x.occurrence_count = 0
                          or (g.first_at, g.example collate "C") < (x.first_seen_at, x.example_message collate "C") as is_earlier
                    from gone g join signature x on x.tenant_id = $1 and x.signature_id = g.to_id) g
           where s.tenant_id = $1 and s.signature_id = g.to_id`,
  emptied: `update signature s set occurrence_count = 0, score = 0
              from m where s.tenant_id = $1 and s.signature_id = m.from_id`,
  episodes: `delete from episode e using m where e.tenant_id = $1 and e.signature_id = m.from_id`,
  signals: `, moved as (
              update signal s set signature_id = m.to_id, identity = s.identity || '${SET_ASIDE}'
                from m where s.tenant_id = $1 and s.signature_id = m.from_id and s.kind in ('SPIKE', 'NEW_SIGNATURE', 'MODEL')
              returning s.signal_id)
            update correlation_group g set identity = g.identity || '${SET_ASIDE}'
              from group_signal x join moved on moved.signal_id = x.signal_id
             where x.tenant_id = $1 and g.tenant_id = $1 and g.group_id = x.group_id and g.group_type = 'BURST'`,
  candidates: `update candidate c set subject = replace(c.subject, m.from_key, m.to_key)
                 from m join candidate_signature x on x.tenant_id = $1 and x.signature_id = m.from_id
                where c.tenant_id = $1 and c.candidate_id = x.candidate_id
                  and (split_part(c.subject, '@', 1) = 'sig:' || m.from_key
                    or c.type = 'PRECURSOR' and split_part(c.subject, '@', 2) = m.from_key)`,
  suppressions: `update suppression s set subject = replace(s.subject, m.from_key, m.to_key)
                   from m where s.tenant_id = $1 and split_part(s.subject, '@', 1) = 'sig:' || m.from_key`,
  feedback: `update review r set signature_id = m.to_id
               from m where r.tenant_id = $1 and r.signature_id = m.from_id`,
  fromSignature: `, gone as (
                    delete from provenance_link l using m
                     where l.tenant_id = $1 and l.source_type = 'Signature' and l.source_key = m.from_id::text and ${NO_LINEAGE}
                    returning m.to_id, l.*)
                  insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
                  select $1, 'Signature', to_id::text, target_type, target_key, link_type, metadata, created_at from gone
                  on conflict do nothing`,
  toSignature: `, gone as (
                  delete from provenance_link l using m
                   where l.tenant_id = $1 and l.target_type = 'Signature' and l.target_key = m.from_id::text and ${NO_LINEAGE}
                  returning m.to_id, l.*)
                insert into provenance_link (tenant_id, source_type, source_key, target_type, target_key, link_type, metadata, created_at)
                select $1, source_type, source_key, 'Signature', to_id::text, link_type, metadata, created_at from gone
                on conflict do nothing`,
} as const;

/** Tables of (owner, signature): an owner of both keeps one row. */
const LINKS = [
  ['candidate_signature', 'candidate_id'],
  ['group_signature', 'group_id'],
  ['incident_signature', 'incident_id'],
  ['hint_signature', 'hint_id'],
  ['lesson_signature', 'lesson_id'],
] as const;

/** The tables whose rows keep versions, by the column of their id. */
const VERSIONED: Readonly<Record<string, string>> = SUBJECTS;

const touch = (owner: string) =>
  VERSIONED[owner] === undefined
    ? ''
    : `, touched as (
    update ${VERSIONED[owner]} o set updated_at = clock_timestamp() from gone
     where o.tenant_id = $1 and o.${owner} = gone.${owner})`;

const relink = (table: string, owner: string) => `, gone as (
    delete from ${table} l using m where l.tenant_id = $1 and l.signature_id = m.from_id returning l.${owner}, m.from_id, m.to_id)
  ${touch(owner)}${table === 'candidate_signature' ? KEEP_MOVED_CANDIDATES : ''}
  insert into ${table} (tenant_id, ${owner}, signature_id)
  select distinct $1::int, ${owner}, to_id from gone on conflict do nothing`;

/** Call it under the tenant's lock. Returns the series that have to be looked at again. */
export async function joinSignatures(
  client: pg.ClientBase,
  tenantId: number,
  joins: readonly Join[],
  reason: string,
): Promise<MovedSeries[]> {
  if (joins.length === 0) return [];
  const all = valuesOf(tenantId, joins);
  await client.query(`with ${JOINS} ${STATEMENTS.aliases}`, [...all, reason]);
  await client.query(`with ${JOINS} ${STATEMENTS.roots}`, all);
  const counted = joins.filter((join) => join.isCounted);
  return counted.length === 0 ? [] : moveCounted(client, tenantId, counted);
}

const valuesOf = (tenantId: number, joins: readonly Join[]) => [
  tenantId,
  joins.map((j) => j.fromId),
  joins.map((j) => j.fromKey),
  joins.map((j) => j.toId),
  joins.map((j) => j.toKey),
];

async function moveCounted(
  client: pg.ClientBase,
  tenantId: number,
  joins: readonly Join[],
): Promise<MovedSeries[]> {
  const values = valuesOf(tenantId, joins);
  const run = (statement: string) => client.query(`with ${JOINS} ${statement}`, values);
  const moved = await run(STATEMENTS.buckets);
  await run(STATEMENTS.minutes);
  await sumMinutesAnew(client, tenantId, moved.rows as MovedSeries[]);
  await run(STATEMENTS.counts);
  await run(STATEMENTS.emptied);
  await run(STATEMENTS.episodes);
  await run(STATEMENTS.signals);
  await run(STATEMENTS.candidates);
  await run(STATEMENTS.suppressions);
  await run(STATEMENTS.feedback);
  await run(STATEMENTS.fromSignature);
  await run(STATEMENTS.toSignature);
  for (const [table, owner] of LINKS) await run(relink(table, owner));
  return moved.rows as MovedSeries[];
}
