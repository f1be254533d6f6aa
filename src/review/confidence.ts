// How reviews move the confidence of an incident or lesson: evidence adds up in log-odds, so that a reviewer's later
// decision takes back exactly what the earlier one gave, and no number of reviews reaches certainty.
import type { ReviewDecision } from '../domain/words.ts';
import { SCORE_SETTINGS } from '../score/settings.ts';

/** Log-odds: half of the decision's feedback counts. */
function evidenceOf(decision: ReviewDecision): number {
  const { useful, noise } = SCORE_SETTINGS.feedback;
  return (useful[decision] - noise[decision]) / 2;
}

const ONE = 1_000_000;
const LEAST = 0.01;
const MOST = 0.99;

/**
 * Both confidences in millionths. `previous` is the same reviewer's decision in force until now, which no longer counts.
 */
export function moveConfidence(
  confidence: number,
  previous: ReviewDecision | null,
  decision: ReviewDecision,
): number {
  const change = evidenceOf(decision) - (previous === null ? 0 : evidenceOf(previous));
  if (change === 0) return confidence;
  const share = Math.min(MOST, Math.max(LEAST, confidence / ONE));
  const odds = (share / (1 - share)) * Math.exp(change);
  return Math.round(Math.min(MOST, Math.max(LEAST, odds / (1 + odds))) * ONE);
}
