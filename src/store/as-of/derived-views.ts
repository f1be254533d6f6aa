// The tables whose rows follow from others, as they were at a time: what stands for their columns, and what they are
// read from.
import { LINK_COLUMNS } from '../provenance.ts';

/** A pause of this length ends an episode. */
const GAP_US = 30 * 60 * 1_000_000;

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
      where r.created_at <= ${at} or exists (
            select 1 from ${base}.signature_form p
             where p.tenant_id = r.tenant_id and p.key = r.key and p.form_key is not null)`,
  },
  signature_rule: {
    expressions: () => ({}),
    from: (base, at) => `(
      select v.tenant_id, p.form_key, p.key, p.position, p.parting, p.part_key
        from ${base}.memory_version v
       cross join lateral jsonb_populate_recordset(null::${base}.signature_rule, v.content -> 'rules') p
       where v.relation = 'signature_rule' and v.known_from <= ${at} and (v.known_until is null or v.known_until > ${at})) r`,
  },
  candidate_signature: {
    expressions: () => ({}),
    from: (base, at) => `(
      select x.tenant_id, x.candidate_id, x.signature_id from ${base}.candidate_signature x
       where not exists (select 1 from ${base}.memory_version v
                          where v.tenant_id = x.tenant_id and v.relation = 'candidate_signature'
                            and v.owner_id = x.candidate_id and v.other_id = x.signature_id and v.known_until is null)
      union all
      select v.tenant_id, v.owner_id, v.other_id from ${base}.memory_version v
       where v.relation = 'candidate_signature' and v.known_from <= ${at}
         and (v.known_until is null or v.known_until > ${at})) r`,
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
    // What detection goes on from is of no use in the past.
    expressions: () => ({
      before_count: 'null',
      before_sourced: 'null',
      before_worst: 'null',
      before_end_at: 'null',
    }),
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
