// What a model said takes effect: stored, and detection looks again at what it changes, in one transaction.
import { sql } from 'drizzle-orm';
import type { Verdict } from '../../anomaly/scorer.ts';
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import type { Clock, Micros } from '../../domain/time.ts';
import { type Announcement, announce } from '../../live/outbox.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import { removeScored, type Unscored } from '../../store/anomaly-queue.ts';
import { keepVersions } from '../../store/as-of/keep-versions.ts';
import type { Store } from '../../store/store.ts';
import { transaction } from '../../store/transaction.ts';
import { asJson, type DetectContext, query } from '../detect/context.ts';
import { detect } from '../detect/detect.ts';
import { idRows } from '../detect/facts.ts';
import { updateSignatureScores } from '../detect/signature-scores.ts';
import { PAIR, pairRow, storeVerdicts } from '../detect/store-verdicts.ts';
import { lockFolding } from '../fold/counting.ts';
import { lockDetection } from '../incidents/context.ts';

export interface ApplyServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly incidentActiveUs: Micros;
  readonly anomalyThreshold: number;
}

export type Scored = Unscored & Verdict;

export interface Applied {
  readonly stored: number;
  /** MODEL signals that this made. */
  readonly detections: number;
}

/** What was worded otherwise, or joined into another signature, since it was claimed is left in the queue. */
export async function applyVerdicts(
  services: ApplyServices,
  tenantId: number,
  scorer: string,
  scored: readonly Scored[],
): Promise<Applied> {
  return transaction(services.store, async ({ tx, client }) => {
    await lockFolding(client, tenantId);
    await lockDetection(tx, tenantId);
    const ctx: DetectContext = {
      ...services,
      tx,
      tenantId,
      settings: DETECT_SETTINGS,
      scoring: SCORE_SETTINGS,
    };
    const valid = await stillWordedSo(ctx, scored);
    if (valid.length === 0) return { stored: 0, detections: 0 };
    const before = await standing(ctx, valid);
    await storeVerdicts(ctx, { scorer, outranks: true }, valid);
    const after = await standing(ctx, valid);
    const changed = new Set(
      valid.flatMap(({ signatureId, severity }) => {
        const key = `${signatureId}|${severity}`;
        return before.get(key) === after.get(key) ? [] : [signatureId];
      }),
    );
    const { announcements } = await detect(tx, {
      ...services,
      tenantId,
      touched: [],
      restated: [...changed],
    });
    const others = valid.map((v) => v.signatureId).filter((id) => !changed.has(id));
    await updateSignatureScores(ctx, new Set(others), { skipLocked: false });
    await removeScored(client, tenantId, valid);
    await keepVersions(tx, tenantId);
    await announce(tx, tenantId, announcements);
    return { stored: valid.length, detections: await countMade(ctx, announcements) };
  });
}

async function stillWordedSo(ctx: DetectContext, scored: readonly Scored[]): Promise<Scored[]> {
  const rows = await query<{ signatureId: string; severity: number }>(
    ctx,
    sql`select r.signature_id as "signatureId", r.severity
          from json_to_recordset(${asJson(scored.map(pairRow))}::json) as ${PAIR}
          join signature s on s.tenant_id = ${ctx.tenantId} and s.signature_id = r.signature_id
                          and s.merged_into_id is null and md5(s.pattern) = r.wording`,
  );
  const valid = new Set(rows.map((row) => `${row.signatureId}|${row.severity}`));
  return scored.filter(({ signatureId, severity }) => valid.has(`${signatureId}|${severity}`));
}

/** What detection makes of the verdicts that count; nothing of those that are no detections. */
async function standing(ctx: DetectContext, pairs: readonly Scored[]): Promise<Map<string, string>> {
  const rows = await query<{ key: string; verdict: string }>(
    ctx,
    sql`select v.signature_id || '|' || v.severity as key, v.scorer || '|' || v.label || '|' || v.risk as verdict
          from json_to_recordset(${asJson(pairs.map(pairRow))}::json) as ${PAIR}
          join anomaly_verdict v on v.tenant_id = ${ctx.tenantId} and v.signature_id = r.signature_id
                                and v.severity = r.severity and v.is_current and v.is_anomalous`,
  );
  return new Map(rows.map(({ key, verdict }) => [key, verdict]));
}

async function countMade(ctx: DetectContext, announcements: readonly Announcement[]): Promise<number> {
  const made = announcements.filter((a) => a.topic === 'signal' && a.kind === 'CREATED');
  if (made.length === 0) return 0;
  const [row] = await query<{ n: number }>(
    ctx,
    sql`select count(*)::int as n from signal s
         where s.tenant_id = ${ctx.tenantId} and s.kind = 'MODEL'
           and s.signal_id in (select r.id from json_to_recordset(${idRows(made.map((a) => a.subjectId))}::json) as r(id bigint))`,
  );
  return row!.n;
}
