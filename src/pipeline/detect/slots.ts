// Keeps, per signature and quarter of an hour, on how many assets it was seen and how many are usual then: written when
// an asset is seen first in a slot, so that most counts of a busy signature write nothing.
import { sql } from 'drizzle-orm';
import { slotOf } from '../../detect/spread.ts';
import { asJson, type DetectContext, query } from './context.ts';
import type { EventClock } from './event-clock.ts';
import { rowsOfSeries } from './series-rows.ts';
import type { Touched } from './touched.ts';

/** Minutes [fromMinute, toMinute] in which windows of the signature may be judged otherwise than before. */
export interface SlotChange {
  readonly signatureId: string;
  readonly fromMinute: number;
  readonly toMinute: number;
}

export async function updateSlots(
  ctx: DetectContext,
  touched: readonly Touched[],
  clock: EventClock,
): Promise<SlotChange[]> {
  const grown = await addAssets(ctx, touched);
  const moved = await updateUsual(ctx, grown, clock);
  const { windowMinutes } = ctx.settings.spread;
  return moved.map(({ signatureId, fromSlot, toSlot }) => ({
    signatureId,
    fromMinute: fromSlot * windowMinutes,
    toMinute: (toSlot + 1) * windowMinutes - 1,
  }));
}

interface SlotRange {
  readonly signatureId: string;
  readonly fromSlot: number;
  readonly toSlot: number;
}

async function addAssets(ctx: DetectContext, touched: readonly Touched[]): Promise<SlotRange[]> {
  const asked = touched
    .filter((t) => t.assetId !== '0')
    .map((t) => ({
      signature_id: t.signatureId,
      asset_id: t.assetId,
      from_minute: t.fromMinute,
      to_minute: t.toMinute,
    }));
  if (asked.length === 0) return [];
  const { windowMinutes } = ctx.settings.spread;
  return query<SlotRange>(
    ctx,
    sql`with seen as (
          insert into slot_asset (tenant_id, signature_id, slot, asset_id)
          select distinct ${ctx.tenantId}::int, t.signature_id, b.slot, t.asset_id
            from json_to_recordset(${asJson(asked)}::json)
                 as t(signature_id bigint, asset_id bigint, from_minute int, to_minute int)
           cross join lateral (
                 select distinct f.minute / ${windowMinutes}::int as slot from feature_bucket f
                  where f.tenant_id = ${ctx.tenantId}
                    and ${rowsOfSeries('f', 'minute', ['>= t.from_minute', '<= t.to_minute'])}) b
           where not exists (select 1 from slot_asset own
                              where own.tenant_id = ${ctx.tenantId} and own.signature_id = t.signature_id
                                and own.slot = b.slot and own.asset_id = t.asset_id)
          returning signature_id, slot),
        counted as (
          insert into slot_spread as s (tenant_id, signature_id, slot, assets, usual)
          select ${ctx.tenantId}::int, signature_id, slot, count(*), -1 from seen group by 2, 3
          on conflict (tenant_id, signature_id, slot) do update set assets = s.assets + excluded.assets)
        select signature_id as "signatureId", min(slot) as "fromSlot", max(slot) as "toSlot"
          from seen group by 1`,
  );
}

/** What grew moves what is usual in the seven days after; so does a memory that turns out to reach further back. */
async function updateUsual(
  ctx: DetectContext,
  grown: readonly SlotRange[],
  { firstMinute, firstBefore }: EventClock,
): Promise<SlotRange[]> {
  const { historyMinutes, windowMinutes, percentile } = ctx.settings.spread;
  const reach = Math.floor(historyMinutes / windowMinutes);
  const firstSlot = slotOf(firstMinute, ctx.settings.spread);
  const longer = firstBefore !== null && firstMinute < firstBefore;
  if (grown.length === 0 && !longer) return [];
  const asked = grown.map((g) => ({
    signature_id: g.signatureId,
    from_slot: g.fromSlot,
    to_slot: g.toSlot + reach,
  }));
  const everywhere = longer
    ? sql`union
          select s.signature_id, s.slot from slot_spread s
           where s.tenant_id = ${ctx.tenantId}
             and s.slot between ${firstSlot}::int and ${slotOf(firstBefore, ctx.settings.spread) + reach}::int`
    : sql``;
  return query<SlotRange>(
    ctx,
    sql`with asked as (
          select s.signature_id, s.slot
            from json_to_recordset(${asJson(asked)}::json) as t(signature_id bigint, from_slot int, to_slot int)
            join slot_spread s on s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id
                              and s.slot between t.from_slot and t.to_slot
          ${everywhere}),
        usual as (
          select a.signature_id, a.slot, coalesce((
                   select h.assets from slot_spread h
                    where h.tenant_id = ${ctx.tenantId} and h.signature_id = a.signature_id
                      and h.slot >= a.slot - n.known and h.slot < a.slot
                    order by h.assets desc
                   offset n.known - ceil(${percentile}::float8 * n.known)::int limit 1), 0) as usual
            from asked a
           cross join lateral (select greatest(0, least(${reach}::int, a.slot - ${firstSlot}::int)) as known) n),
        moved as (
          update slot_spread s set usual = u.usual from usual u
           where s.tenant_id = ${ctx.tenantId} and s.signature_id = u.signature_id and s.slot = u.slot
             and s.usual <> u.usual
          returning s.signature_id, s.slot)
        select signature_id as "signatureId", min(slot) as "fromSlot", max(slot) as "toSlot" from moved group by 1`,
  );
}
