// What the episode under way at the first touched minute held before it: told by its row where events come in order, and
// summed up from its buckets where they come late.
import { sql } from 'drizzle-orm';
import type { Bucket } from '../../detect/rows.ts';
import { US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import { rowsOfSeries } from './series-rows.ts';
import type { Touched } from './touched.ts';

export interface Chain extends Touched {
  /** The buckets of the episode under way at `fromMinute`, up to there, as one. */
  readonly prefix: Bucket | null;
}

const minuteOfMoment = (moment: string) => sql.raw(`floor(extract(epoch from ${moment}) / 60)::int`);
/** As SQL: microseconds since 1970. */
export const usOfMoment = (moment: string) => sql.raw(`(extract(epoch from ${moment}) * 1000000)::bigint`);

interface PrefixRow {
  i: number;
  minute: number;
  n: string | null;
  sourced: string | null;
  worst: Bucket['worst'];
  firstUs: string;
  lastUs: string;
}

export async function withPrefixes(ctx: DetectContext, touched: readonly Touched[]): Promise<Chain[]> {
  const asked = touched.map((t, i) => ({
    i,
    signature_id: t.signatureId,
    asset_id: t.assetId,
    from_minute: t.fromMinute,
    from_at: moment(t.fromMinute * US_PER_MINUTE),
  }));
  const rows = await query<PrefixRow>(
    ctx,
    sql`select t.i, ${minuteOfMoment('e.start_at')} as minute,
               case when k.is_over then e.event_count when k.is_last then e.before_count else p.n end as n,
               case when k.is_over then e.sourced when k.is_last then e.before_sourced else p.sourced end as sourced,
               case when k.is_over then e.worst when k.is_last then e.before_worst else p.worst end as worst,
               case when k.is_over or k.is_last then ${usOfMoment('e.start_at')} else p.first_us end as "firstUs",
               case when k.is_over then ${usOfMoment('e.end_at')}
                    when k.is_last then ${usOfMoment('e.before_end_at')} else p.last_us end as "lastUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_minute int, from_at timestamptz)
         cross join lateral (
               select * from episode e
                where e.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('e', 'start_at', ["> '-infinity'::timestamptz", '< t.from_at'])}
                order by e.signature_id desc, e.asset_id desc, e.start_at desc limit 1) e
         cross join lateral (
               select e.end_at < t.from_at as is_over,
                      ${minuteOfMoment('e.end_at')} = t.from_minute and e.before_count is not null as is_last) k
         cross join lateral (
               select sum(b.n) as n, sum(b.sourced) as sourced, max(b.worst) as worst,
                      min(b.first_us) as first_us, max(b.last_us) as last_us
                 from feature_bucket b
                where not k.is_over and not k.is_last and b.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('b', 'minute', [
                    '>= floor(extract(epoch from e.start_at) / 60)::int',
                    '< t.from_minute',
                  ])}) p`,
  );
  const prefixes = new Map(rows.map((row) => [row.i, row]));
  return touched.map((t, i) => {
    const row = prefixes.get(i);
    if (row?.n == null) return { ...t, prefix: null };
    const prefix: Bucket = {
      minute: row.minute,
      n: Number(row.n),
      sourced: Number(row.sourced),
      worst: row.worst,
      firstUs: Number(row.firstUs),
      lastUs: Number(row.lastUs),
    };
    return {
      ...t,
      prefix: t.fromMinute * US_PER_MINUTE - prefix.lastUs < ctx.settings.episode.gapUs ? prefix : null,
    };
  });
}
