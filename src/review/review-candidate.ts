// One decision on one candidate: its record, its effect on state and suppression, and what it does to the scores of
// this candidate and of the others that it teaches about.
import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { CandidateState, DecisionBand, ReviewDecision } from '../domain/words.ts';
import type { Announcement } from '../live/outbox.ts';
import { proposeJoins } from '../memory/join-proposals.ts';
import { rescoreCandidate } from '../pipeline/detect/rescore.ts';
import { lockDetection } from '../pipeline/incidents/context.ts';
import type { WriteTx } from '../store/store.ts';
import { candidate } from '../store/tables/candidate.ts';
import type { VerbContext } from '../store/verb.ts';
import { type Decided, inForce, stateAfter } from './decisions.ts';
import { proposeLesson } from './lesson-proposals.ts';
import { NO_WISHES, type PromotionWish, promote } from './promotion.ts';
import { appendReview, readDecisions, recordScoreChange } from './review-log.ts';
import { type CandidateRow, lockCandidate } from './rows.ts';
import { liftSuppressions, type Suppressed, suppress } from './suppress.ts';

export interface CandidateDecision {
  readonly candidateId: string;
  readonly decision: ReviewDecision;
  readonly notes: string | null;
  readonly reviewer: string;
  /** For PROMOTE; left out: as proposed. */
  readonly wish?: PromotionWish;
  /** Of the id in the caller's input. */
  readonly path: readonly string[];
}

export interface CandidateReviewed {
  readonly reviewId: string;
  /** Another one than asked for, where that was joined with an older one. */
  readonly candidateId: string;
  readonly incidentId: string | null;
  readonly incidentCreated: boolean;
  /** Millionths. */
  readonly scoreBefore: number;
  readonly scoreAfter: number;
  readonly bandBefore: DecisionBand;
  readonly bandAfter: DecisionBand;
  /** To be announced last in the transaction. */
  readonly announcements: readonly Announcement[];
}

/** Feedback reaches at most this many other candidates of the same signature and type at once. */
const MAX_SIBLINGS = 50;

export async function reviewCandidate(
  tx: WriteTx,
  ctx: VerbContext,
  input: CandidateDecision,
): Promise<CandidateReviewed> {
  const { tenantId } = ctx.caller;
  if (input.decision === 'PROMOTE') await lockDetection(tx, tenantId);
  const row = await lockCandidate(tx, tenantId, input.candidateId, input.path);
  const subject = { type: 'Candidate', key: row.candidateId } as const;
  const earlier = await readDecisions(tx, tenantId, subject);
  const signatureId = await taughtSignature(tx, row);
  const decided = await appendReview(tx, tenantId, ctx.clock.nowUs(), earlier, {
    subject,
    decision: input.decision,
    notes: input.notes,
    reviewer: input.reviewer,
    about: { candidateType: row.type, signatureId },
  });
  const promotion =
    input.decision === 'PROMOTE'
      ? await promote(tx, row, input.wish ?? (await proposedWish(ctx, row)), input.path)
      : null;
  await applyDecision(tx, row, earlier, decided, input.notes);
  const change = await rescoreCandidate(tx, {
    tenantId,
    candidateId: row.candidateId,
    clock: ctx.clock,
    reason: `review: ${input.decision}`,
  });
  await recordScoreChange(tx, tenantId, decided.reviewId, change);
  if (signatureId !== null && (input.decision === 'USEFUL' || input.decision === 'PROMOTE'))
    await proposeLesson(tx, tenantId, signatureId);
  const siblings = await rescoreSiblings(tx, ctx, row, signatureId);
  return {
    reviewId: decided.reviewId,
    candidateId: row.candidateId,
    incidentId: promotion?.incidentId ?? null,
    incidentCreated: promotion?.created ?? false,
    ...change,
    announcements: [
      ...[row.candidateId, ...siblings].map(
        (subjectId) => ({ topic: 'candidate', subjectId, kind: 'UPDATED' }) as const,
      ),
      ...(promotion === null
        ? []
        : [
            {
              topic: 'incident',
              subjectId: promotion.incidentId,
              kind: promotion.created ? 'CREATED' : 'UPDATED',
              reason: promotion.created ? 'PROMOTED' : 'JOINED',
            } as const,
          ]),
    ],
  };
}

