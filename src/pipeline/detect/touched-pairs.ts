// Which pairs of problem and recovery may have other cycles than before.
import { sql } from 'drizzle-orm';
import { alivenessReachMinutes } from '../../detect/aliveness.ts';
import { US_PER_MINUTE } from '../../domain/time.ts';
import { asJson, type DetectContext, query } from './context.ts';
import type { TouchedPair } from './cycles.ts';
import type { EventOrder } from './event-order.ts';
import { idRows, type SignatureRow } from './facts.ts';
import { groupBy, type Touched } from './touched.ts';

type PairRow = { pairKey: string; assetId: string };

/**
 * The pairs that events came up for; where events came late, all with events on that asset, there and as long after as
 * its events tell whether it was alive: a pair need not be touched itself for a silence between problem and recovery to
 * turn out to be none.
 */
export async function findTouchedPairs(
  ctx: DetectContext,
  { inOrder, late }: EventOrder,
  signatures: ReadonlyMap<string, SignatureRow>,
): Promise<TouchedPair[]> {
  const reach = alivenessReachMinutes(ctx.settings.aliveness);
  const rangeOf = new Map(
    [...groupBy([...inOrder, ...late], (t) => t.assetId)].map(([assetId, series]) => [
      assetId,
      {
        asset_id: assetId,
        from_minute: Math.min(...series.map((t) => t.fromMinute)),
        to_minute: Math.max(...series.map((t) => t.toMinute)) + reach,
      },
    ]),
  );
  const lateRanges = [...new Set(late.map((t) => t.assetId))].map((id) => rangeOf.get(id)!);
  const rows = [
    ...ownPairs(inOrder, signatures),
    ...(await pairsOfMembers(ctx, inOrder)),
    ...(await pairsOfAssets(ctx, lateRanges)),
  ];
  const distinct = new Map(rows.map((row) => [`${row.pairKey}|${row.assetId}`, row]));
  return [...distinct.values()].map(({ pairKey, assetId }) => {
    const { from_minute: from, to_minute: to } = rangeOf.get(assetId)!;
    return { pairKey, assetId, fromUs: from * US_PER_MINUTE, toUs: (to + 1) * US_PER_MINUTE - 1 };
  });
}

const ownPairs = (touched: readonly Touched[], signatures: ReadonlyMap<string, SignatureRow>): PairRow[] =>
  touched.flatMap(({ signatureId, assetId }) => {
    const signature = signatures.get(signatureId);
    return signature === undefined || signature.pairRole === null
      ? []
      : [{ pairKey: signature.pairKey!, assetId }];
  });

/** Of forms that were joined into a touched signature. */
async function pairsOfMembers(ctx: DetectContext, touched: readonly Touched[]): Promise<PairRow[]> {
  const members = await query<{ rootId: string }>(
    ctx,
    sql`select distinct s.merged_into_id as "rootId"
          from json_to_recordset(${idRows(touched.map((t) => t.signatureId))}::json) as r(id bigint)
          join signature s on s.tenant_id = ${ctx.tenantId} and s.merged_into_id = r.id and s.pair_role is not null`,
  );
  if (members.length === 0) return [];
  const roots = new Set(members.map((m) => m.rootId));
  const asked = touched
    .filter((t) => roots.has(t.signatureId))
    .map((t) => ({
      signature_id: t.signatureId,
      asset_id: t.assetId,
      from_minute: t.fromMinute,
      to_minute: t.toMinute,
    }));
  return query<PairRow>(
    ctx,
    sql`select distinct s.pair_key as "pairKey", t.asset_id as "assetId"
          from json_to_recordset(${asJson(asked)}::json)
               as t(signature_id bigint, asset_id bigint, from_minute int, to_minute int)
          join signature s on s.tenant_id = ${ctx.tenantId} and s.merged_into_id = t.signature_id
                          and s.pair_role is not null
         where exists (${eventOfMember(ctx.tenantId)})`,
  );
}

/** An event of the form `s` on the asset and in the minutes of `t`. */
const eventOfMember = (tenantId: number) => sql`
  select 1 from event e
   where e.tenant_id = ${tenantId} and e.signature_id = s.signature_id
     and e.ts >= to_timestamp(t.from_minute * 60::float8)
     and e.ts < to_timestamp((t.to_minute + 1) * 60::float8)
     and coalesce(e.asset_id, 0) = t.asset_id`;

async function pairsOfAssets(
  ctx: DetectContext,
  ranges: readonly { asset_id: string; from_minute: number; to_minute: number }[],
): Promise<PairRow[]> {
  if (ranges.length === 0) return [];
  return query<PairRow>(
    ctx,
    sql`select distinct s.pair_key as "pairKey", b.asset_id as "assetId"
          from json_to_recordset(${asJson(ranges)}::json) as t(asset_id bigint, from_minute int, to_minute int)
          join feature_bucket b on b.tenant_id = ${ctx.tenantId} and b.asset_id = t.asset_id
                               and b.minute between t.from_minute and t.to_minute
          join signature s on s.tenant_id = b.tenant_id and s.signature_id = b.signature_id
                          and s.pair_role is not null
        union
        select s.pair_key, b.asset_id
          from json_to_recordset(${asJson(ranges)}::json) as t(asset_id bigint, from_minute int, to_minute int)
         cross join lateral (
               select distinct f.signature_id, f.asset_id from feature_bucket f
                where f.tenant_id = ${ctx.tenantId} and f.asset_id = t.asset_id
                  and f.minute between t.from_minute and t.to_minute) b
          join signature s on s.tenant_id = ${ctx.tenantId} and s.merged_into_id = b.signature_id
                          and s.pair_role is not null
         where exists (${eventOfMember(ctx.tenantId)})`,
  );
}
