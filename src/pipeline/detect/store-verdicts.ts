// Stores what scorers say. One verdict on a signature at a severity counts: a model's, where it judged what stands now.
import { sql } from 'drizzle-orm';
import { isAnomalous, riskOf } from '../../anomaly/labels.ts';
import type { Verdict } from '../../anomaly/scorer.ts';
import { ANOMALY_THRESHOLD } from '../../domain/anomaly.ts';
import type { Severity } from '../../domain/severity.ts';
import { asJson, type DetectContext, moment, query } from './context.ts';

/** One severity of a signature, worded as its hash says. */
export interface Pair {
  readonly signatureId: string;
  readonly severity: Severity;
  readonly wording: string;
}

export const pairRow = ({ signatureId, severity, wording }: Pair) => ({
  signature_id: signatureId,
  severity,
  wording,
});
export const PAIR = sql.raw('r(signature_id bigint, severity smallint, wording text)');

export interface StoredVerdict extends Verdict, Pair {}

export interface VerdictsOf {
  /** With the version. */
  readonly scorer: string;
  /** Whether its verdict counts although another scorer gave one on the same wording. */
  readonly outranks: boolean;
}

/** The built-in scorer's verdict counts until a model has judged the same wording. */
export async function storeVerdicts(
  ctx: DetectContext,
  { scorer, outranks }: VerdictsOf,
  verdicts: readonly StoredVerdict[],
): Promise<void> {
  const threshold = ctx.anomalyThreshold ?? ANOMALY_THRESHOLD;
  const rows = asJson(
    verdicts.map(({ label, score, ...pair }) => ({
      ...pairRow(pair),
      label,
      score,
      risk: riskOf({ label, score }),
      is_anomalous: isAnomalous(label) && score >= threshold,
    })),
  );
  await query(
    ctx,
    sql`update anomaly_verdict v set is_current = false
          from json_to_recordset(${rows}::json) as ${PAIR}
         where v.tenant_id = ${ctx.tenantId} and v.signature_id = r.signature_id and v.severity = r.severity
           and v.is_current and v.scorer <> ${scorer}::text
           and (${outranks}::boolean or v.wording <> r.wording)`,
  );
  await query(
    ctx,
    sql`insert into anomaly_verdict as v (tenant_id, signature_id, severity, scorer, label, score, risk, is_anomalous,
                                          wording, is_current, scored_at)
        select ${ctx.tenantId}::int, r.signature_id, r.severity, ${scorer}::text, r.label, r.score, r.risk,
               r.is_anomalous, r.wording,
               not exists (select 1 from anomaly_verdict other
                            where other.tenant_id = ${ctx.tenantId} and other.signature_id = r.signature_id
                              and other.severity = r.severity and other.is_current
                              and other.scorer <> ${scorer}::text),
               ${moment(ctx.clock.nowUs())}::timestamptz
          from json_to_recordset(${rows}::json)
               as r(signature_id bigint, severity smallint, wording text, label text, score float8, risk float8,
                    is_anomalous boolean)
        on conflict (tenant_id, signature_id, severity, scorer) do update
           set label = excluded.label, score = excluded.score, risk = excluded.risk,
               is_anomalous = excluded.is_anomalous, wording = excluded.wording, is_current = excluded.is_current,
               scored_at = excluded.scored_at`,
  );
}
