// Which signatures and silences have to be looked at again for anomalies.
import { sql } from 'drizzle-orm';
import { anomalySubject } from '../../detect/anomaly.ts';
import { silentSubject } from '../../detect/silence-anomaly.ts';
import { type Micros, US_PER_MINUTE } from '../../domain/time.ts';
import { type DetectContext, moment, query } from './context.ts';
import type { EventClock } from './event-clock.ts';
import { loadHostnames, loadSignatures, type SignatureRow } from './facts.ts';
import type { AnomalyScope, SilenceScope } from './scopes.ts';
import type { SilenceChange } from './silences.ts';
import type { Touched } from './touched.ts';
import type { Verdicts } from './verdicts.ts';

export interface AnomalyTouch {
  readonly touched: readonly Touched[];
  readonly restated: readonly string[];
  readonly signatures: ReadonlyMap<string, SignatureRow>;
  readonly verdicts: Verdicts;
  readonly clock: EventClock;
  readonly silences: readonly SilenceChange[];
}

export async function anomalyScopes(
  ctx: DetectContext,
  touch: AnomalyTouch,
): Promise<(AnomalyScope | SilenceScope)[]> {
  return [
    ...signatureScopes(ctx, touch),
    ...(await restatedScopes(ctx, touch)),
    ...(await warmedUp(ctx, touch.clock)),
    ...(await silenceScopes(ctx, touch.silences)),
  ];
}

const scopeOf = (signature: SignatureRow, fromUs: Micros, toUs: Micros): AnomalyScope => ({
  type: 'ANOMALY',
  about: 'SIGNATURE',
  subject: anomalySubject(signature),
  signature,
  fromUs,
  toUs,
});

/** A late event may take the novelty of what came up to `unseenUs` after it. */
function signatureScopes(
  ctx: DetectContext,
  { touched, signatures, verdicts }: AnomalyTouch,
): AnomalyScope[] {
  const { minSeverity, unseenUs } = ctx.settings.anomaly;
  return touched.flatMap((t) => {
    const signature = signatures.get(t.signatureId);
    if (signature === undefined) return [];
    const mayBeNew = signature.worst >= minSeverity;
    if (!mayBeNew && !verdicts.has(t.signatureId)) return [];
    const endUs = (t.toMinute + 1) * US_PER_MINUTE - 1;
    return [scopeOf(signature, t.fromMinute * US_PER_MINUTE, mayBeNew ? endUs + unseenUs : endUs)];
  });
}

/** Other words may be anomalous, or so no more: all of the signature's episodes are looked at. */
async function restatedScopes(
  ctx: DetectContext,
  { restated, verdicts, clock }: AnomalyTouch,
): Promise<AnomalyScope[]> {
  const ids = restated.filter((id) => verdicts.has(id));
  if (ids.length === 0) return [];
  const signatures = await loadSignatures(ctx, ids);
  return [...signatures.values()].map((signature) =>
    scopeOf(signature, signature.firstSeenUs, (clock.nowMinute + 1) * US_PER_MINUTE),
  );
}

/** Where the memory turns out to reach further back, what was within its warm-up may be new after all. */
async function warmedUp(ctx: DetectContext, clock: EventClock): Promise<AnomalyScope[]> {
  const { firstMinute, firstBefore } = clock;
  if (firstBefore === null || firstMinute >= firstBefore) return [];
  const { warmUpUs, minSeverity } = ctx.settings.anomaly;
  const rows = await query<{ signatureId: string; fromUs: string; toUs: string }>(
    ctx,
    sql`select e.signature_id as "signatureId", (extract(epoch from min(e.start_at)) * 1000000)::bigint as "fromUs",
               (extract(epoch from max(e.start_at)) * 1000000)::bigint as "toUs"
          from episode e
         where e.tenant_id = ${ctx.tenantId} and e.worst >= ${minSeverity}
           and e.start_at >= ${moment(firstMinute * US_PER_MINUTE + warmUpUs)}::timestamptz
           and e.start_at < ${moment((firstBefore + 1) * US_PER_MINUTE + warmUpUs)}::timestamptz
         group by e.signature_id`,
  );
  if (rows.length === 0) return [];
  const signatures = await loadSignatures(
    ctx,
    rows.map((row) => row.signatureId),
  );
  return rows.map((row) => scopeOf(signatures.get(row.signatureId)!, Number(row.fromUs), Number(row.toUs)));
}

async function silenceScopes(ctx: DetectContext, changes: readonly SilenceChange[]): Promise<SilenceScope[]> {
  if (changes.length === 0) return [];
  const hostnames = await loadHostnames(
    ctx,
    changes.map((c) => c.assetId),
  );
  return changes.map((change) => {
    const hostname = hostnames.get(change.assetId)!;
    return { ...change, type: 'ANOMALY', about: 'SILENCE', subject: silentSubject(hostname), hostname };
  });
}
