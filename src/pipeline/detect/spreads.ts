// Judges anew the quarters of an hour in which a touched signature may have spread, and stores them as SPREAD groups.
import { sql } from 'drizzle-orm';
import { matchStored } from '../../detect/identity.ts';
import { type AssetBucket, findSpreads, type SpreadWindow, slotOf } from '../../detect/spread.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, query } from './context.ts';
import type { EventClock } from './event-clock.ts';
import { loadSignatures } from './facts.ts';
import { widenOpenSpreads } from './open-spreads.ts';
import { rowsOfSeries } from './series-rows.ts';
import { type SlotChange, updateSlots } from './slots.ts';
import { loadSpreadWindows, type SpreadMetadata, type StoredWindow } from './spread-windows.ts';
import type { Touched } from './touched.ts';
import { type GroupDraft, writeGroups } from './write-groups.ts';

/** Where the windows of a signature changed; both ends included. */
export interface SpreadChange {
  readonly signatureId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** The minutes behind the judged ones that are read first, until the windows fall in step with what is stored. */
const FIRST_REACH_MINUTES = 120;

/** `regrouped`: signatures that took over events, or gave some away. */
export async function updateSpreads(
  ctx: DetectContext,
  touched: readonly Touched[],
  clock: EventClock,
  regrouped: ReadonlySet<string>,
): Promise<SpreadChange[]> {
  const moved = await updateSlots(ctx, touched, clock);
  const restless = new Set([...regrouped, ...moved.map((m) => m.signatureId)]);
  const widened = await widenOpenSpreads(
    ctx,
    touched.filter((t) => !restless.has(t.signatureId)),
  );
  const settled = new Set(widened.map((w) => w.signatureId));
  const { windowMinutes } = ctx.settings.spread;
  const direct = touched
    .filter((t) => !settled.has(t.signatureId))
    .map((t) => ({
      signatureId: t.signatureId,
      fromMinute: t.fromMinute - windowMinutes + 1,
      toMinute: t.toMinute,
    }));
  let open = await withWidth(ctx, hullOfEach([...direct, ...moved]));
  const judged: Judged[] = [...widened];
  for (let reach = FIRST_REACH_MINUTES; open.length > 0; reach *= 4) {
    const results = await judge(ctx, open, reach);
    judged.push(...results.filter((r) => r !== null));
    open = open.filter((_, i) => results[i] === null);
  }
  return store(ctx, judged);
}

function hullOfEach(changes: readonly SlotChange[]): SlotChange[] {
  const hulls = new Map<string, SlotChange>();
  for (const change of changes) {
    const known = hulls.get(change.signatureId);
    hulls.set(change.signatureId, {
      signatureId: change.signatureId,
      fromMinute: Math.min(change.fromMinute, known?.fromMinute ?? change.fromMinute),
      toMinute: Math.max(change.toMinute, known?.toMinute ?? change.toMinute),
    });
  }
  return [...hulls.values()];
}

/** Leaves out what cannot fire, for all its assets together are too few, and did not fire before. */
async function withWidth(ctx: DetectContext, ranges: readonly SlotChange[]): Promise<SlotChange[]> {
  if (ranges.length === 0) return [];
  const { minAssets, windowMinutes } = ctx.settings.spread;
  const asked = ranges.map((r, i) => ({
    i,
    signature_id: r.signatureId,
    from_slot: slotOf(r.fromMinute, ctx.settings.spread),
    to_slot: slotOf(r.toMinute + windowMinutes - 1, ctx.settings.spread),
    from_s: (r.fromMinute - windowMinutes) * 60,
    to_s: (r.toMinute + 2 * windowMinutes) * 60,
  }));
  const rows = await query<{ i: number }>(
    ctx,
    sql`select t.i
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, from_slot int, to_slot int, from_s int, to_s int)
         cross join lateral (
               select min(s.usual) as usual, sum(s.assets) as assets from slot_spread s
                where s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id
                  and s.slot between t.from_slot and t.to_slot) w
         where w.assets >= ${minAssets}::int and w.assets > w.usual
               and (select count(distinct a.asset_id) from slot_asset a
                     where a.tenant_id = ${ctx.tenantId} and a.signature_id = t.signature_id
                       and a.slot between t.from_slot and t.to_slot) > greatest(w.usual, ${minAssets}::int - 1)
            or exists (
               select 1 from group_signature gs
                 join correlation_group g on g.tenant_id = gs.tenant_id and g.group_id = gs.group_id
                where gs.tenant_id = ${ctx.tenantId} and gs.signature_id = t.signature_id and g.group_type = 'SPREAD'
                  and g.start_at between to_timestamp(t.from_s) and to_timestamp(t.to_s))
         order by t.i`,
  );
  return rows.map(({ i }) => ranges[i]!);
}

interface Judged {
  readonly signatureId: string;
  readonly found: readonly SpreadWindow[];
  readonly stored: readonly StoredWindow[];
}

/** Aligned with `ranges`; null where the windows are not in step with what is stored within `reach`. */
async function judge(
  ctx: DetectContext,
  ranges: readonly SlotChange[],
  reach: number,
): Promise<(Judged | null)[]> {
  const { windowMinutes } = ctx.settings.spread;
  const windows = await loadSpreadWindows(
    ctx,
    ranges.map((r) => ({
      signatureId: r.signatureId,
      fromUs: (r.fromMinute - windowMinutes) * US_PER_MINUTE,
      toUs: (r.toMinute + reach) * US_PER_MINUTE,
    })),
  );
  const starts = ranges.map((r, i) => {
    const before = windows[i]!.filter((w) => w.startMinute < r.fromMinute);
    return Math.max(r.fromMinute, ...before.map((w) => w.startMinute + windowMinutes));
  });
  const loaded = await loadBuckets(
    ctx,
    ranges.map((r, i) => ({ ...r, fromMinute: starts[i]!, toMinute: r.toMinute + reach + windowMinutes })),
  );
  return ranges.map((range, i) => {
    const { buckets, usual, isAll } = loaded[i]!;
    const usualAt = (minute: number) => usual.get(slotOf(minute, ctx.settings.spread)) ?? 0;
    const found = findSpreads(buckets, starts[i]!, usualAt, ctx.settings.spread);
    const stored = windows[i]!.filter((w) => w.startMinute >= range.fromMinute);
    const end = inStepFrom(range.toMinute + 1, found, stored, windowMinutes);
    if (!isAll && end > range.toMinute + reach) return null;
    return {
      signatureId: range.signatureId,
      found: found.filter((w) => w.startMinute < end),
      stored: stored.filter((w) => w.startMinute < end),
    };
  });
}

/** The first minute at or after `minute` that lies within no window, found or stored: from there on both are alike. */
function inStepFrom(
  minute: number,
  found: readonly SpreadWindow[],
  stored: readonly SpreadWindow[],
  windowMinutes: number,
): number {
  const all = [...found, ...stored].sort((a, b) => a.startMinute - b.startMinute);
  let end = minute;
  for (const { startMinute } of all)
    if (startMinute < end && end < startMinute + windowMinutes) end = startMinute + windowMinutes;
  return end;
}

interface Loaded {
  readonly buckets: AssetBucket[];
  readonly usual: ReadonlyMap<number, number>;
  /** Nothing lies beyond what was read. */
  readonly isAll: boolean;
}

type BucketRow = [string, number, number, number, AssetBucket['worst'], number, number];

async function loadBuckets(ctx: DetectContext, ranges: readonly SlotChange[]): Promise<Loaded[]> {
  const asked = ranges.map((r, i) => ({
    i,
    signature_id: r.signatureId,
    from_minute: r.fromMinute,
    to_minute: r.toMinute,
    from_slot: slotOf(r.fromMinute, ctx.settings.spread),
    to_slot: slotOf(r.toMinute, ctx.settings.spread),
  }));
  const rows = await query<{
    buckets: BucketRow[] | null;
    usual: [number, number][] | null;
    isAll: boolean;
  }>(
    ctx,
    sql`select b.buckets, u.usual, not exists (
                 select 1 from slot_spread n
                  where n.tenant_id = ${ctx.tenantId} and n.signature_id = t.signature_id and n.slot > t.to_slot) as "isAll"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, from_minute int, to_minute int, from_slot int, to_slot int)
         cross join lateral (
               select json_agg(json_build_array(f.asset_id::text, f.minute, f.n, f.sourced, f.worst, f.first_us, f.last_us)
                               order by f.minute, f.asset_id) as buckets
                 from (select distinct a.asset_id from slot_asset a
                        where a.tenant_id = ${ctx.tenantId} and a.signature_id = t.signature_id
                          and a.slot between t.from_slot and t.to_slot) a
                 join feature_bucket f on f.tenant_id = ${ctx.tenantId} and ${rowsOfSeries(
                   'f',
                   'minute',
                   ['>= t.from_minute', '<= t.to_minute'],
                   { signature: 't.signature_id', asset: 'a.asset_id' },
                 )}) b
         cross join lateral (
               select json_agg(json_build_array(s.slot, s.usual)) as usual from slot_spread s
                where s.tenant_id = ${ctx.tenantId} and s.signature_id = t.signature_id
                  and s.slot between t.from_slot and t.to_slot) u
         order by t.i`,
  );
  return rows.map((row) => ({
    buckets: (row.buckets ?? []).map(([assetId, minute, n, sourced, worst, firstUs, lastUs]) => ({
      assetId,
      minute,
      n,
      sourced,
      worst,
      firstUs,
      lastUs,
    })),
    usual: new Map(row.usual ?? []),
    isAll: row.isAll,
  }));
}

async function store(ctx: DetectContext, judged: readonly Judged[]): Promise<SpreadChange[]> {
  const signatures = await loadSignatures(
    ctx,
    judged.map((j) => j.signatureId),
  );
  const drafts: { id: string | null; draft: GroupDraft }[] = [];
  const gone: string[] = [];
  const changes: SpreadChange[] = [];
  for (const { signatureId, found, stored } of judged) {
    const { key } = signatures.get(signatureId)!;
    const named = found.map((w) => ({
      ...w,
      firstUs: w.startUs,
      lastUs: w.endUs,
      identity: `SPREAD:${key}:${w.startMinute}`,
    }));
    const { kept, joined, groundless } = matchStored(named, stored);
    const changed = kept.filter(({ finding, stored: keeper }) => keeper === null || !isSame(finding, keeper));
    for (const { finding, stored: keeper } of changed)
      drafts.push({
        id: keeper?.id ?? null,
        draft: { ...draftOf(ctx, signatureId, finding), holdsTheSame: holdsTheSame(finding, keeper) },
      });
    const vanished = [...joined.map(({ from }) => from), ...groundless];
    gone.push(...vanished.map((w) => w.id));
    const moved = [...changed.flatMap((c) => [c.finding, c.stored ?? c.finding]), ...vanished];
    if (moved.length > 0)
      changes.push({
        signatureId,
        fromUs: Math.min(...moved.map((w) => w.startUs)),
        toUs: Math.max(...moved.map((w) => w.endUs)),
      });
  }
  await writeGroups(ctx, { drafts, gone });
  return changes;
}

type Named = SpreadWindow & { readonly identity: string };

const isSame = (a: Named, b: Named): boolean => contentOf(a) === contentOf(b);

const holdsTheSame = (found: Named, keeper: StoredWindow | null): boolean =>
  keeper !== null && membersOf(found) === membersOf(keeper);

const membersOf = (w: SpreadWindow): string => [...w.assetIds].sort().join();

const contentOf = (w: Named): string =>
  [w.identity, w.startUs, w.endUs, w.usual, w.events, w.sourced, w.worst, ...[...w.assetIds].sort()].join(
    '|',
  );

function draftOf(ctx: DetectContext, signatureId: string, window: Named): GroupDraft {
  const { startMinute, usual, sourced, assetIds } = window;
  const metadata: SpreadMetadata = {
    startMinute,
    windowMinutes: ctx.settings.spread.windowMinutes,
    assets: assetIds.length,
    usual,
    sourced,
  };
  return {
    identity: window.identity,
    groupType: 'SPREAD',
    startUs: window.startUs,
    endUs: window.endUs,
    entity: null,
    severity: window.worst,
    events: window.events,
    metadata: { ...metadata },
    assetIds,
    signatureIds: [signatureId],
  };
}
