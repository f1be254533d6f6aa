// Judges the touched minutes, and those whose look-back holds them, for spikes. An open minute is judged like any
// other, so that a burst shows as soon as the events that make it are counted.
import { sql } from 'drizzle-orm';
import { measureBurst } from '../../detect/burst.ts';
import { findBursts, maxBurstMinutes, spikeReaches } from '../../detect/spike.ts';
import { minuteOf, US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import type { EventOrder } from './event-order.ts';
import { type Judged, type JudgedSeries, judgementReachMinutes, loadSeries, slotStart } from './series.ts';
import { rowsOfSeries } from './series-rows.ts';
import { type BurstOutcome, loadSpikes, type StoredSpike } from './spike-signals.ts';
import { groupBy, type Touched } from './touched.ts';
import { type JudgedBursts, writeBursts } from './write-bursts.ts';

/** `regrouped`: series that took over others' events. Their assets were no less alive before: no other series is judged. */
export async function updateSpikes(
  ctx: DetectContext,
  order: EventOrder,
  regrouped: readonly Touched[],
  firstMinute: number,
): Promise<BurstOutcome> {
  const settled: JudgedBursts[] = [];
  const judged = hullOfEach([...(await findJudged(ctx, order)), ...wholeRanges(ctx, regrouped)]);
  for (let open = await fromOpenBursts(ctx, judged); open.length > 0; ) {
    const loaded = await loadSeries(ctx, open, firstMinute);
    const stored = await loadSpikes(ctx, open);
    const next: Judged[] = [];
    loaded.forEach((series, i) => {
      const judgement = judge(ctx, series, stored[i]!);
      if ('bursts' in judgement) settled.push(judgement);
      else next.push({ ...open[i]!, ...judgement });
    });
    open = next;
  }
  return writeBursts(ctx, settled);
}

/** What has to be read besides, where a judgement needs more of the past or goes on into later minutes. */
type More = Partial<Pick<Judged, 'reach' | 'to'>>;

function judge(
  ctx: DetectContext,
  judged: JudgedSeries,
  stored: readonly StoredSpike[],
): JudgedBursts | More {
  const { spike } = ctx.settings;
  const longest = spikeReaches(spike).length - 1;
  if (!judged.certain) return { reach: longest };
  const { bursts, settled, starved } = findBursts(judged.series, judged.from, judged.to, spike);
  if (starved && !judged.isLongest) return { reach: judged.reach + 1 };
  const lastMinute = judged.series.fromMinute + judged.series.counts.length - 1;
  const inRange = stored.filter((s) => minuteOf(s.firstUs) < judged.to);
  const straddles = inRange.some((s) => minuteOf(s.lastUs) >= judged.to);
  if (lastMinute >= judged.to && (!settled || straddles)) return { to: judged.to + maxBurstMinutes(spike) };
  return { ...judged, bursts: bursts.map((span) => measureBurst(span, judged.buckets)), stored: inRange };
}

interface BusyRow {
  signatureId: string;
  assetId: string;
}

/**
 * The series with enough events to spike, or with a spike that may have to go, within reach of what was touched: those
 * that were touched themselves and, of assets of which events came late, all.
 */
async function findJudged(ctx: DetectContext, { inOrder, late }: EventOrder): Promise<Judged[]> {
  const rangeOf = new Map(
    [...groupBy([...inOrder, ...late], (t) => t.assetId)].map(([assetId, series]) => [
      assetId,
      {
        from: firstJudged(ctx, Math.min(...series.map((t) => t.fromMinute))),
        to: Math.max(...series.map((t) => t.toMinute)) + 1 + judgementReachMinutes(ctx),
      },
    ]),
  );
  const touched = new Set(inOrder.map(seriesOf));
  const lateAssets = new Set(late.map((t) => t.assetId));
  const spiking = await findSpiking(ctx, rangeOf);
  const rows = [
    ...(await findBusy(ctx, inOrder, rangeOf)),
    ...(await findBusyOf(ctx, lateAssets, rangeOf)),
    ...spiking.filter((row) => lateAssets.has(row.assetId) || touched.has(seriesOf(row))),
  ];
  const distinct = new Map(rows.map((row) => [seriesOf(row), row]));
  return [...distinct.values()].map(({ signatureId, assetId }) => {
    const { from, to } = rangeOf.get(assetId)!;
    return { signatureId, assetId, from, to, reach: 0 };
  });
}

/** The slot in which the first of the sums begins that hold the minute. */
const firstJudged = (ctx: DetectContext, minute: number): number =>
  slotStart(ctx, minute - (ctx.settings.spike.slotMinutes - 1));

/** Of a sum over two slots one of them holds half at least. */
const busySlot = ({ settings }: DetectContext): number => Math.ceil(settings.spike.minCount / 2);

const seriesOf = ({ signatureId, assetId }: BusyRow): string => `${signatureId}|${assetId}`;

type Ranges = ReadonlyMap<string, { readonly from: number; readonly to: number }>;

async function findBusy(ctx: DetectContext, series: readonly BusyRow[], rangeOf: Ranges): Promise<BusyRow[]> {
  if (series.length === 0) return [];
  const { slotMinutes } = ctx.settings.spike;
  const asked = series.map(({ signatureId, assetId }) => ({
    signature_id: signatureId,
    asset_id: assetId,
    from_minute: rangeOf.get(assetId)!.from,
    to_minute: rangeOf.get(assetId)!.to,
  }));
  return query<BusyRow>(
    ctx,
    sql`select t.signature_id as "signatureId", t.asset_id as "assetId"
          from json_to_recordset(${asJson(asked)}::json)
               as t(signature_id bigint, asset_id bigint, from_minute int, to_minute int)
         where exists (
               select 1 from feature_bucket b
                where b.tenant_id = ${ctx.tenantId}
                  and ${rowsOfSeries('b', 'minute', ['>= t.from_minute', '< t.to_minute'])}
                group by b.minute / ${slotMinutes}::int having sum(b.n) >= ${busySlot(ctx)}::int)`,
  );
}

async function findBusyOf(
  ctx: DetectContext,
  assetIds: ReadonlySet<string>,
  rangeOf: Ranges,
): Promise<BusyRow[]> {
  if (assetIds.size === 0) return [];
  const { slotMinutes } = ctx.settings.spike;
  const asked = [...assetIds].map((id) => ({
    asset_id: id,
    from_minute: rangeOf.get(id)!.from,
    to_minute: rangeOf.get(id)!.to,
  }));
  return query<BusyRow>(
    ctx,
    sql`select distinct b.signature_id as "signatureId", b.asset_id as "assetId"
          from json_to_recordset(${asJson(asked)}::json) as t(asset_id bigint, from_minute int, to_minute int)
          join feature_bucket b on b.tenant_id = ${ctx.tenantId} and b.asset_id = t.asset_id
                               and b.minute >= t.from_minute and b.minute < t.to_minute and b.signature_id <> 0
         group by b.signature_id, b.asset_id, b.minute / ${slotMinutes}::int
        having sum(b.n) >= ${busySlot(ctx)}::int`,
  );
}

const findSpiking = (ctx: DetectContext, rangeOf: Ranges): Promise<BusyRow[]> =>
  query(
    ctx,
    sql`select distinct s.signature_id as "signatureId", s.asset_id as "assetId"
          from json_to_recordset(${asJson(
            [...rangeOf].map(([assetId, { from, to }]) => ({
              asset_id: assetId,
              from_at: moment(from * US_PER_MINUTE),
              to_at: moment(to * US_PER_MINUTE),
            })),
          )}::json) as t(asset_id bigint, from_at timestamptz, to_at timestamptz)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.asset_id = t.asset_id and s.kind = 'SPIKE'
                       and s.observed_at >= t.from_at and s.observed_at < t.to_at`,
  );

const wholeRanges = (ctx: DetectContext, regrouped: readonly Touched[]): Judged[] =>
  regrouped.map(({ signatureId, assetId, fromMinute, toMinute }) => ({
    signatureId,
    assetId,
    from: firstJudged(ctx, fromMinute),
    to: toMinute + 1 + judgementReachMinutes(ctx),
    reach: 0,
  }));

function hullOfEach(judged: readonly Judged[]): Judged[] {
  return [...groupBy(judged, seriesOf).values()].map((same) => ({
    ...same[0]!,
    from: Math.min(...same.map((j) => j.from)),
    to: Math.max(...same.map((j) => j.to)),
  }));
}

/** A burst that may still be open where a range begins is judged again from its own beginning. */
async function fromOpenBursts(ctx: DetectContext, judged: readonly Judged[]): Promise<Judged[]> {
  if (judged.length === 0) return [];
  const asked = judged.map((j, i) => ({
    i,
    signature_id: j.signatureId,
    asset_id: j.assetId,
    after: moment((j.from - maxBurstMinutes(ctx.settings.spike)) * US_PER_MINUTE),
    before: moment(j.from * US_PER_MINUTE),
  }));
  const rows = await query<{ i: number; startUs: string }>(
    ctx,
    sql`select t.i, (extract(epoch from s.observed_at) * 1000000)::bigint as "startUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, asset_id bigint, after timestamptz, before timestamptz)
         cross join lateral (
               select s.observed_at from signal s
                where s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id and s.asset_id = t.asset_id
                  and s.kind = 'SPIKE' and s.observed_at >= t.after and s.observed_at < t.before
                order by s.observed_at desc limit 1) s`,
  );
  const starts = new Map(rows.map(({ i, startUs }) => [i, minuteOf(Number(startUs))]));
  return judged.map((j, i) => ({ ...j, from: starts.get(i) ?? j.from }));
}
