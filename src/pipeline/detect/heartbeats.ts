// Knows of every asset when it was last heard of, so that a silence is looked for only where there may be one: among
// the assets whose time is up, and around events that left a gap or came late.
import { sql } from 'drizzle-orm';
import { NO_ASSET } from '../../detect/rows.ts';
import { asJson, type DetectContext, query } from './context.ts';
import { groupBy, type Touched } from './touched.ts';

/** Minutes since 1970. From `steadyMinute` to `lastMinute` no gap is long enough for a silence. */
export interface Heartbeat {
  readonly assetId: string;
  readonly steadyMinute: number;
  readonly lastMinute: number;
  /** When its quiet has to be looked at; null: never, or it is known to be silent. */
  readonly dueMinute: number | null;
}

/** An asset around whose minutes [from, to] a silence may have come, gone or moved. */
export interface Unsettled {
  readonly assetId: string;
  readonly from: number;
  readonly to: number;
}

/** Notes the touched assets, and returns those to be looked at, and those whose time is up at `now`. */
export async function noteHeartbeats(
  ctx: DetectContext,
  touched: readonly Touched[],
  now: number,
): Promise<Unsettled[]> {
  const { minQuietMinutes } = ctx.settings.aliveness;
  const heard = [...groupBy(touched, (t) => t.assetId)]
    .filter(([assetId]) => assetId !== NO_ASSET)
    .map(([assetId, series]) => ({
      assetId,
      from: Math.min(...series.map((t) => t.fromMinute)),
      to: Math.max(...series.map((t) => t.toMinute)),
    }));
  const known = await loadHeartbeats(
    ctx,
    heard.map(({ assetId }) => assetId),
  );
  const unsettled: Unsettled[] = [];
  const steady: Heartbeat[] = [];
  for (const { assetId, from, to } of heard) {
    const dueAfter = (minute: number) => minute + minQuietMinutes;
    const before = known.get(assetId) ?? { steadyMinute: from, lastMinute: from, dueMinute: dueAfter(from) };
    const { steadyMinute, lastMinute, dueMinute } = before;
    // A quiet that was looked at once has to be looked at again: what comes late changes its habit, or its beginning.
    const isSteady = from >= steadyMinute && to < dueAfter(lastMinute) && dueMinute === dueAfter(lastMinute);
    if (!isSteady) unsettled.push({ assetId, from, to });
    else if (to > lastMinute || !known.has(assetId))
      steady.push({ assetId, steadyMinute, lastMinute: to, dueMinute: dueAfter(to) });
  }
  await storeHeartbeats(ctx, steady);
  const isUnsettled = new Set(unsettled.map(({ assetId }) => assetId));
  const due = (await loadDue(ctx, now)).filter(({ assetId }) => !isUnsettled.has(assetId));
  return [...unsettled, ...due.map(({ assetId, lastMinute: at }) => ({ assetId, from: at, to: at }))];
}

async function loadHeartbeats(
  ctx: DetectContext,
  assetIds: readonly string[],
): Promise<Map<string, Heartbeat>> {
  if (assetIds.length === 0) return new Map();
  const rows = await query<Heartbeat>(
    ctx,
    sql`select h.asset_id as "assetId", h.steady_minute as "steadyMinute", h.last_minute as "lastMinute",
               h.due_minute as "dueMinute"
          from json_to_recordset(${asJson(assetIds.map((id) => ({ id })))}::json) as r(id bigint)
          join heartbeat h on h.tenant_id = ${ctx.tenantId} and h.asset_id = r.id`,
  );
  return new Map(rows.map((row) => [row.assetId, row]));
}

const loadDue = (ctx: DetectContext, now: number): Promise<Pick<Heartbeat, 'assetId' | 'lastMinute'>[]> =>
  query(
    ctx,
    sql`select asset_id as "assetId", last_minute as "lastMinute" from heartbeat
         where tenant_id = ${ctx.tenantId} and due_minute <= ${now}`,
  );

export async function storeHeartbeats(ctx: DetectContext, heartbeats: readonly Heartbeat[]): Promise<void> {
  if (heartbeats.length === 0) return;
  const rows = heartbeats.map((h) => ({
    asset_id: h.assetId,
    steady_minute: h.steadyMinute,
    last_minute: h.lastMinute,
    due_minute: h.dueMinute,
  }));
  await query(
    ctx,
    sql`insert into heartbeat (tenant_id, asset_id, steady_minute, last_minute, due_minute)
        select ${ctx.tenantId}::int, r.asset_id, r.steady_minute, r.last_minute, r.due_minute
          from json_to_recordset(${asJson(rows)}::json)
               as r(asset_id bigint, steady_minute int, last_minute int, due_minute int)
        on conflict (tenant_id, asset_id) do update set
          steady_minute = excluded.steady_minute, last_minute = excluded.last_minute, due_minute = excluded.due_minute`,
  );
}
