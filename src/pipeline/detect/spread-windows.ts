// Reads stored SPREAD groups, one for each window that fired.
import { sql } from 'drizzle-orm';
import type { Stored } from '../../detect/identity.ts';
import type { StoredSpread } from '../../detect/spread.ts';
import type { Severity } from '../../domain/severity.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';

/** What a SPREAD group remembers of its window besides its columns. */
export interface SpreadMetadata {
  readonly startMinute: number;
  readonly windowMinutes: number;
  readonly assets: number;
  readonly usual: number;
  readonly sourced: number;
}

export interface StoredWindow extends Stored, StoredSpread {
  readonly identity: string;
}

interface Row {
  i: number;
  groupId: string;
  identity: string;
  startUs: string;
  endUs: string;
  createdUs: string;
  severity: Severity;
  events: number;
  metadata: SpreadMetadata;
  assetIds: string[];
}

/** Those that touch [fromUs, toUs], ascending in time; aligned with `ranges`. */
export async function loadSpreadWindows(
  ctx: DetectContext,
  ranges: readonly { readonly signatureId: string; readonly fromUs: Micros; readonly toUs: Micros }[],
): Promise<StoredWindow[][]> {
  const asked = ranges.map((r, i) => ({
    i,
    signature_id: r.signatureId,
    // A group that touches the range began at most the length of a window before it.
    from_at: moment(Math.max(0, r.fromUs - ctx.settings.spread.windowMinutes * US_PER_MINUTE)),
    to_at: moment(r.toUs),
  }));
  const rows = await query<Row>(
    ctx,
    sql`select t.i, g.group_id as "groupId", g.identity, g.severity, g.event_count as events, g.metadata,
               (extract(epoch from g.start_at) * 1000000)::bigint as "startUs",
               (extract(epoch from g.end_at) * 1000000)::bigint as "endUs",
               (extract(epoch from g.created_at) * 1000000)::bigint as "createdUs",
               (select coalesce(json_agg(ga.asset_id::text order by ga.asset_id), '[]') from group_asset ga
                 where ga.tenant_id = g.tenant_id and ga.group_id = g.group_id) as "assetIds"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, from_at timestamptz, to_at timestamptz)
          join group_signature gs on gs.tenant_id = ${ctx.tenantId} and gs.signature_id = t.signature_id
          join correlation_group g on g.tenant_id = gs.tenant_id and g.group_id = gs.group_id
                                  and g.group_type = 'SPREAD' and g.start_at between t.from_at and t.to_at
         order by t.i, g.start_at`,
  );
  const windows: StoredWindow[][] = ranges.map(() => []);
  for (const row of rows) if (Number(row.endUs) >= ranges[row.i]!.fromUs) windows[row.i]!.push(fromRow(row));
  return windows;
}

function fromRow({ groupId, identity, severity, events, metadata, assetIds, ...row }: Row): StoredWindow {
  const [startUs, endUs] = [Number(row.startUs), Number(row.endUs)];
  return {
    id: groupId,
    groupId,
    identity,
    createdUs: Number(row.createdUs),
    judged: false,
    withdrawn: false,
    firstUs: startUs,
    lastUs: endUs,
    startUs,
    endUs,
    startMinute: metadata.startMinute,
    usual: metadata.usual,
    sourced: metadata.sourced,
    assetIds,
    events,
    worst: severity,
  };
}
