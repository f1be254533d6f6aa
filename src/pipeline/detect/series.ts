// Loads what the spike rule looks at: the counts of a series, and when its asset was alive.
import { sql } from 'drizzle-orm';
import { aliveMinutes, alivenessReachMinutes } from '../../detect/aliveness.ts';
import type { Bucket } from '../../detect/rows.ts';
import { maxBurstMinutes, type Series, spikeReaches } from '../../detect/spike.ts';
import { asJson, type DetectContext, query } from './context.ts';
import { rowsOfSeries } from './series-rows.ts';
import { groupBy } from './touched.ts';

/** Minutes [from, to) of one (signature, asset) that are to be judged; no burst is open at `from`. */
export interface Judged {
  readonly signatureId: string;
  readonly assetId: string;
  readonly from: number;
  readonly to: number;
  /** Which of {@link spikeReaches} is read before `from`. */
  readonly reach: number;
}

export interface JudgedSeries extends Judged {
  readonly series: Series;
  /** From `from` on. */
  readonly buckets: Bucket[];
  /** False where it takes more history to tell what was alive. */
  readonly certain: boolean;
  /** No longer look-back tells more. */
  readonly isLongest: boolean;
}

/** How long after new events they may change what is alive, what a baseline is, and so what is hot. */
export const judgementReachMinutes = ({ settings }: DetectContext): number =>
  alivenessReachMinutes(settings.aliveness) + spikeReaches(settings.spike).at(-1)!;

export const slotStart = ({ settings }: DetectContext, minute: number): number =>
  Math.floor(minute / settings.spike.slotMinutes) * settings.spike.slotMinutes;

/** Aligned with `judged`. Also reads what follows each range, as far as a burst could reach. */
export async function loadSeries(
  ctx: DetectContext,
  judged: readonly Judged[],
  firstMinute: number,
): Promise<JudgedSeries[]> {
  const { spike, aliveness } = ctx.settings;
  const reaches = spikeReaches(spike);
  const spans = judged.map((j) => {
    const start = slotStart(ctx, j.from - reaches[j.reach]!);
    // Nothing is known of the time before the tenant's first minute: no longer look tells more.
    const isLongest = j.reach === reaches.length - 1 || start + spike.slotMinutes <= firstMinute;
    const habits = isLongest ? alivenessReachMinutes(aliveness) : aliveness.minQuietMinutes;
    // Of the habits nothing is read: only what is alive by any habit counts as such.
    const settings = isLongest ? aliveness : { ...aliveness, maxQuietMinutes: aliveness.minQuietMinutes };
    return {
      ...j,
      start,
      end: j.to + maxBurstMinutes(spike),
      activeFrom: start - habits,
      settings,
      isLongest,
    };
  });
  const counts = await loadCounts(ctx, spans);
  const activity = await loadActiveMinutes(ctx, spans);
  return judged.map((j, i) => {
    const { start, settings, isLongest } = spans[i]!;
    const { before, buckets } = counts[i]!;
    const end = Math.max(j.from, (buckets.at(-1)?.minute ?? start) + 1);
    const dense = new Array<number>(end - start).fill(0);
    for (const [minute, n] of before) dense[minute - start] = n;
    for (const bucket of buckets) dense[bucket.minute - start] = bucket.n;
    const alive = aliveMinutes(activity.get(j.assetId) ?? [], start, end, settings);
    const certain = isLongest || alive.every((minute) => minute === 1);
    return { ...j, buckets, series: { fromMinute: start, counts: dense, alive }, certain, isLongest };
  });
}

interface Span extends Judged {
  readonly start: number;
  readonly end: number;
}

interface Counts {
  /** Minute and count, before `from`. */
  readonly before: [number, number][];
  readonly buckets: Bucket[];
}

interface CountRow {
  before: [number, number][] | null;
  buckets: [number, number, number, Bucket['worst'], number, number][] | null;
}

async function loadCounts(ctx: DetectContext, spans: readonly Span[]): Promise<Counts[]> {
  const asked = spans.map((s, i) => ({
    i,
    signature_id: s.signatureId,
    asset_id: s.assetId,
    start_minute: s.start,
    from_minute: s.from,
    end_minute: s.end,
  }));
  const rows = await query<CountRow>(
    ctx,
    sql`select b.before, a.buckets
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, start_minute int, from_minute int, end_minute int)
         cross join lateral (
               select json_agg(json_build_array(f.minute, f.n)) as before
                 from feature_bucket f
                where f.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('f', 'minute', ['>= t.start_minute', '< t.from_minute'])}) b
         cross join lateral (
               select json_agg(json_build_array(f.minute, f.n, f.sourced, f.worst, f.first_us, f.last_us) order by f.minute) as buckets
                 from feature_bucket f
                where f.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('f', 'minute', ['>= t.from_minute', '< t.end_minute'])}) a
         order by t.i`,
  );
  return rows.map((row) => ({
    before: row.before ?? [],
    buckets: (row.buckets ?? []).map(([minute, n, sourced, worst, firstUs, lastUs]) => ({
      minute,
      n,
      sourced,
      worst,
      firstUs,
      lastUs,
    })),
  }));
}

/** The minutes (ascending) in which each asset had events, over the hull of what is asked about it. */
export async function loadActiveMinutes(
  ctx: DetectContext,
  spans: readonly { readonly assetId: string; readonly activeFrom: number; readonly end: number }[],
): Promise<Map<string, number[]>> {
  const asked = [...groupBy(spans, (s) => s.assetId)].map(([assetId, own]) => ({
    asset_id: assetId,
    from_minute: Math.min(...own.map((s) => s.activeFrom)),
    to_minute: Math.max(...own.map((s) => s.end)),
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
  return new Map(rows.map(({ assetId, minutes }) => [assetId, minutes ?? []]));
}
