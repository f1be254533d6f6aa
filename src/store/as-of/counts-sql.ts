// How often and when, as it was known at a time: an event counts from its receipt on, for the signature that it bore and
// that this was joined into then. Counted minutes are taken as they are where nothing was received or moved since; the
// others are counted again from their events. What has no events, since an import brought it or they expired, counts from
// its own time on, for whatever it went to since.

/** How far a sender's clock may run ahead of its receipt. */
const SKEW_MINUTES = 10;
/** Bit of `event.flags`: its own time is not trusted. */
const SKEWED = 8;
/** Bits of `event.flags`: severity or time are ours. */
const OURS = 3;
const MAX_HOPS = 64;

const AT = `current_setting('mnemograph.as_of')::timestamptz`;
/** Where `at` is the time asked for: the alias was believed then. A key has one such alias at most. */
const HELD = (alias: string) =>
  `${alias}.created_at <= at and (not ${alias}.undone or ${alias}.undone_at > at)`;

export const COUNTS_SQL = (schema: string, base: string): string[] => [
  `create function ${schema}.root_of(p_tenant int, p_signature bigint) returns bigint language plpgsql stable as $$
   declare
     at timestamptz := current_setting('mnemograph.as_of')::timestamptz;
     found bigint := p_signature;
     next bigint;
   begin
     for hop in 1..${MAX_HOPS} loop
       select f.signature_id into next
         from ${base}.signature s
         join ${base}.signature_form p on p.tenant_id = p_tenant and p.key = s.key
         join ${base}.signature_form f on f.tenant_id = p_tenant and f.key = p.form_key
        where s.tenant_id = p_tenant and s.signature_id = found and s.created_at > at;
       if next is null then
         select t.signature_id into next
           from ${base}.signature s
           join ${base}.signature_alias a on a.tenant_id = p_tenant and a.key = s.key and ${HELD('a')}
           join ${base}.signature t on t.tenant_id = p_tenant and t.key = a.to_key
          where s.tenant_id = p_tenant and s.signature_id = found
          order by a.created_at desc, a.alias_id desc limit 1;
       end if;
       exit when next is null;
       found := next;
       next := null;
     end loop;
     return found;
   end $$`,
  `create function ${schema}.members_of(p_tenant int, p_signature bigint) returns bigint[] language plpgsql stable as $$
   declare
     at timestamptz := current_setting('mnemograph.as_of')::timestamptz;
   begin
     return array(
       with recursive joined (id, key) as (
         select s.signature_id, s.key from ${base}.signature s
          where s.tenant_id = p_tenant and s.signature_id = p_signature
         union
         select s.signature_id, s.key
           from joined j
           join ${base}.signature_alias a on a.tenant_id = p_tenant and a.to_key = j.key and ${HELD('a')}
           join ${base}.signature s on s.tenant_id = p_tenant and s.key = a.key)
       select id from joined);
   end $$`,
  `create function ${schema}.recounted(p_tenant int, p_signatures bigint[])
     returns table (asset_id bigint, minute int, n int, sourced int, worst smallint, first_us bigint, last_us bigint)
     language sql stable as $$
     select c.asset_id, (c.us / 60000000)::int, count(*)::int, count(*) filter (where c.flags & ${OURS} = 0)::int,
            max(c.severity), min(c.us), max(c.us)
       from (select coalesce(e.asset_id, 0) as asset_id, e.flags, e.severity,
                    (extract(epoch from case when e.flags & ${SKEWED} <> 0 then b.received_at else e.ts end) * 1000000)::bigint as us
               from (select e.* from ${base}.event e
                      where e.tenant_id = p_tenant and e.signature_id = any(p_signatures)
                        and not exists (select 1 from ${base}.event_resigned j
                                         where j.tenant_id = p_tenant and j.event_ts = e.ts and j.event_id = e.event_id
                                           and j.resigned_at > ${AT})
                     union all
                     select e.*
                       from (select distinct on (j.event_ts, j.event_id) j.event_ts, j.event_id, j.from_id
                               from ${base}.event_resigned j
                              where j.tenant_id = p_tenant and j.resigned_at > ${AT}
                              order by j.event_ts, j.event_id, j.resigned_at) j
                       join ${base}.event e on e.tenant_id = p_tenant and e.ts = j.event_ts and e.event_id = j.event_id
                      where j.from_id = any(p_signatures)) e
               join ${base}.ingest_batch b on b.tenant_id = e.tenant_id and b.batch_id = e.batch_id
              where b.received_at <= ${AT}) c
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
     roots bigint[];
   begin
     if ${schema}.root_of(p_tenant, p_signature) <> p_signature then return; end if;
     select coalesce(s.merged_into_id, s.signature_id) into root
       from ${base}.signature s where s.tenant_id = p_tenant and s.signature_id = p_signature;
     family := array(select s.signature_id from ${base}.signature s
                      where s.tenant_id = p_tenant and (s.signature_id = root or s.merged_into_id = root));
     members := ${schema}.members_of(p_tenant, p_signature);
     if root <> p_signature
        or not (members <@ family)
        or exists (select 1 from ${base}.signature s
                    where s.tenant_id = p_tenant and s.signature_id = any(family) and s.created_at <= at
                      and s.signature_id <> all(members))
        or exists (select 1 from ${base}.event_resigned j
                    where j.tenant_id = p_tenant and j.resigned_at > at
                      and (j.from_id = any(members) or j.to_id = any(members))) then
       return query select * from ${schema}.recounted(p_tenant, members);
       if not found then
         roots := array(select distinct coalesce(s.merged_into_id, s.signature_id)
                          from ${base}.signature s
                          join ${base}.signature_form f on f.tenant_id = p_tenant and f.key = s.key
                          left join ${base}.signature_form w on w.tenant_id = p_tenant and w.key = f.form_key
                         where s.tenant_id = p_tenant
                           and (s.signature_id = any(members) or w.signature_id = any(members) and s.created_at > at));
         if not exists (select 1 from ${base}.signature s
                          join ${base}.event e on e.tenant_id = p_tenant and e.signature_id = s.signature_id
                         where s.tenant_id = p_tenant and (s.signature_id = any(roots) or s.merged_into_id = any(roots))) then
           return query
           select b.asset_id, b.minute, sum(b.n)::int, sum(b.sourced)::int, max(b.worst), min(b.first_us), max(b.last_us)
             from ${base}.feature_bucket b
            where b.tenant_id = p_tenant and b.signature_id = any(roots) and b.minute <= last_minute group by 1, 2;
         end if;
       end if;
     else
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
