// Parts signatures: some of those that were counted for one are counted for another from now on. What can be told from
// the stored events is told from them; what is older stays where it was. Detections and what people decided go with the
// events that they are about: see part-memory.ts.
import type pg from 'pg';
import type { MovedSeries } from './families.ts';
import { partMemory } from './part-memory.ts';
import { MEMBERS, type PartedMember } from './parted-member.ts';
import { sumMinutesAnew } from './signature-minutes.ts';
import { EventFlag } from './tables/event.ts';

export interface Parted {
  readonly series: readonly MovedSeries[];
  readonly events: number;
  readonly candidateIds: readonly string[];
  readonly incidentIds: readonly string[];
}

const US_PER_SECOND = 1_000_000;
const OURS = EventFlag.SEVERITY_INFERRED | EventFlag.TIMESTAMP_ASSIGNED;

/** Of events `e`: the moment that counts. */
const AT = `case when e.flags & ${EventFlag.SKEWED} <> 0 then b.received_at else e.ts end`;
const COUNTS = `count(*)::int as n, (count(*) filter (where e.flags & ${OURS} = 0))::int as sourced, max(e.severity) as worst,
  min((extract(epoch from x.at) * ${US_PER_SECOND})::bigint) as first_us, max((extract(epoch from x.at) * ${US_PER_SECOND})::bigint) as last_us`;
const EVENTS = `join ingest_batch b on b.tenant_id = $1 and b.batch_id = e.batch_id
  cross join lateral (select ${AT} as at) x`;
const MINUTE = 'floor(extract(epoch from x.at) / 60)::int';

const STATEMENTS = {
  table: `create temporary table parted_bucket (from_id bigint, to_id bigint, asset_id bigint, minute int, n int,
            sourced int, worst smallint, first_us bigint, last_us bigint) on commit drop`,
  count: `with ${MEMBERS}
          insert into parted_bucket
          select m.from_id, m.to_id, coalesce(e.asset_id, 0) as asset_id, ${MINUTE} as minute, ${COUNTS}
            from m join event e on e.tenant_id = $1 and e.signature_id = m.member_id ${EVENTS}
           group by 1, 2, 3, 4`,
  roots: `with ${MEMBERS}
          update signature s set merged_into_id = nullif(m.to_id, s.signature_id)
            from m where s.tenant_id = $1 and s.signature_id = m.member_id`,
  aliases: `with ${MEMBERS}, gone as (
              update signature_alias a set undone = true, undone_at = clock_timestamp()
                from m join signature s on s.tenant_id = $1 and s.signature_id = m.member_id
               where a.tenant_id = $1 and a.key = s.key and not a.undone)
            insert into signature_alias (tenant_id, key, to_key, reason)
            select $1, s.key, r.key, 'PARTED'
              from m join signature s on s.tenant_id = $1 and s.signature_id = m.member_id
                     join signature r on r.tenant_id = $1 and r.signature_id = m.to_id
             where m.member_id <> m.to_id order by s.key`,
  taken: `with gone as (
            select from_id, asset_id, minute, sum(n) as n, sum(sourced) as sourced from parted_bucket group by 1, 2, 3),
          emptied as (
            delete from feature_bucket f using gone g
             where f.tenant_id = $1 and f.signature_id = g.from_id and f.asset_id = g.asset_id and f.minute = g.minute
               and f.n <= g.n)
          update feature_bucket f set n = f.n - g.n, sourced = greatest(f.sourced - g.sourced, 0)
            from gone g
           where f.tenant_id = $1 and f.signature_id = g.from_id and f.asset_id = g.asset_id and f.minute = g.minute
             and f.n > g.n`,
  left: `with span as (
           select from_id, to_timestamp(min(minute) * 60::float8) as from_at,
                  to_timestamp((max(minute) + 1) * 60::float8) + interval '1 day' as to_at
             from parted_bucket group by 1),
         rest as materialized (
           select span.from_id, coalesce(e.asset_id, 0) as asset_id, ${MINUTE} as minute, ${COUNTS}
             from span
             join signature s on s.tenant_id = $1 and (s.signature_id = span.from_id or s.merged_into_id = span.from_id)
             join event e on e.tenant_id = $1 and e.signature_id = s.signature_id
                         and e.ts >= span.from_at and e.ts < span.to_at ${EVENTS}
            group by 1, 2, 3)
         update feature_bucket f set worst = r.worst, first_us = r.first_us, last_us = r.last_us
           from rest r
           join (select distinct from_id, asset_id, minute from parted_bucket) t using (from_id, asset_id, minute)
          where f.tenant_id = $1 and f.signature_id = r.from_id and f.asset_id = r.asset_id and f.minute = r.minute`,
  given: `insert into feature_bucket as f (tenant_id, signature_id, asset_id, minute, n, sourced, worst, first_us, last_us)
          select $1::int, to_id, asset_id, minute, sum(n), sum(sourced), max(worst), min(first_us), max(last_us)
            from parted_bucket group by to_id, asset_id, minute order by to_id, asset_id, minute
          on conflict (tenant_id, signature_id, asset_id, minute) do update set
            n = f.n + excluded.n, sourced = f.sourced + excluded.sourced, worst = greatest(f.worst, excluded.worst),
            first_us = least(f.first_us, excluded.first_us), last_us = greatest(f.last_us, excluded.last_us)`,
  series: `select id as "signatureId", asset_id as "assetId", min(minute) as "fromMinute", max(minute) as "toMinute"
             from (select from_id as id, asset_id, minute from parted_bucket
                   union all select to_id, asset_id, minute from parted_bucket) s
            group by 1, 2`,
  events: `select coalesce(sum(n), 0)::float8 as n from parted_bucket`,
  drop: 'drop table parted_bucket',
} as const;

