import type { ImpactLevel } from '../domain/words.ts';
import { announce } from '../live/outbox.ts';
import type { VerbContext } from '../store/verb.ts';
import { givenText, optionalText } from './checked-text.ts';
import { reviewCandidate } from './review-candidate.ts';
import { actorOf, inTransaction } from './verb-steps.ts';

export interface PromoteCandidateInput {
  readonly candidateId: string;
  /** Default: the candidate's. */
  readonly title?: string | null | undefined;
  /** Default: the candidate's explanation. */
  readonly summary?: string | null | undefined;
  /** Default: from the worst severity. */
  readonly impactLevel?: ImpactLevel | null | undefined;
  /** Default: the event family of its signatures. */
  readonly incidentType?: string | null | undefined;
  /** Joins this incident instead of making one. */
  readonly mergeIntoIncidentId?: string | null | undefined;
  readonly notes?: string | null | undefined;
  readonly reviewer?: string | null | undefined;
}

export interface Promoted {
  readonly incidentId: string;
  readonly candidateId: string;
  readonly reviewId: string;
  /** False: it joined an incident that was there. */
  readonly created: boolean;
}

/**
 * A PROMOTE review with words of one's own. Promoting again, also at the same moment from another process, joins the
 * incident that the first one made. Throws ValidationError, NotFoundError, ConflictError.
 */
export async function promoteCandidate(ctx: VerbContext, input: PromoteCandidateInput): Promise<Promoted> {
  const wish = {
    title: givenText('title', input.title),
    summary: givenText('summary', input.summary),
    impactLevel: input.impactLevel ?? null,
    incidentType: givenText('incidentType', input.incidentType),
    mergeIntoIncidentId: input.mergeIntoIncidentId ?? null,
  };
  const notes = optionalText('notes', input.notes);
  const reviewer = actorOf(ctx, 'reviewer', input.reviewer);
  return inTransaction(ctx, async (tx) => {
    const reviewed = await reviewCandidate(tx, ctx, {
      candidateId: input.candidateId,
      decision: 'PROMOTE',
      notes,
      reviewer,
      wish,
      path: ['input', 'candidateId'],
    });
    await announce(tx, ctx.caller.tenantId, reviewed.announcements);
    return {
      incidentId: reviewed.incidentId as string,
      candidateId: reviewed.candidateId,
      reviewId: reviewed.reviewId,
      created: reviewed.incidentCreated,
    };
  });
}
