// How far a tenant's events reach in time, whichever asset they came from.
import { sql } from 'drizzle-orm';
import { type DetectContext, query } from './context.ts';
import type { Touched } from './touched.ts';

/** Minutes since 1970. */
export interface EventClock {
  readonly firstMinute: number;
  /** Of the latest event, or the minute that a live server's clock vouched for. */
  readonly nowMinute: number;
  /** What `firstMinute` was before; null: these are the tenant's first events. */
  readonly firstBefore: number | null;
}

/** `untilMinute`: time has come this far, whether or not anything was heard. null: nothing is known of the tenant. */
export async function advanceClock(
  ctx: DetectContext,
  touched: readonly Touched[],
  untilMinute: number | null,
): Promise<EventClock | null> {
  const [before] = await query<{ firstMinute: number; nowMinute: number }>(
    ctx,
    sql`select first_minute as "firstMinute", now_minute as "nowMinute" from event_clock
         where tenant_id = ${ctx.tenantId}`,
  );
  if (before === undefined && touched.length === 0) return null;
  let first = before?.firstMinute ?? Number.POSITIVE_INFINITY;
  let now = Math.max(before?.nowMinute ?? Number.NEGATIVE_INFINITY, untilMinute ?? Number.NEGATIVE_INFINITY);
  for (const { fromMinute, toMinute } of touched) {
    first = Math.min(first, fromMinute);
    now = Math.max(now, toMinute);
  }
  if (first !== before?.firstMinute || now !== before.nowMinute)
    await query(
      ctx,
      sql`insert into event_clock (tenant_id, first_minute, now_minute) values (${ctx.tenantId}, ${first}, ${now})
          on conflict (tenant_id) do update set first_minute = excluded.first_minute, now_minute = excluded.now_minute`,
    );
  return { firstMinute: first, nowMinute: now, firstBefore: before?.firstMinute ?? null };
}