/** Call it under the tenant's lock, with every stored event counted and none to come until the transaction ends. */
export async function partSignatures(
  client: pg.ClientBase,
  tenantId: number,
  members: readonly PartedMember[],
): Promise<Parted> {
  const all = [
    tenantId,
    members.map((m) => m.memberId),
    members.map((m) => m.fromId),
    members.map((m) => m.toId),
  ];
  // Utility statements take no parameters: the table is made empty, then filled.
  await client.query(STATEMENTS.table);
  await client.query(STATEMENTS.count, all);
  // What was just filled has no statistics, and is planned for as if it were empty.
  await client.query('analyze parted_bucket');
  await client.query(STATEMENTS.roots, all);
  await client.query(STATEMENTS.aliases, all);
  await client.query(STATEMENTS.taken, [tenantId]);
  await client.query(STATEMENTS.left, [tenantId]);
  await client.query(STATEMENTS.given, [tenantId]);
  const { rows: series } = await client.query<MovedSeries>(STATEMENTS.series);
  await sumMinutesAnew(client, tenantId, series);
  const { rows: counted } = await client.query<{ n: number }>(STATEMENTS.events);
  const memory = await partMemory(client, tenantId, all);
  await client.query(STATEMENTS.drop);
  return { series, events: counted[0]!.n, ...memory };
}

/** Says of each signature what its buckets say, and what the first of its messages was. */
export async function restateCounts(
  client: pg.ClientBase,
  tenantId: number,
  signatures: readonly { readonly id: string; readonly example: string; readonly pattern: string }[],
): Promise<void> {
  await client.query(
    `update signature s
        set occurrence_count = f.n, worst_severity = f.worst, example_message = d.example, pattern = d.pattern,
            first_seen_at = timestamptz 'epoch' + f.first_us * interval '1 microsecond',
            last_seen_at = timestamptz 'epoch' + f.last_us * interval '1 microsecond'
       from unnest($2::bigint[], $3::text[], $4::text[]) as d(id, example, pattern)
      cross join lateral (
            select sum(n) as n, max(worst) as worst, min(first_us) as first_us, max(last_us) as last_us
              from feature_bucket where tenant_id = $1 and signature_id = d.id) f
      where s.tenant_id = $1 and s.signature_id = d.id and f.n is not null`,
    [
      tenantId,
      signatures.map((s) => s.id),
      signatures.map((s) => s.example),
      signatures.map((s) => s.pattern),
    ],
  );
  await client.query(
    `update signature s set occurrence_count = 0, score = 0
      where s.tenant_id = $1 and s.signature_id = any($2::bigint[]) and not exists (
            select 1 from feature_bucket f where f.tenant_id = $1 and f.signature_id = s.signature_id)`,
    [tenantId, signatures.map((s) => s.id)],
  );
}
