// NEW_SIGNATURE: a note of what was never seen before, once the tenant has been watched for long enough to tell.
import { sql } from 'drizzle-orm';
import { newSignatureText } from '../../detect/new-signature.ts';
import { type Hostnames, NO_ASSET } from '../../detect/rows.ts';
import { Severity } from '../../domain/severity.ts';
import { minuteOf, US_PER_MINUTE } from '../../domain/time.ts';
import { type DetectContext, moment, query } from './context.ts';
import type { EventClock } from './event-clock.ts';
import { idRows, loadHostnames, loadSignatures, type SignatureRow } from './facts.ts';
import type { Touched } from './touched.ts';
import { type SignalDraft, type SignalsWritten, writeSignals } from './write-signals.ts';

export interface NewSignatureInput {
  readonly clock: EventClock;
  /** Series that got events. */
  readonly touched: readonly Touched[];
  /** The touched signatures, by id. */
  readonly signatures: ReadonlyMap<string, SignatureRow>;
  /** Signatures that took over others, or are worded anew. */
  readonly restated: readonly string[];
}

export async function updateNewSignatures(
  ctx: DetectContext,
  { clock, touched, signatures, restated }: NewSignatureInput,
): Promise<SignalsWritten> {
  const dated = touched
    .filter((t) => t.fromMinute * US_PER_MINUTE <= (signatures.get(t.signatureId)?.firstSeenUs ?? -1))
    .map((t) => t.signatureId);
  const ids = new Set([...dated, ...restated, ...(await warmedUp(ctx, clock))]);
  if (ids.size === 0) return { changed: [], announcements: [] };
  const facts = await loadSignatures(ctx, ids);
  const stored = await loadStored(ctx, ids);
  const since = clock.firstMinute * US_PER_MINUTE + ctx.settings.newSignature.warmUpUs;
  const fresh = [...facts.values()].filter((s) => s.rootId === s.signatureId && s.firstSeenUs >= since);
  const places = await firstPlaces(ctx, fresh);
  const hostnames = await loadHostnames(ctx, places.values());
  const kept = new Set<string>();
  const drafts = fresh.map((signature) => {
    const id = stored.get(signature.signatureId)?.[0] ?? null;
    if (id !== null) kept.add(id);
    return { id, draft: draftOf(signature, places.get(signature.signatureId) ?? NO_ASSET, hostnames) };
  });
  const gone = [...stored.values()].flat().filter((id) => !kept.has(id));
  return writeSignals(ctx, { drafts, gone });
}

function draftOf(signature: SignatureRow, assetId: string, hostnames: Hostnames): SignalDraft {
  const hostname = hostnames.get(assetId) ?? null;
  return {
    identity: `NEW_SIGNATURE:${signature.key}`,
    kind: 'NEW_SIGNATURE',
    label: 'first seen',
    score: 0,
    severity: Severity.INFO,
    signatureId: signature.signatureId,
    assetId: assetId === NO_ASSET ? null : assetId,
    entityKind: hostname === null ? null : 'HOST',
    entity: hostname,
    text: newSignatureText(signature, assetId, hostnames),
    observedUs: signature.firstSeenUs,
    endedUs: null,
    baseline: null,
    observed: null,
    recurring: false,
  };
}

/** Signatures that are new after all, for the tenant turned out to be watched for longer. */
async function warmedUp(ctx: DetectContext, { firstMinute, firstBefore }: EventClock): Promise<string[]> {
  if (firstBefore === null || firstBefore === firstMinute) return [];
  const { warmUpUs } = ctx.settings.newSignature;
  const rows = await query<{ id: string }>(
    ctx,
    sql`select signature_id as id from signature
         where tenant_id = ${ctx.tenantId} and occurrence_count > 0
           and first_seen_at >= ${moment(firstMinute * US_PER_MINUTE + warmUpUs)}::timestamptz
           and first_seen_at < ${moment(firstBefore * US_PER_MINUTE + warmUpUs)}::timestamptz`,
  );
  return rows.map(({ id }) => id);
}

/** The notes of each signature: several where it took over others; the one to keep comes first. */
async function loadStored(ctx: DetectContext, ids: Iterable<string>): Promise<Map<string, string[]>> {
  const rows = await query<{ signatureId: string; signalIds: string[] }>(
    ctx,
    sql`select s.signature_id as "signatureId",
               array_agg(s.signal_id::text order by s.acknowledged desc, s.detected_at, s.signal_id) as "signalIds"
          from json_to_recordset(${idRows(ids)}::json) as r(id bigint)
          join signal s on s.tenant_id = ${ctx.tenantId} and s.signature_id = r.id and s.kind = 'NEW_SIGNATURE'
         group by 1`,
  );
  return new Map(rows.map(({ signatureId, signalIds }) => [signatureId, signalIds]));
}

/** The asset of each one's earliest event; of several, the first by name. */
async function firstPlaces(
  ctx: DetectContext,
  signatures: readonly SignatureRow[],
): Promise<Map<string, string>> {
  if (signatures.length === 0) return new Map();
  const asked = JSON.stringify(
    signatures.map((s) => ({ id: s.signatureId, minute: minuteOf(s.firstSeenUs) })),
  );
  const rows = await query<{ signatureId: string; assetId: string }>(
    ctx,
    sql`select r.id as "signatureId", b.asset_id as "assetId"
          from json_to_recordset(${asked}::json) as r(id bigint, minute int)
         cross join lateral (
               select f.asset_id from feature_bucket f
                 left join asset a on a.tenant_id = f.tenant_id and a.asset_id = f.asset_id
                where f.tenant_id = ${ctx.tenantId} and f.signature_id = r.id and f.minute = r.minute
                order by f.first_us, a.hostname collate "C" limit 1) b`,
  );
  return new Map(rows.map(({ signatureId, assetId }) => [signatureId, assetId]));
}
