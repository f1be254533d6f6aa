// After a start with another threshold, or without the model that there was, stored verdicts are what they would be had
// it always been so.
import { sql } from 'drizzle-orm';
import { builtInScorer } from '../../anomaly/built-in.ts';
import { ANOMALOUS_LABELS } from '../../anomaly/labels.ts';
import type { Severity } from '../../domain/severity.ts';
import { asJson, type DetectContext, query } from '../detect/context.ts';
import { changeVerdicts, type VerdictServices } from './change-verdicts.ts';

interface Key {
  readonly signatureId: string;
  readonly severity: Severity;
}

/** In one transaction; others may ingest and review between two. */
const AT_ONCE = 500;

/** False: all verdicts are as the settings want them. */
export async function obeySettings(
  services: VerdictServices,
  tenantId: number,
  hasModel: boolean,
): Promise<boolean> {
  const isDetection = sql`(upper(v.label) = any(${sql.param([...ANOMALOUS_LABELS])}::text[])
                           and v.score >= ${services.anomalyThreshold}::float8)`;
  const { pairs } = await changeVerdicts<Key>(services, tenantId, {
    choose: (ctx) =>
      query<Key>(
        ctx,
        sql`select distinct v.signature_id as "signatureId", v.severity from anomaly_verdict v
             where v.tenant_id = ${tenantId}
               and (v.is_anomalous <> ${isDetection}
                    or not ${hasModel}::boolean and v.is_current and v.scorer <> ${builtInScorer.name}
                       and exists (select 1 from anomaly_verdict b
                                    where b.tenant_id = v.tenant_id and b.signature_id = v.signature_id
                                      and b.severity = v.severity and b.scorer = ${builtInScorer.name}))
             order by 1, 2 limit ${AT_ONCE}`,
      ),
    async change(ctx, keys) {
      const own = ownVerdicts(ctx, keys);
      await query(ctx, sql`update anomaly_verdict v set is_anomalous = ${isDetection} where ${own}`);
      if (hasModel) return;
      await query(ctx, sql`update anomaly_verdict v set is_current = false where ${own} and v.is_current`);
      await query(
        ctx,
        sql`update anomaly_verdict v set is_current = true where ${own} and v.scorer = ${builtInScorer.name}`,
      );
    },
  });
  return pairs > 0;
}

const ownVerdicts = ({ tenantId }: DetectContext, keys: readonly Key[]) =>
  sql`v.tenant_id = ${tenantId} and (v.signature_id, v.severity) in (
        select r.signature_id, r.severity
          from json_to_recordset(${asJson(
            keys.map(({ signatureId, severity }) => ({ signature_id: signatureId, severity })),
          )}::json) as r(signature_id bigint, severity smallint))`;
