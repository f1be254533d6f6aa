// A signature's score is what deserves a look most: how alarming it is by itself (words, severity, novelty, less for a
// recovery), and the best score of its candidates that stand (open or promoted).
import { sql } from 'drizzle-orm';
import { MILLION } from '../../score/score.ts';
import { SIGNATURE_SCORE } from '../../score/signature-score.ts';
import { type DetectContext, query } from './context.ts';
import { idRows } from './facts.ts';

const SECONDS_PER_HOUR = 3_600;
const HOURS_PER_DAY = 24;

/**
 * `skipLocked`: leaves out signatures that a count in progress holds, for its own detection scores them. A review must
 * not wait for it, for it may be waiting for the reviewed candidate.
 */
export async function updateSignatureScores(
  ctx: DetectContext,
  signatureIds: Iterable<string>,
  { skipLocked }: { readonly skipLocked: boolean },
): Promise<void> {
  const { alarmWeight, candidateWeight, recoveryKeeps, noveltyShare } = SIGNATURE_SCORE;
  const { noveltyFullHours: full, noveltyEndDays } = ctx.scoring;
  const end = noveltyEndDays * HOURS_PER_DAY;
  await query(
    ctx,
    sql`with locked as (
          select s.tenant_id, s.signature_id, s.worst_severity, s.pair_role,
                 extract(epoch from s.last_seen_at - s.first_seen_at)::float8 / ${SECONDS_PER_HOUR}::float8 as age_hours
            from signature s
           where s.tenant_id = ${ctx.tenantId}
             and s.signature_id in (select r.id from json_to_recordset(${idRows(signatureIds)}::json) as r(id bigint))
           order by s.signature_id for update ${sql.raw(skipLocked ? 'skip locked' : '')}),
        alarms as (
          select s.*, coalesce(v.risk, 0)
                   * (case when s.pair_role = 'RECOVERY' then ${recoveryKeeps}::float8 else 1 end)
                   * (1 - ${noveltyShare}::float8 * (1 - greatest(0, least(1, (${end}::float8 - s.age_hours) / ${end - full}::float8))))
                   as alarm
            from locked s
            left join anomaly_verdict v on v.tenant_id = s.tenant_id and v.signature_id = s.signature_id
                                       and v.severity = s.worst_severity and v.is_current),
        scores as (
          select s.signature_id,
                 round((${alarmWeight}::float8 * s.alarm * ${MILLION}::int
                        + ${candidateWeight}::float8 * coalesce(max(c.score), 0))::numeric)::int as score
            from alarms s
            left join candidate_signature cs on cs.tenant_id = s.tenant_id and cs.signature_id = s.signature_id
            left join candidate c on c.tenant_id = cs.tenant_id and c.candidate_id = cs.candidate_id
                                 and c.state in ('OPEN', 'PROMOTED') and not c.withdrawn
                                 and c.redirected_to_id is null
           group by s.signature_id, s.alarm)
        update signature s set score = scores.score from scores
         where s.tenant_id = ${ctx.tenantId} and s.signature_id = scores.signature_id and s.score <> scores.score`,
  );
}
