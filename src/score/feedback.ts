// What people's reviews teach about a (signature, type): a shrunken share of useful judgements, halved in weight
// every ninety days. Beta-binomial smoothing: p = (2 + u) / (4 + u + n).
import { US_PER_DAY } from '../domain/time.ts';
import type { CountedReview } from './inputs.ts';
import type { ScoreSettings } from './settings.ts';

export interface Feedback {
  /** Weighted counts of useful and of noise. */
  readonly useful: number;
  readonly noise: number;
  /** p - 0.5; exactly 0 while nothing was judged. */
  readonly lean: number;
}

export function weighFeedback(reviews: readonly CountedReview[], settings: ScoreSettings): Feedback {
  const { prior, halfLifeDays, useful: usefulOf, noise: noiseOf } = settings.feedback;
  let useful = 0;
  let noise = 0;
  for (const { decision, ageUs } of reviews) {
    const weight = 0.5 ** (ageUs / (halfLifeDays * US_PER_DAY));
    useful += weight * usefulOf[decision];
    noise += weight * noiseOf[decision];
  }
  const lean = useful === noise ? 0 : (prior + useful) / (2 * prior + useful + noise) - 0.5;
  return { useful, noise, lean };
}
