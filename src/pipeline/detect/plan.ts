// Which subjects have to be looked at again, given what was touched.
import { sql } from 'drizzle-orm';
import { anomalySubject } from '../../detect/anomaly.ts';
import { burstSubject } from '../../detect/burst.ts';
import { recurrenceSubject } from '../../detect/recurrence.ts';
import type { Hostnames } from '../../detect/rows.ts';
import { pairKeyOf, selfHealSubject } from '../../detect/self-heal.ts';
import { spreadSubject } from '../../detect/spread.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import { type AnomalyTouch, anomalyScopes } from './anomaly-scopes.ts';
import { type DetectContext, query } from './context.ts';
import type { TouchedPair } from './cycles.ts';
import type { EpisodeChange } from './episodes.ts';
import { idRows, loadHostnames, loadPairs, loadSignatures, type SignatureRow } from './facts.ts';
import { precursorScopes } from './precursors.ts';
import type { Scope } from './scopes.ts';
import type { BurstChange } from './spike-signals.ts';
import type { SpreadChange } from './spreads.ts';
import type { Touched } from './touched.ts';

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
