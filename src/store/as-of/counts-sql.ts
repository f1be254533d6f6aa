// How often and when, as it was known at a time: an event counts from its receipt on. Counted minutes are taken as they
// are where nothing was received or joined since; the others are counted again from their events. What came without
// events, by an import, counts from its own time on.

import { LINK_COLUMNS } from '../provenance.ts';

/** How far a sender's clock may run ahead of its receipt. */
const SKEW_MINUTES = 10;
/** Bit of `event.flags`: its own time is not trusted. */
const SKEWED = 8;
/** Bits of `event.flags`: severity or time are ours. */
const OURS = 3;
/** A pause of this length ends an episode. */
const GAP_US = 30 * 60 * 1_000_000;
const MAX_HOPS = 64;

export const COUNTS_SQL = (schema: string, base: string): string[] => [
  `create function ${schema}.root_of(p_tenant int, p_signature bigint) returns bigint language plpgsql stable as $$
   declare
     at timestamptz := current_setting('mnemograph.as_of')::timestamptz;
     found bigint := p_signature;
     next bigint;
   begin
     for hop in 1..${MAX_HOPS} loop
       select t.signature_id into next
         from ${base}.signature s
         join ${base}.signature_alias a on a.tenant_id = p_tenant and a.key = s.key and a.created_at <= at and not a.undone
         join ${base}.signature t on t.tenant_id = p_tenant and t.key = a.to_key
        where s.tenant_id = p_tenant and s.signature_id = found
          and not exists (select 1 from ${base}.signature_alias l
                           where l.tenant_id = p_tenant and l.to_key = s.key and l.key = a.to_key
                             and l.created_at > a.created_at and l.created_at <= at and not l.undone)
        order by a.created_at desc, a.alias_id desc limit 1;
       exit when next is null;
       found := next;
       next := null;
     end loop;
     return found;
   end $$`,
  `create function ${schema}.recounted(p_tenant int, p_signatures bigint[])
     returns table (asset_id bigint, minute int, n int, sourced int, worst smallint, first_us bigint, last_us bigint)
     language sql stable as $$
     select c.asset_id, (c.us / 60000000)::int, count(*)::int, count(*) filter (where c.flags & ${OURS} = 0)::int,
            max(c.severity), min(c.us), max(c.us)
       from (select coalesce(e.asset_id, 0) as asset_id, e.flags, e.severity,
                    (extract(epoch from case when e.flags & ${SKEWED} <> 0 then b.received_at else e.ts end) * 1000000)::bigint as us
               from ${base}.event e
               join ${base}.ingest_batch b on b.tenant_id = e.tenant_id and b.batch_id = e.batch_id
              where e.tenant_id = p_tenant and e.signature_id = any(p_signatures)
                and b.received_at <= current_setting('mnemograph.as_of')::timestamptz) c
      group by 1, 2 $$`,
  `create function ${schema}.minutes_of(p_tenant int, p_signature bigint)
     returns table (asset_id bigint, minute int, n int, sourced int, worst smallint, first_us bigint, last_us bigint)
     language plpgsql stable as $$
   #variable_conflict use_column
   declare
     at timestamptz := current_setting('mnemograph.as_of')::timestamptz;
     last_minute int := floor(extract(epoch from at) / 60)::int + ${SKEW_MINUTES};
     root bigint;
     family bigint[];
     members bigint[];
   begin
     select coalesce(s.merged_into_id, s.signature_id) into root
       from ${base}.signature s where s.tenant_id = p_tenant and s.signature_id = p_signature;
     family := array(select s.signature_id from ${base}.signature s
                      where s.tenant_id = p_tenant and (s.signature_id = root or s.merged_into_id = root));
     if exists (select 1 from ${base}.signature s
                  join ${base}.signature_alias a on a.tenant_id = p_tenant and a.key = s.key and a.created_at > at
                 where s.tenant_id = p_tenant and s.signature_id = any(family)) then
       members := array(select m from unnest(family) as f(m) where ${schema}.root_of(p_tenant, m) = p_signature);
       return query select * from ${schema}.recounted(p_tenant, members);
     elsif root = p_signature then
       return query
       with late as materialized (
         select distinct coalesce(e.asset_id, 0) as asset_id,
                (extract(epoch from case when e.flags & ${SKEWED} <> 0 then b.received_at else e.ts end) / 60)::numeric as at_minute
           from ${base}.event e
           join ${base}.ingest_batch b on b.tenant_id = e.tenant_id and b.batch_id = e.batch_id
          where e.tenant_id = p_tenant and e.signature_id = any(family) and b.received_at > at
            and exists (select 1 from ${base}.ingest_batch x where x.tenant_id = p_tenant and x.received_at > at)
       ), late_minute as materialized (select distinct asset_id, floor(at_minute)::int as minute from late)
       select b.asset_id, b.minute, b.n, b.sourced, b.worst, b.first_us, b.last_us
         from ${base}.feature_bucket b
        where b.tenant_id = p_tenant and b.signature_id = root and b.minute <= last_minute
          and not exists (select 1 from late_minute l where l.asset_id = b.asset_id and l.minute = b.minute)
       union all
       select c.asset_id, c.minute, c.n, c.sourced, c.worst, c.first_us, c.last_us
         from ${schema}.recounted(p_tenant, family) c
        where exists (select 1 from late_minute l where l.asset_id = c.asset_id and l.minute = c.minute)
          and exists (select 1 from late_minute);
     end if;
   end $$`,
];

interface DerivedView {
  /** What stands for a column of `r`. */
  readonly expressions: (at: string) => Readonly<Record<string, string>>;
  readonly from: (base: string, at: string) => string;
}

