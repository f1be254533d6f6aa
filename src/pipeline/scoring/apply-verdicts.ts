// What a model said takes effect.
import { sql } from 'drizzle-orm';
import type { Verdict } from '../../anomaly/scorer.ts';
import { removeScored, type Unscored } from '../../store/anomaly-queue.ts';
import { asJson, type DetectContext, query } from '../detect/context.ts';
import { PAIR, pairRow, storeVerdicts } from '../detect/store-verdicts.ts';
import { type Changed, changeVerdicts, type VerdictServices } from './change-verdicts.ts';

export type Scored = Unscored & Verdict;

/** What was worded otherwise, or joined into another signature, since it was claimed is left in the queue. */
export async function applyVerdicts(
  services: VerdictServices,
  tenantId: number,
  scorer: string,
  scored: readonly Scored[],
): Promise<Changed> {
  return changeVerdicts(services, tenantId, {
    choose: (ctx) => stillWordedSo(ctx, scored),
    async change(ctx, valid, client) {
      await storeVerdicts(ctx, { scorer, outranks: true }, valid);
      await removeScored(client, tenantId, valid);
    },
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
