// Finds the first events of stretches of evidence: where the counts tell that they are, and not further.
import { sql } from 'drizzle-orm';
import { asJson, type DetectContext, query } from './context.ts';
import { rowsOfSeries } from './series-rows.ts';

/** The minute, the time as PostgreSQL writes it, and the id of an event. */
export type Example = readonly [minute: number, at: string, eventId: string];

export interface SearchedSpan {
  readonly i: number;
  readonly signature_ids: readonly string[];
  readonly asset_id: string;
  readonly from_minute: number;
  readonly to_minute: number;
  readonly from_at: string;
  readonly to_at: string;
  readonly share: number;
}

/**
 * The first events of each span, aligned with `spans`. Searches where the counts tell that most of them are, then, where
 * some are missing, further on.
 */
export async function findExamples(ctx: DetectContext, spans: readonly SearchedSpan[]): Promise<Example[][]> {
  const found: Example[][] = spans.map(() => []);
  const take = async (sought: readonly SearchedSpan[], isNear: boolean) => {
    if (sought.length === 0) return;
    for (const { i } of sought) found[i] = [];
    for (const { i, minute, at, eventId } of await searchExamples(ctx, sought, isNear))
      found[i]!.push([minute, at, eventId]);
  };
  await take(spans, true);
  await take(
    spans.filter(({ i, share }) => found[i]!.length < share),
    false,
  );
  return found;
}

/** Within so many times the stretch in which a steady series has its share of events, it nearly always has. */
const STRETCH = 2;

interface SearchedEvent {
  readonly i: number;
  readonly minute: number;
  readonly at: string;
  readonly eventId: string;
}

// The counts of a minute tell when its first and its last event came, and whether the signature or the asset had fewer of
// them: by that one they are looked up. The plan must not hang on statistics, for a day's partition has none at first:
// what could be taken for another index is hidden.
const searchExamples = (
  ctx: DetectContext,
  spans: readonly SearchedSpan[],
  isNear: boolean,
): Promise<SearchedEvent[]> =>
  query<SearchedEvent>(
    ctx,
    sql`with searched as materialized (
          select s.i, s.share, s.asset_id, own.id, greatest(s.from_at, b.since) as since,
                 least(s.to_at, b.until) as until, s.asset_id = 0 or b.of_signature <= b.of_asset as by_signature
            from json_to_recordset(${asJson(spans)}::json)
              as s(i int, signature_ids json, asset_id bigint, from_minute int, to_minute int, from_at timestamptz,
                   to_at timestamptz, share int)
           cross join lateral (
                 select id::bigint as id from json_array_elements_text(s.signature_ids) as ids(id)) own
           cross join lateral (
                 select ${momentOf('f.first_us')} as since,
                        case when ${isNear}::boolean and f.n > ${STRETCH}::int * s.share
                             then ${momentOf(`f.first_us + ${STRETCH} * s.share * (f.last_us - f.first_us) / f.n`)}
                             else ${momentOf('f.last_us')} end as until,
                        (select m.n from signature_minute m
                          where m.tenant_id = ${ctx.tenantId} and m.signature_id = own.id and m.minute = f.minute) as of_signature,
                        (select a.n from feature_bucket a
                          where a.tenant_id = ${ctx.tenantId}
                            and (a.signature_id, a.asset_id, a.minute) = (0, s.asset_id, f.minute)) as of_asset
                   from (select f.minute, f.n, f.first_us, f.last_us, sum(f.n) over (order by f.minute) - f.n as before
                           from (select f.minute, f.n, f.first_us, f.last_us from feature_bucket f
                                  where f.tenant_id = ${ctx.tenantId} and ${rowsOfSeries(
                                    'f',
                                    'minute',
                                    ['>= s.from_minute', '<= s.to_minute'],
                                    { signature: 'own.id', asset: 's.asset_id' },
                                  )}
                                  order by f.signature_id, f.asset_id, f.minute limit s.share) f) f
                  where f.before < s.share) b),
        found as (
          select s.i, s.share, e.ts, e.event_id,
                 row_number() over (partition by s.i order by e.ts, e.event_id) as nth
            from searched s
           cross join lateral (
                 select s.id
                 union all
                 select m.signature_id from signature m where m.tenant_id = ${ctx.tenantId} and m.merged_into_id = s.id) f
           cross join lateral (
                 select e.ts, e.event_id from event e
                  where not s.by_signature and e.tenant_id = ${ctx.tenantId} and e.asset_id = s.asset_id
                    and e.signature_id + 0 = f.id and e.ts >= s.since and e.ts <= s.until
                  union all
                 select e.ts, e.event_id from event e
                  where s.by_signature and e.tenant_id = ${ctx.tenantId} and e.signature_id = f.id
                    and coalesce(e.asset_id, 0) = s.asset_id and e.ts >= s.since and e.ts <= s.until) e)
        select i, ts::text as at, floor(extract(epoch from ts) / 60)::int as minute,
               event_id as "eventId"
          from found where nth <= share
         order by i, nth`,
  );

/** A count of microseconds, exact, as PostgreSQL's own time. */
const momentOf = (us: string) => sql.raw(`'epoch'::timestamptz + (${us}) * interval '1 microsecond'`);
