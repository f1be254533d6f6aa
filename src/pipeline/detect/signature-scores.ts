// A signature's score is what deserves a look most: the highest score of its candidates that stand (open or promoted),
// and at least the impact component of its worst severity, so that a new ERROR ranks above known chatter.
import { sql } from 'drizzle-orm';
import { MILLION } from '../../score/score.ts';
import { type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';

/**
 * `skipLocked`: leaves out signatures that a count in progress holds, for its own detection scores them. A review must
 * not wait for it, for it may be waiting for the reviewed candidate.
 */
export async function updateSignatureScores(
  ctx: DetectContext,
  signatureIds: Iterable<string>,
  { skipLocked }: { readonly skipLocked: boolean },
): Promise<void> {
  const { weights, impactBySeverity } = ctx.scoring;
  const floors = JSON.stringify(
    impactBySeverity.map((impact) => Math.round(weights.impact * impact * MILLION)),
  );
  await query(
    ctx,
    sql`with locked as (
          select s.tenant_id, s.signature_id, s.worst_severity from signature s
           where s.tenant_id = ${ctx.tenantId}
             and s.signature_id in (select r.id from json_to_recordset(${idRows(signatureIds)}::json) as r(id bigint))
           order by s.signature_id for update ${sql.raw(skipLocked ? 'skip locked' : '')}),
        scores as (
          select s.signature_id,
                 greatest((${floors}::json ->> s.worst_severity::int)::int, coalesce(max(c.score), 0)) as score
            from locked s
            left join candidate_signature cs on cs.tenant_id = s.tenant_id and cs.signature_id = s.signature_id
            left join candidate c on c.tenant_id = cs.tenant_id and c.candidate_id = cs.candidate_id
                                 and c.state in ('OPEN', 'PROMOTED') and not c.withdrawn
                                 and c.redirected_to_id is null
           group by s.signature_id, s.worst_severity)
        update signature s set score = scores.score from scores
         where s.tenant_id = ${ctx.tenantId} and s.signature_id = scores.signature_id and s.score <> scores.score`,
  );
}
