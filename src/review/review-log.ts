// The append-only record of reviews of one subject. Its reader holds the subject's row lock, so that times are strictly
// ascending and "the latest" is never a matter of chance.
import { and, asc, eq } from 'drizzle-orm';
import { formatMicros, type Micros, parseMicros } from '../domain/time.ts';
import type { ReviewDecision } from '../domain/words.ts';
import { writeLinks } from '../store/provenance.ts';
import type { WriteTx } from '../store/store.ts';
import { review } from '../store/tables/review.ts';
import type { Decided } from './decisions.ts';

export type ReviewSubjectType = 'Candidate' | 'Incident' | 'Lesson';

export interface ReviewSubject {
  readonly type: ReviewSubjectType;
  readonly key: string;
}

const COLUMN_OF = {
  Candidate: review.candidateId,
  Incident: review.incidentId,
  Lesson: review.lessonId,
} as const;

/** All reviews of the subject, oldest first. */
export function readDecisions(tx: WriteTx, tenantId: number, subject: ReviewSubject): Promise<Decided[]> {
  return tx
    .select({
      reviewId: review.reviewId,
      reviewer: review.reviewer,
      decision: review.decision,
      reviewedAt: review.reviewedAt,
    })
    .from(review)
    .where(and(eq(review.tenantId, tenantId), eq(COLUMN_OF[subject.type], subject.key)))
    .orderBy(asc(review.reviewedAt), asc(review.reviewId));
}

export interface NewReview {
  readonly subject: ReviewSubject;
  readonly decision: ReviewDecision;
  readonly notes: string | null;
  readonly reviewer: string;
  /** What a candidate's review teaches about. */
  readonly about: Pick<typeof review.$inferInsert, 'candidateType' | 'signatureId'>;
}

/** Appends the review and its REVIEWED link. `earlier` are the subject's reviews so far, oldest first. */
export async function appendReview(
  tx: WriteTx,
  tenantId: number,
  nowUs: Micros,
  earlier: readonly Decided[],
  input: NewReview,
): Promise<Decided> {
  const { subject, decision, notes, reviewer, about } = input;
  const reviewedAt = formatMicros(timeAfter(earlier.at(-1), nowUs));
  const [row] = await tx
    .insert(review)
    .values({
      tenantId,
      candidateId: subject.type === 'Candidate' ? subject.key : null,
      incidentId: subject.type === 'Incident' ? subject.key : null,
      lessonId: subject.type === 'Lesson' ? subject.key : null,
      ...about,
      decision,
      notes,
      reviewer,
      reviewedAt,
    })
    .returning({ reviewId: review.reviewId });
  const { reviewId } = row!;
  await writeLinks(tx, tenantId, [
    { source: { type: 'Review', key: reviewId }, target: subject, linkType: 'REVIEWED' },
  ]);
  return { reviewId, reviewer, decision, reviewedAt };
}

function timeAfter(last: Decided | undefined, nowUs: Micros): Micros {
  const lastUs = last === undefined ? null : parseMicros(last.reviewedAt);
  return lastUs === null ? nowUs : Math.max(nowUs, lastUs + 1);
}

export type ScoreChange = Pick<
  typeof review.$inferSelect,
  'scoreBefore' | 'scoreAfter' | 'bandBefore' | 'bandAfter'
>;

/** Completes the review of this transaction with what it did to the score. */
export async function recordScoreChange(
  tx: WriteTx,
  tenantId: number,
  reviewId: string,
  change: ScoreChange,
): Promise<void> {
  await tx
    .update(review)
    .set(change)
    .where(and(eq(review.tenantId, tenantId), eq(review.reviewId, reviewId)));
}