const SCHEMA = 'mnemograph_as_of';
const momentOf = (us: string) => `timestamptz 'epoch' + ${us} * interval '1 microsecond'`;
const minuteOf = (at: string) => `floor(extract(epoch from ${at}) / 60)::int`;

export const DERIVED_VIEWS: Readonly<Record<string, DerivedView>> = {
  signature: {
    expressions: () => ({
      merged_into_id: `nullif(${SCHEMA}.root_of(r.tenant_id, r.signature_id), r.signature_id)`,
      occurrence_count: 'h.n',
      first_seen_at: `coalesce(${momentOf('h.first_us')}, r.first_seen_at)`,
      last_seen_at: `coalesce(${momentOf('h.last_us')}, r.last_seen_at)`,
      worst_severity: 'coalesce(h.worst, r.worst_severity)',
    }),
    from: (base, at) => `${base}.signature r
      cross join lateral (select coalesce(sum(m.n), 0) as n, min(m.first_us) as first_us, max(m.last_us) as last_us,
                                 max(m.worst) as worst
                            from ${SCHEMA}.minutes_of(r.tenant_id, r.signature_id) m) h
      where r.created_at <= ${at}`,
  },
  feature_bucket: {
    expressions: () => ({}),
    from: (base, at) => `(
      select s.tenant_id, m.asset_id, s.signature_id, m.minute, m.n, m.sourced, m.worst, m.first_us, m.last_us
        from ${base}.signature s cross join lateral ${SCHEMA}.minutes_of(s.tenant_id, s.signature_id) m
      union all
      select b.tenant_id, b.asset_id, b.signature_id, b.minute, b.n, b.sourced, b.worst, b.first_us, b.last_us
        from ${base}.feature_bucket b where b.signature_id = 0 and b.minute <= ${minuteOf(at)}) r`,
  },
  episode: {
    expressions: () => ({}),
    from: (base) => `(
      select s.tenant_id, s.signature_id, e.*
        from ${base}.signature s
       cross join lateral (
         select c.asset_id, ${momentOf('min(c.first_us)')} as start_at, ${momentOf('max(c.last_us)')} as end_at,
                sum(c.n)::bigint as event_count, sum(c.sourced)::bigint as sourced, max(c.worst) as worst
           from (select m.*, count(*) filter (where m.is_new) over (partition by m.asset_id order by m.minute) as episode
                   from (select b.*, coalesce(b.first_us - max(b.last_us) over (
                                  partition by b.asset_id order by b.minute rows between unbounded preceding and 1 preceding)
                                  >= ${GAP_US}, true) as is_new
                           from ${SCHEMA}.minutes_of(s.tenant_id, s.signature_id) b) m) c
          group by c.asset_id, c.episode) e) r`,
  },
  event: {
    expressions: () => ({}),
    from: (base, at) => `${base}.event r
      where exists (select 1 from ${base}.ingest_batch b
                     where b.tenant_id = r.tenant_id and b.batch_id = r.batch_id and b.received_at <= ${at})`,
  },
  event_clock: {
    expressions: (at) => ({ now_minute: `least(r.now_minute, ${minuteOf(at)})` }),
    from: (base, at) => `${base}.event_clock r
      where exists (select 1 from ${base}.ingest_batch b where b.tenant_id = r.tenant_id and b.received_at <= ${at})
         or r.first_minute <= least(${minuteOf(at)}, coalesce(
              (select floor(extract(epoch from min(b.min_ts)) / 60)::int - 1 from ${base}.ingest_batch b
                where b.tenant_id = r.tenant_id), ${minuteOf(at)}))`,
  },
  signal: {
    expressions: (at) => ({
      acknowledged: `r.acknowledged and r.acknowledged_at <= ${at}`,
      acknowledged_at: `case when r.acknowledged_at <= ${at} then r.acknowledged_at end`,
      acknowledged_by: `case when r.acknowledged_at <= ${at} then r.acknowledged_by end`,
      notes: `case when r.acknowledged_at <= ${at} then r.notes end`,
    }),
    from: (base, at) => `${base}.signal r where r.detected_at <= ${at}`,
  },
  provenance_link: {
    expressions: () => ({}),
    from: (base, at) => `(
      select l.*, null::timestamptz as removed_at from ${base}.provenance_link l
      union all
      select ${LINK_COLUMNS}, removed_at from ${base}.removed_link) r
      where r.created_at <= ${at} and (r.removed_at is null or r.removed_at > ${at})`,
  },
  rejected_input: {
    expressions: (at) => ({ replayed_at: `case when r.replayed_at <= ${at} then r.replayed_at end` }),
    from: (base, at) => `${base}.rejected_input r where r.received_at <= ${at}`,
  },
  candidate: {
    expressions: (at) => ({
      state: 'v.state',
      score: 'v.score',
      decision_band: 'v.decision_band',
      confidence: 'v.confidence',
      version: 'v.version',
      withdrawn: `c.withdrawn and c.updated_at <= ${at}`,
      redirected_to_id: `case when c.updated_at <= ${at} then c.redirected_to_id end`,
      updated_at: 'v.created_at',
    }),
    from: (base, at) => `${base}.candidate c
      cross join lateral (select * from ${base}.candidate_version v
                           where v.tenant_id = c.tenant_id and v.candidate_id = c.candidate_id and v.created_at <= ${at}
                           order by v.version desc limit 1) v
      cross join lateral jsonb_populate_record(c, coalesce(v.content, '{}')) r
      where c.created_at <= ${at}`,
  },
};
