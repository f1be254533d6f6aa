// What people have said that bears on a score: reviews of the same signature and type, and what they silenced.
import { sql } from 'drizzle-orm';
import type { Micros } from '../../domain/time.ts';
import type { CandidateType, ReviewDecision } from '../../domain/words.ts';
import type { CountedReview } from '../../score/inputs.ts';
import type { SuppressionRule } from '../../score/suppression.ts';
import { asJson, type DetectContext, query } from './context.ts';

export interface Subject {
  readonly type: CandidateType;
  readonly subject: string;
  readonly signatureIds: readonly string[];
  readonly candidateId: string | null;
  readonly lastUs: Micros;
}

export interface Judgements {
  readonly reviews: CountedReview[];
  readonly ownDecisions: ReviewDecision[];
  readonly suppressions: SuppressionRule[];
}

/** Aligned with `subjects`. */
export async function loadJudgements(
  ctx: DetectContext,
  subjects: readonly Subject[],
): Promise<Judgements[]> {
  const [reviews, suppressions] = [await loadReviews(ctx, subjects), await loadSuppressions(ctx, subjects)];
  return subjects.map((subject) => {
    const about = keysOf(subject).flatMap((key) => reviews.get(key) ?? []);
    return {
      reviews: about.map(({ decision, reviewedUs }) => ({
        decision,
        ageUs: Math.max(0, subject.lastUs - reviewedUs),
      })),
      ownDecisions: about
        .filter((review) => review.candidateId === subject.candidateId)
        .map(({ decision }) => decision),
      suppressions: suppressions.get(`${subject.type}|${subject.subject}`) ?? [],
    };
  });
}

/** What is about no signature is taught by its own reviews alone. */
const keysOf = ({ type, signatureIds, candidateId }: Subject): string[] =>
  signatureIds.length > 0 ? signatureIds.map((id) => `${type}|${id}`) : [`${type}|of ${candidateId}`];

interface LatestReview {
  readonly candidateId: string;
  readonly decision: ReviewDecision;
  readonly reviewedUs: Micros;
}

type ReviewRow = {
  type: CandidateType;
  signatureId: string | null;
  candidateId: string;
  decision: ReviewDecision;
  reviewedUs: string;
};

/** The latest decision of each reviewer on each candidate, by {@link keysOf}, oldest first. */
async function loadReviews(
  ctx: DetectContext,
  subjects: readonly Subject[],
): Promise<Map<string, LatestReview[]>> {
  const asked = subjects.flatMap((s) => s.signatureIds.map((id) => ({ type: s.type, signature_id: id })));
  const unsigned = subjects.flatMap(({ signatureIds, candidateId }) =>
    signatureIds.length === 0 && candidateId !== null ? [{ id: candidateId }] : [],
  );
  const rows = await query<ReviewRow>(
    ctx,
    sql`select * from (
          select distinct on (r.reviewer, r.candidate_id)
                 r.candidate_type as type, r.signature_id as "signatureId", r.candidate_id as "candidateId",
                 r.decision, (extract(epoch from r.reviewed_at) * 1000000)::bigint as "reviewedUs", r.review_id
            from review r
           where r.tenant_id = ${ctx.tenantId} and r.candidate_id is not null
             and ((r.candidate_type, r.signature_id) in (
                   select t.type, t.signature_id
                     from json_to_recordset(${asJson(asked)}::json) as t(type text, signature_id bigint))
               or r.signature_id is null and r.candidate_id in (
                   select t.id from json_to_recordset(${asJson(unsigned)}::json) as t(id bigint)))
           order by r.reviewer, r.candidate_id, r.reviewed_at desc, r.review_id desc) latest
         order by latest."reviewedUs", latest.review_id`,
  );
  const reviews = new Map<string, LatestReview[]>();
  for (const row of rows) {
    const key = `${row.type}|${row.signatureId ?? `of ${row.candidateId}`}`;
    const latest = {
      candidateId: row.candidateId,
      decision: row.decision,
      reviewedUs: Number(row.reviewedUs),
    };
    const known = reviews.get(key);
    if (known === undefined) reviews.set(key, [latest]);
    else known.push(latest);
  }
  return reviews;
}

type SuppressionRow = {
  type: CandidateType;
  subject: string;
  fromUs: string;
  untilUs: string;
  reason: string;
  maxSeverity: SuppressionRule['maxSeverity'];
  maxPeak: number | null;
};

async function loadSuppressions(
  ctx: DetectContext,
  subjects: readonly Subject[],
): Promise<Map<string, SuppressionRule[]>> {
  const asked = subjects.map(({ type, subject }) => ({ type, subject }));
  const rows = await query<SuppressionRow>(
    ctx,
    sql`select s.type, s.subject, s.reason, s.max_severity as "maxSeverity", s.max_peak as "maxPeak",
               (extract(epoch from s.from_at) * 1000000)::bigint as "fromUs",
               (extract(epoch from s.until_at) * 1000000)::bigint as "untilUs"
          from suppression s
         where s.tenant_id = ${ctx.tenantId}
           and (s.type, s.subject) in (
                 select t.type, t.subject from json_to_recordset(${asJson(asked)}::json) as t(type text, subject text))
         order by s.until_at, s.suppression_id`,
  );
  const rules = new Map<string, SuppressionRule[]>();
  for (const { type, subject, fromUs, untilUs, ...rule } of rows) {
    const key = `${type}|${subject}`;
    const suppression = { ...rule, fromUs: Number(fromUs), untilUs: Number(untilUs) };
    const known = rules.get(key);
    if (known === undefined) rules.set(key, [suppression]);
    else known.push(suppression);
  }
  return rules;
}
