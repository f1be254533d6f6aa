// What the decisions on one candidate amount to. The latest decision of each reviewer counts; earlier ones stay on
// record without effect.
import type { CandidateState, ReviewDecision } from '../domain/words.ts';

export interface Decided {
  readonly reviewId: string;
  readonly reviewer: string;
  readonly decision: ReviewDecision;
  /** Ordered as text: RFC 3339 in UTC, or PostgreSQL's own form. */
  readonly reviewedAt: string;
}

const CLOSING: ReadonlySet<ReviewDecision> = new Set(['NOISE', 'FALSE_POSITIVE', 'IGNORE']);
const OPENING: ReadonlySet<ReviewDecision> = new Set(['INVESTIGATE', 'URGENT']);

/** The latest decision of each reviewer, in the order of `decisions` (oldest first). */
export function inForce(decisions: readonly Decided[]): Decided[] {
  const latest = new Map<string, Decided>();
  for (const decided of decisions) {
    latest.delete(decided.reviewer);
    latest.set(decided.reviewer, decided);
  }
  return [...latest.values()];
}

/** Whether the decisions in force close the candidate: the last one with a say decides; null when none has. */
function closedBy(decisions: readonly Decided[]): boolean | null {
  const say = decisions.findLast((d) => CLOSING.has(d.decision) || OPENING.has(d.decision));
  return say === undefined ? null : CLOSING.has(say.decision);
}

/**
 * The state after a decision, `before` and `after` being the decisions in force (see {@link inForce}). What a person
 * promoted stays promoted; what only a withdrawn decision had closed opens again; otherwise USEFUL leaves the state.
 */
export function stateAfter(
  current: CandidateState,
  before: readonly Decided[],
  after: readonly Decided[],
): CandidateState {
  if (current === 'PROMOTED') return current;
  const closed = closedBy(after);
  if (closed === true) return after.some((d) => d.decision === 'NOISE') ? 'SUPPRESSED' : 'DISMISSED';
  if (closed === false) return 'OPEN';
  return closedBy(before) === true ? 'OPEN' : current;
}
