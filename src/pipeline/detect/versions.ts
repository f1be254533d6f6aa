import { sql } from 'drizzle-orm';
import { formatMicros } from '../../domain/time.ts';
import type { Receipt } from '../../score/receipt.ts';
import { asJson, type DetectContext, query } from './context.ts';
import type { CandidateContent } from './stored-candidates.ts';

export interface VersionWrite {
  readonly candidateId: string;
  readonly version: number;
  readonly content: Pick<CandidateContent, 'state' | 'score' | 'decisionBand' | 'confidence'>;
  readonly receipt: Receipt;
}

/**
 * Adds versions of candidates whose rows are written; one that is there already takes the newer receipt, so that it
 * always explains the candidate's row, and keeps the content that it began with.
 */
export async function writeVersions(ctx: DetectContext, writes: readonly VersionWrite[]): Promise<void> {
  if (writes.length === 0) return;
  const now = formatMicros(ctx.clock.nowUs());
  const rows = writes.map(({ candidateId, version, content, receipt }) => ({
    candidate_id: candidateId,
    version,
    state: content.state,
    score: content.score,
    decision_band: content.decisionBand,
    confidence: content.confidence,
    receipt,
    created_at: now,
  }));
  await query(
    ctx,
    sql`insert into candidate_version (tenant_id, candidate_id, version, state, score, decision_band, confidence,
                                       receipt, created_at, content)
        select ${ctx.tenantId}::int, r.*, to_jsonb(c) - 'tenant_id' from json_to_recordset(${asJson(rows)}::json)
            as r(candidate_id bigint, version int, state text, score int, decision_band text, confidence int,
                 receipt jsonb, created_at timestamptz)
          join candidate c on c.tenant_id = ${ctx.tenantId} and c.candidate_id = r.candidate_id
        on conflict (tenant_id, candidate_id, version) do update
           set confidence = excluded.confidence,
               receipt = excluded.receipt
                      || jsonb_strip_nulls(jsonb_build_object('reason', candidate_version.receipt -> 'reason'))`,
  );
}
