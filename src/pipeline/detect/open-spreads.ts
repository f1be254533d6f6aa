// The common case of a spread: events that come within a window which has fired already only add to it. The sums over
// assets tell what it holds now, and no bucket is read.
import { sql } from 'drizzle-orm';
import { NO_ASSET } from '../../detect/rows.ts';
import type { SpreadWindow } from '../../detect/spread.ts';
import type { Severity } from '../../domain/severity.ts';
import { US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, query } from './context.ts';
import { loadSpreadWindows, type StoredWindow } from './spread-windows.ts';
import { groupBy, type Touched } from './touched.ts';

/** A window as it is now, and as it is stored. */
export interface WidenedSpread {
  readonly signatureId: string;
  readonly found: readonly SpreadWindow[];
  readonly stored: readonly StoredWindow[];
}

/** All that was touched of one signature lies within one stored window. */
interface Within {
  readonly signatureId: string;
  readonly series: readonly Touched[];
  readonly window: StoredWindow;
  /** Minutes before the window in which another could begin, were there events; both ends included. */
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Of the signatures whose touched minutes change nothing but one stored window. What is usual must not have changed. */
export async function widenOpenSpreads(
  ctx: DetectContext,
  touched: readonly Touched[],
): Promise<WidenedSpread[]> {
  const within = await findWithin(ctx, touched);
  if (within.length === 0) return [];
  const sums = await loadSums(ctx, within);
  return within.flatMap(({ signatureId, series, window }, i) => {
    const sum = sums[i]!;
    if (!sum.isAlone || sum.firstUs === null) return [];
    const assetIds = new Set([...window.assetIds, ...series.map((t) => t.assetId)]);
    assetIds.delete(NO_ASSET);
    const found: SpreadWindow = {
      startUs: Number(sum.firstUs),
      endUs: Number(sum.lastUs),
      startMinute: window.startMinute,
      assetIds: [...assetIds],
      usual: window.usual,
      events: Number(sum.n),
      sourced: Number(sum.sourced),
      worst: sum.worst,
    };
    return [{ signatureId, found: [found], stored: [window] }];
  });
}

async function findWithin(ctx: DetectContext, touched: readonly Touched[]): Promise<Within[]> {
  const { windowMinutes } = ctx.settings.spread;
  const hulls = [...groupBy(touched, (t) => t.signatureId)].map(([signatureId, series]) => ({
    signatureId,
    series,
    from: Math.min(...series.map((t) => t.fromMinute)),
    to: Math.max(...series.map((t) => t.toMinute)),
  }));
  const windows = await loadSpreadWindows(
    ctx,
    hulls.map(({ signatureId, from, to }) => ({
      signatureId,
      fromUs: (from - 2 * windowMinutes) * US_PER_MINUTE,
      toUs: (to + 1) * US_PER_MINUTE,
    })),
  );
  return hulls.flatMap(({ signatureId, series, from, to }, i) => {
    const begun = windows[i]!.filter((w) => w.startMinute <= from);
    const window = begun.at(-1);
    if (window === undefined || to >= window.startMinute + windowMinutes) return [];
    const covered = begun.length < 2 ? Number.NEGATIVE_INFINITY : begun.at(-2)!.startMinute + windowMinutes;
    const fromMinute = Math.max(from - windowMinutes + 1, covered);
    return [{ signatureId, series, window, fromMinute, toMinute: window.startMinute - 1 }];
  });
}

interface Sum {
  readonly n: string;
  readonly sourced: string;
  readonly worst: Severity;
  readonly firstUs: string | null;
  readonly lastUs: string | null;
  /** No window could begin so soon before this one that it would take its events. */
  readonly isAlone: boolean;
}

const loadSums = (ctx: DetectContext, within: readonly Within[]): Promise<Sum[]> =>
  query(
    ctx,
    sql`select m.*, not exists (
                 select 1 from signature_minute b
                  where b.tenant_id = ${ctx.tenantId} and b.signature_id = t.signature_id
                    and b.minute between t.from_minute and t.to_minute) as "isAlone"
          from json_to_recordset(${asJson(
            within.map(({ signatureId, window, fromMinute, toMinute }, i) => ({
              i,
              signature_id: signatureId,
              start_minute: window.startMinute,
              from_minute: fromMinute,
              to_minute: toMinute,
            })),
          )}::json) as t(i int, signature_id bigint, start_minute int, from_minute int, to_minute int)
         cross join lateral (
               select coalesce(sum(m.n), 0) as n, coalesce(sum(m.sourced), 0) as sourced,
                      coalesce(max(m.worst), 0)::int as worst, min(m.first_us) as "firstUs", max(m.last_us) as "lastUs"
                 from signature_minute m
                where m.tenant_id = ${ctx.tenantId} and m.signature_id = t.signature_id
                  and m.minute >= t.start_minute
                  and m.minute < t.start_minute + ${ctx.settings.spread.windowMinutes}::int) m
         order by t.i`,
  );
