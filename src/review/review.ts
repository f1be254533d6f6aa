import type { DecisionBand, ReviewDecision } from '../domain/words.ts';
import { announce, incidentsUpdated } from '../live/outbox.ts';
import type { VerbContext } from '../store/verb.ts';
import { optionalText } from './checked-text.ts';
import { reviewCandidate } from './review-candidate.ts';
import type { ReviewSubject } from './review-log.ts';
import { reviewIncident, reviewLesson } from './review-memory.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface ReviewInput {
  readonly subject: ReviewSubject;
  readonly decision: ReviewDecision;
  readonly notes?: string | null | undefined;
  /** Default: the caller. */
  readonly reviewer?: string | null | undefined;
}

export interface Reviewed {
  readonly reviewId: string;
  readonly subject: ReviewSubject;
  /** After PROMOTE of a candidate. */
  readonly incidentId: string | null;
  /** Of a candidate: the score in millionths and the band, before and after. */
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  readonly bandBefore: DecisionBand | null;
  readonly bandAfter: DecisionBand | null;
}

const PATH = ['input', 'subjectId'];

/**
 * Records a person's decision and what follows from it, in one transaction. Reviews are append-only; of several by
 * one reviewer on one subject the latest counts. Throws ValidationError, NotFoundError, and ConflictError for a
 * PROMOTE that cannot be.
 */
export async function review(ctx: VerbContext, input: ReviewInput): Promise<Reviewed> {
  const { subject, decision } = input;
  const notes = optionalText('notes', input.notes);
  const reviewer = actorOf(ctx, 'reviewer', input.reviewer);
  return inTransaction(ctx, async (tx) => {
    const { tenantId } = ctx.caller;
    if (subject.type === 'Candidate') {
      const { announcements, candidateId, ...outcome } = await reviewCandidate(tx, ctx, {
        candidateId: subject.key,
        decision,
        notes,
        reviewer,
        path: PATH,
      });
      await announce(tx, tenantId, announcements);
      return { ...outcome, subject: { type: 'Candidate', key: candidateId } };
    }
    const judge = subject.type === 'Incident' ? reviewIncident : reviewLesson;
    const { reviewId, subjectId } = await judge(tx, ctx, {
      subjectId: subject.key,
      decision,
      notes,
      reviewer,
      path: PATH,
    });
    if (subject.type === 'Incident') await announce(tx, tenantId, incidentsUpdated([subjectId], 'REVIEWED'));
    return { reviewId, subject: { type: subject.type, key: subjectId }, ...UNSCORED };
  });
}

const UNSCORED = {
  incidentId: null,
  scoreBefore: null,
  scoreAfter: null,
  bandBefore: null,
  bandAfter: null,
} as const;
