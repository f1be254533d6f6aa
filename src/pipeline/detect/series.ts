// Loads what the spike rule looks at: the counts of a series, and when its asset was alive.
import { sql } from 'drizzle-orm';
import { aliveMinutes, alivenessReachMinutes } from '../../detect/aliveness.ts';
import type { Bucket } from '../../detect/rows.ts';
import { maxBurstMinutes, type Series, spikeReachMinutes } from '../../detect/spike.ts';
import { asJson, type DetectContext, query } from './context.ts';

/** Minutes [from, to) of one (signature, asset) that are to be judged; no burst is open at `from`. */
export interface Judged {
  readonly signatureId: string;
  readonly assetId: string;
  readonly from: number;
  readonly to: number;
}

export interface JudgedSeries extends Judged {
  readonly series: Series;
  readonly buckets: Bucket[];
}

/** How long after new events they may change what is alive, what a baseline is, and so what is hot. */
export const judgementReachMinutes = ({ settings }: DetectContext): number =>
  alivenessReachMinutes(settings.aliveness) + spikeReachMinutes(settings.spike);

export const slotStart = ({ settings }: DetectContext, minute: number): number =>
  Math.floor(minute / settings.spike.slotMinutes) * settings.spike.slotMinutes;

/** Aligned with `judged`. Also reads what follows each range, as far as a burst could reach. */
export async function loadSeries(ctx: DetectContext, judged: readonly Judged[]): Promise<JudgedSeries[]> {
  const before = spikeReachMinutes(ctx.settings.spike);
  const after = maxBurstMinutes(ctx.settings.spike);
  const spans = judged.map((j) => ({ ...j, start: slotStart(ctx, j.from - before), end: j.to + after }));
  const counts = await loadCounts(ctx, spans);
  const activity = await loadActivity(ctx, spans);
  return judged.map((j, i) => {
    const { start } = spans[i]!;
    const buckets = counts[i]!;
    const end = Math.max(j.from, (buckets.at(-1)?.minute ?? start) + 1);
    const dense = new Array<number>(end - start).fill(0);
    for (const bucket of buckets) dense[bucket.minute - start] = bucket.n;
    const alive = activity(j.assetId, start, end);
    return { ...j, buckets, series: { fromMinute: start, counts: dense, alive } };
  });
}

interface Span extends Judged {
  readonly start: number;
  readonly end: number;
}

type CountRow = { i: number; buckets: [number, number, number, Bucket['worst'], number, number][] | null };

async function loadCounts(ctx: DetectContext, spans: readonly Span[]): Promise<Bucket[][]> {
  const asked = spans.map((s, i) => ({
    i,
    signature_id: s.signatureId,
    asset_id: s.assetId,
    from_minute: s.start,
    to_minute: s.end,
  }));
  const rows = await query<CountRow>(
    ctx,
    sql`select t.i, b.buckets
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, from_minute int, to_minute int)
         cross join lateral (
               select json_agg(json_build_array(f.minute, f.n, f.sourced, f.worst, f.first_us, f.last_us) order by f.minute) as buckets
                 from feature_bucket f
                where f.tenant_id = ${ctx.tenantId} and f.signature_id = t.signature_id and f.asset_id = t.asset_id
                  and f.minute >= t.from_minute and f.minute < t.to_minute) b
         order by t.i`,
  );
  return rows.map((row) =>
    (row.buckets ?? []).map(([minute, n, sourced, worst, firstUs, lastUs]) => ({
      minute,
      n,
      sourced,
      worst,
      firstUs,
      lastUs,
    })),
  );
}

/** Which minutes of an asset were alive, answered from one statement for all assets. */
export async function loadActivity(
  ctx: DetectContext,
  spans: readonly { readonly assetId: string; readonly start: number; readonly end: number }[],
): Promise<(assetId: string, start: number, end: number) => Uint8Array> {
  const reach = alivenessReachMinutes(ctx.settings.aliveness);
  const hulls = new Map<string, { start: number; end: number }>();
  for (const { assetId, start, end } of spans) {
    const hull = hulls.get(assetId);
    hulls.set(assetId, {
      start: Math.min(hull?.start ?? start, start),
      end: Math.max(hull?.end ?? end, end),
    });
  }
  const asked = [...hulls].map(([assetId, hull]) => ({
    asset_id: assetId,
    from_minute: hull.start - reach,
    to_minute: hull.end,
  }));
  const rows = await query<{ assetId: string; minutes: number[] | null }>(
    ctx,
    sql`select t.asset_id as "assetId", b.minutes
          from json_to_recordset(${asJson(asked)}::json) as t(asset_id bigint, from_minute int, to_minute int)
         cross join lateral (
               select json_agg(f.minute order by f.minute) as minutes
                 from feature_bucket f
                where f.tenant_id = ${ctx.tenantId} and f.signature_id = 0 and f.asset_id = t.asset_id
                  and f.minute >= t.from_minute and f.minute < t.to_minute) b`,
  );
  const known = new Map(
    rows.map(({ assetId, minutes }) => {
      const hull = hulls.get(assetId)!;
      return [
        assetId,
        {
          start: hull.start,
          alive: aliveMinutes(minutes ?? [], hull.start, hull.end, ctx.settings.aliveness),
        },
      ];
    }),
  );
  return (assetId, start, end) => {
    const asset = known.get(assetId)!;
    return asset.alive.subarray(start - asset.start, end - asset.start);
  };
}
