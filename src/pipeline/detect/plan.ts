// Which subjects have to be looked at again, given what was touched.
import { sql } from 'drizzle-orm';
import { alivenessReachMinutes } from '../../detect/aliveness.ts';
import { anomalySubject } from '../../detect/anomaly.ts';
import { burstSubject } from '../../detect/burst.ts';
import { recurrenceSubject } from '../../detect/recurrence.ts';
import type { Hostnames } from '../../detect/rows.ts';
import { pairKeyOf, selfHealSubject } from '../../detect/self-heal.ts';
import { spreadSubject } from '../../detect/spread.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import { type AnomalyTouch, anomalyScopes } from './anomaly-scopes.ts';
import { asJson, type DetectContext, query } from './context.ts';
import type { TouchedPair } from './cycles.ts';
import type { EpisodeChange } from './episodes.ts';
import type { EventOrder } from './event-order.ts';
import { idRows, loadHostnames, loadPairs, loadSignatures, type SignatureRow } from './facts.ts';
import { precursorScopes } from './precursors.ts';
import type { Scope } from './scopes.ts';
import type { BurstChange } from './spike-signals.ts';
import type { SpreadChange } from './spreads.ts';
import { groupBy, type Touched } from './touched.ts';

export interface Plan extends AnomalyTouch {
  readonly pairs: ReadonlyMap<string, readonly SignatureRow[]>;
  readonly hostnames: Hostnames;
  readonly pairsTouched: readonly TouchedPair[];
  readonly bursts: readonly BurstChange[];
  readonly spreads: readonly SpreadChange[];
  readonly episodes: readonly EpisodeChange[];
}

const startOf = (t: Touched): Micros => t.fromMinute * US_PER_MINUTE;
const endOf = (t: Touched): Micros => (t.toMinute + 1) * US_PER_MINUTE - 1;

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

export async function scopesOfTouched(ctx: DetectContext, plan: Plan): Promise<Scope[]> {
  const { settings } = ctx;
  const recurrences = plan.touched.flatMap((t): Scope[] => {
    const signature = plan.signatures.get(t.signatureId);
    if (signature === undefined || signature.worst < settings.recurrence.minSeverity) return [];
    const subject = recurrenceSubject(signature);
    return [{ type: 'RECURRENCE', subject, signature, fromUs: startOf(t), toUs: endOf(t) }];
  });
  const heals = plan.pairsTouched.flatMap((t): Scope[] => {
    const members = plan.pairs.get(t.pairKey) ?? [];
    if (!members.some((m) => m.pairRole === 'PROBLEM')) return [];
    const subject = selfHealSubject(t.pairKey, plan.hostnames.get(t.assetId));
    const toUs = t.toUs + settings.selfHeal.outageLookBackUs;
    return [{ ...t, type: 'SELF_HEAL', subject, members, toUs }];
  });
  return [
    ...recurrences,
    ...heals,
    ...(await burstScopes(ctx, plan)),
    ...(await anomalyScopes(ctx, plan)),
    ...(await spreadScopes(ctx, plan)),
    ...(await precursorScopes(ctx, { ...plan, retold: olderOf(plan) })),
    ...(await aged(ctx, plan)),
  ];
}

/** Also bursts of series that were not touched themselves: their asset's silence may have ended. */
async function burstScopes(ctx: DetectContext, plan: Plan): Promise<Scope[]> {
  const signatures = await loadSignatures(
    ctx,
    plan.bursts.map((b) => b.signatureId),
  );
  return plan.bursts.flatMap((b): Scope[] => {
    const signature = signatures.get(b.signatureId);
    if (signature === undefined) return [];
    return [
      { ...b, type: 'BURST', subject: burstSubject(signature, plan.hostnames.get(b.assetId)), signature },
    ];
  });
}

async function spreadScopes(ctx: DetectContext, { spreads }: Plan): Promise<Scope[]> {
  const signatures = await loadSignatures(
    ctx,
    spreads.map((s) => s.signatureId),
  );
  return spreads.map((s): Scope => {
    const signature = signatures.get(s.signatureId)!;
    return { ...s, type: 'SPREAD', subject: spreadSubject(signature), signature };
  });
}

type StoredRow = {
  type: Scope['type'];
  subject: string;
  signatureId: string;
  assetId: string;
  fromUs: string;
  toUs: string;
};

const olderOf = (plan: Plan): string[] => [
  ...plan.restated,
  ...plan.touched.flatMap((t) => {
    const signature = plan.signatures.get(t.signatureId);
    return signature !== undefined && startOf(t) <= signature.firstSeenUs ? [signature.signatureId] : [];
  }),
];

/**
 * A new earliest event makes its signature older and may change how it is written, as a new form of a family may: every
 * candidate of that signature says both.
 */
async function aged(ctx: DetectContext, plan: Plan): Promise<Scope[]> {
  const older = olderOf(plan);
  if (older.length === 0) return [];
  const rows = await query<StoredRow>(
    ctx,
    sql`select c.type, c.subject, cs.signature_id as "signatureId", coalesce(ca.asset_id, 0) as "assetId",
               (extract(epoch from min(c.first_seen_at)) * 1000000)::bigint as "fromUs",
               (extract(epoch from max(c.last_seen_at)) * 1000000)::bigint as "toUs"
          from candidate_signature cs
          join candidate c on c.tenant_id = cs.tenant_id and c.candidate_id = cs.candidate_id
                          and c.redirected_to_id is null and not c.withdrawn
          left join candidate_asset ca on ca.tenant_id = c.tenant_id and ca.candidate_id = c.candidate_id
                                      and c.type in ('BURST', 'SELF_HEAL')
         where cs.tenant_id = ${ctx.tenantId}
           and cs.signature_id in (select r.id from json_to_recordset(${idRows(older)}::json) as r(id bigint))
         group by 1, 2, 3, 4`,
  );
  if (rows.length === 0) return [];
  const signatures = await loadSignatures(
    ctx,
    rows.map((r) => r.signatureId),
  );
  const pairs = await loadPairs(
    ctx,
    rows.flatMap((row) => pairKeyOf(row.subject) ?? []),
  );
  const hostnames = await loadHostnames(
    ctx,
    rows.map((r) => r.assetId),
  );
  return rows.flatMap((row): Scope[] => {
    const signature = signatures.get(row.signatureId)!;
    const { assetId } = row;
    const hostname = hostnames.get(assetId);
    const times = { fromUs: Number(row.fromUs), toUs: Number(row.toUs) };
    if (row.type === 'RECURRENCE') {
      return [{ ...times, type: row.type, subject: recurrenceSubject(signature), signature }];
    }
    if (row.type === 'SPREAD') {
      return [{ ...times, type: row.type, subject: spreadSubject(signature), signature }];
    }
    if (row.type === 'ANOMALY') {
      return [
        { ...times, type: row.type, about: 'SIGNATURE', subject: anomalySubject(signature), signature },
      ];
    }
    if (row.type === 'BURST') {
      return [{ ...times, type: row.type, subject: burstSubject(signature, hostname), signature, assetId }];
    }
    const pairKey = pairKeyOf(row.subject);
    if (row.type !== 'SELF_HEAL' || pairKey === null) return [];
    const members = pairs.get(pairKey) ?? [];
    return [
      { ...times, type: row.type, subject: selfHealSubject(pairKey, hostname), pairKey, members, assetId },
    ];
  });
}
