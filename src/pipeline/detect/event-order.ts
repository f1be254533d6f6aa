// Which assets are told of in the order of time. New events that come after all that is known of an asset change
// nothing of what was judged before: not whether the asset was alive then, nor what any other series of it means.

import { sql } from 'drizzle-orm';
import { type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';
import { groupBy, type Touched } from './touched.ts';

export interface EventOrder {
  /** Series of assets whose touched minutes come no earlier than the last one that was known of the asset. */
  readonly inOrder: readonly Touched[];
  /** Series of all other assets. */
  readonly late: readonly Touched[];
}

/** Ask before the heartbeats take in what was touched. */
export async function orderOf(ctx: DetectContext, touched: readonly Touched[]): Promise<EventOrder> {
  const byAsset = groupBy(touched, (t) => t.assetId);
  const rows = await query<{ assetId: string; lastMinute: number }>(
    ctx,
    sql`select h.asset_id as "assetId", h.last_minute as "lastMinute"
          from json_to_recordset(${idRows(byAsset.keys())}::json) as r(id bigint)
          join heartbeat h on h.tenant_id = ${ctx.tenantId} and h.asset_id = r.id`,
  );
  const lastMinutes = new Map(rows.map((row) => [row.assetId, row.lastMinute]));
  const inOrder: Touched[] = [];
  const late: Touched[] = [];
  for (const [assetId, series] of byAsset) {
    const lastMinute = lastMinutes.get(assetId);
    const isInOrder = lastMinute !== undefined && series.every((t) => t.fromMinute >= lastMinute);
    (isInOrder ? inOrder : late).push(...series);
  }
  return { inOrder, late };
}