/** Who promotes without a word of their own agrees with what is proposed, if the signature is the same. */
async function proposedWish(ctx: VerbContext, { candidateId }: CandidateRow): Promise<PromotionWish> {
  const proposals = await proposeJoins(ctx.store.read, ctx.caller.tenantId, [candidateId]);
  const proposal = proposals.get(candidateId);
  if (proposal?.basis !== 'SAME_SIGNATURE') return NO_WISHES;
  return { ...NO_WISHES, mergeIntoIncidentId: proposal.incidentId };
}

/** The signature that the feedback is kept under: the problem's in a pair, else the worst, else the oldest. */
async function taughtSignature(tx: WriteTx, row: CandidateRow): Promise<string | null> {
  const { rows } = await tx.execute<{ signature_id: string }>(sql`
    select s.signature_id::text
      from candidate_signature cs
      join signature s on s.tenant_id = cs.tenant_id and s.signature_id = cs.signature_id
     where cs.tenant_id = ${row.tenantId} and cs.candidate_id = ${row.candidateId}::bigint
     order by s.pair_role is not distinct from 'PROBLEM' desc, s.worst_severity desc, s.first_seen_at, s.signature_id
     limit 1`);
  return rows[0]?.signature_id ?? null;
}

async function applyDecision(
  tx: WriteTx,
  row: CandidateRow,
  earlier: readonly Decided[],
  decided: Decided,
  notes: string | null,
): Promise<void> {
  const before = inForce(earlier);
  const after = inForce([...earlier, decided]);
  const state = decided.decision === 'PROMOTE' ? 'PROMOTED' : stateAfter(row.state, before, after);
  const standing = new Set(after.map((d) => d.reviewId));
  const superseded = earlier.filter((d) => d.decision === 'NOISE' && !standing.has(d.reviewId));
  const overruled = state === 'OPEN' || decided.decision === 'PROMOTE' ? earlier : superseded;
  await liftSuppressions(
    tx,
    row.tenantId,
    overruled.filter((d) => d.decision === 'NOISE').map((d) => d.reviewId),
  );
  const suppressed = decided.decision === 'NOISE' ? await suppress(tx, row, decided, notes) : null;
  await setState(tx, row, state, suppressed);
}

async function setState(
  tx: WriteTx,
  row: CandidateRow,
  state: CandidateState,
  suppressed: Suppressed | null,
): Promise<void> {
  const kept = state === 'SUPPRESSED' ? { until: row.suppressedUntil, reason: row.suppressedReason } : null;
  const silence = suppressed ?? kept;
  await tx
    .update(candidate)
    .set({
      state,
      suppressedUntil: silence?.until ?? null,
      suppressedReason: silence?.reason ?? null,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(and(eq(candidate.tenantId, row.tenantId), eq(candidate.candidateId, row.candidateId)));
}

/** Other open candidates of the same type on the same signature: the same feedback moves them. Returns their ids. */
async function rescoreSiblings(
  tx: WriteTx,
  ctx: VerbContext,
  row: CandidateRow,
  signatureId: string | null,
): Promise<string[]> {
  if (signatureId === null) return [];
  const siblings = await tx
    .select({ candidateId: candidate.candidateId })
    .from(candidate)
    .where(
      and(
        eq(candidate.tenantId, row.tenantId),
        eq(candidate.type, row.type),
        eq(candidate.state, 'OPEN'),
        eq(candidate.withdrawn, false),
        isNull(candidate.redirectedToId),
        ne(candidate.candidateId, row.candidateId),
        inArray(
          candidate.candidateId,
          sql`(select candidate_id from candidate_signature
                where tenant_id = ${row.tenantId} and signature_id = ${signatureId}::bigint)`,
        ),
      ),
    )
    .orderBy(asc(candidate.candidateId))
    .limit(MAX_SIBLINGS)
    .for('update', { skipLocked: true });
  const moved: string[] = [];
  for (const { candidateId } of siblings) {
    const change = await rescoreCandidate(tx, {
      tenantId: row.tenantId,
      candidateId,
      clock: ctx.clock,
      reason: 'feedback on another candidate of this signature',
    });
    if (change.scoreBefore !== change.scoreAfter || change.bandBefore !== change.bandAfter)
      moved.push(candidateId);
  }
  return moved;
}
