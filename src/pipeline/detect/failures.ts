// Reads failures: episodes of CRITICAL or worse, and those of signatures that a person promoted to an incident.
import { sql } from 'drizzle-orm';
import type { Failure } from '../../detect/precursor.ts';
import type { Micros } from '../../domain/time.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';
import type { EpisodeChange } from './episodes.ts';
import { groupBy } from './touched.ts';

/** Times in which the failures of a signature, or what came before them, changed; both ends included. */
export interface FailureRange {
  readonly signatureId: string;
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

const isPromoted = (tenantId: number, signatureId: string) =>
  sql`exists (select 1 from incident_signature p where p.tenant_id = ${tenantId} and p.signature_id = ${sql.raw(signatureId)})`;

/** Where an asset counts: its service group, or else itself. `asset` is joined as `a`, `id` the asset's id. */
export const unitOf = (id: string) =>
  sql.raw(`coalesce('group:' || nullif(a.service_group, ''), ${id}::text)`);

interface Row {
  signatureId: string;
  assetId: string;
  unit: string;
  startUs: string;
  endUs: string;
  events: string;
  sourced: string;
  worst: Failure['worst'];
}

/** The failures that touch each range, ascending; aligned with `ranges`. */
export async function loadFailures(
  ctx: DetectContext,
  ranges: readonly FailureRange[],
): Promise<Failure[][]> {
  const { episode, precursor } = ctx.settings;
  const asked = ranges.map((r, i) => ({
    i,
    signature_id: r.signatureId,
    began_at: moment(Math.max(0, r.fromUs - 2 * episode.maxLengthUs)),
    from_at: moment(Math.max(0, r.fromUs)),
    to_at: moment(r.toUs),
  }));
  const rows = await query<Row & { i: number }>(
    ctx,
    sql`select t.i, e.asset_id as "assetId", ${unitOf('e.asset_id')} as unit, e.event_count as events, e.sourced, e.worst,
               (extract(epoch from e.start_at) * 1000000)::bigint as "startUs",
               (extract(epoch from e.end_at) * 1000000)::bigint as "endUs"
          from json_to_recordset(${asJson(asked)}::json)
               as t(i int, signature_id bigint, began_at timestamptz, from_at timestamptz, to_at timestamptz)
          join episode e on e.tenant_id = ${ctx.tenantId} and e.signature_id = t.signature_id
                        and e.start_at between t.began_at and t.to_at and e.end_at >= t.from_at
                        and (e.worst >= ${precursor.minSeverity}::int or ${isPromoted(ctx.tenantId, 'e.signature_id')})
          left join asset a on a.tenant_id = e.tenant_id and a.asset_id = e.asset_id
         order by t.i, e.start_at, a.hostname collate "C", e.asset_id`,
  );
  const byRange = groupBy(rows, (row) => String(row.i));
  return ranges.map((_, i) =>
    (byRange.get(String(i)) ?? []).map(({ assetId, unit, worst, ...row }) => ({
      assetId,
      unit,
      worst,
      startUs: Number(row.startUs),
      endUs: Number(row.endUs),
      events: Number(row.events),
      sourced: Number(row.sourced),
    })),
  );
}

/** Those whose own episodes changed, and those that came up to a look-back after an episode that came or went. */
export async function findTouchedFailures(
  ctx: DetectContext,
  changes: readonly EpisodeChange[],
): Promise<FailureRange[]> {
  const { precursor } = ctx.settings;
  const own = changes.flatMap(({ signatureId, written, gone }) =>
    [...written, ...gone].map(({ startUs }) => ({ signatureId, startUs })),
  );
  if (own.length === 0) return [];
  const moved = changes.flatMap((change) => change.moved);
  const [from, to] =
    moved.length === 0
      ? [null, null]
      : [moment(Math.min(...moved)), moment(Math.max(...moved) + precursor.lookBackUs)];
  const touched = await query<{ signatureId: string }>(
    ctx,
    sql`with later as (
          select distinct e.signature_id from episode e
           where e.tenant_id = ${ctx.tenantId} and e.worst >= 5 and e.worst >= ${precursor.minSeverity}::int
             and e.start_at > ${from}::timestamptz and e.start_at <= ${to}::timestamptz
           union
          select distinct e.signature_id
            from incident_signature p
            join episode e on e.tenant_id = p.tenant_id and e.signature_id = p.signature_id
                          and e.start_at > ${from}::timestamptz and e.start_at <= ${to}::timestamptz
           where p.tenant_id = ${ctx.tenantId}),
        own as (
          select s.signature_id
            from json_to_recordset(${asJson([...new Set(own.map((o) => o.signatureId))].map((id) => ({ id })))}::json) as r(id bigint)
            join signature s on s.tenant_id = ${ctx.tenantId} and s.signature_id = r.id
           where s.worst_severity >= ${precursor.minSeverity}::int or ${isPromoted(ctx.tenantId, 's.signature_id')})
        select signature_id as "signatureId" from later union select signature_id from own`,
  );
  const starts = [...own.map((o) => o.startUs), ...moved];
  const fromUs = Math.min(...starts);
  const toUs = Math.max(...starts) + precursor.lookBackUs;
  return touched.map(({ signatureId }) => ({ signatureId, fromUs, toUs }));
}
