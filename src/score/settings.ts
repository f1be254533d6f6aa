// Weights and thresholds of the score, with their defaults. A receipt carries a copy, so that old scores can be recomputed.
import type { CandidateType, DecisionBand, ReviewDecision } from '../domain/words.ts';

export interface ScoreSettings {
  readonly weights: {
    readonly strength: number;
    readonly impact: number;
    readonly recurrence: number;
    readonly spread: number;
    readonly novelty: number;
  };
  /** By severity rank, DEBUG first. */
  readonly impactBySeverity: readonly number[];
  /** log2(1 + episodes) / this */
  readonly recurrenceDivisor: number;
  /** (assets - 1) / this */
  readonly spreadDivisor: number;
  /** Novelty is 1 below the first age and falls to 0 at the second. */
  readonly noveltyFullHours: number;
  readonly noveltyEndDays: number;
  /** What a type's figure is divided by: full strength. */
  readonly fullStrength: Readonly<Record<Exclude<CandidateType, 'BURST' | 'ANOMALY'>, number>>;
  readonly anomalyWithoutModel: number;
  readonly burstBase: number;
  readonly burstRatio: number;
  readonly burstSmoothing: number;
  readonly confidenceHalfAt: number;
  readonly minParseQuality: number;
  /** Least score of a band, in millionths, ascending. */
  readonly bandFloors: readonly { readonly band: DecisionBand; readonly from: number }[];
  readonly promote: {
    readonly score: number;
    readonly episodes: number;
    readonly days: number;
    readonly confidence: number;
  };
  readonly feedback: {
    readonly gain: number;
    readonly prior: number;
    readonly halfLifeDays: number;
    readonly useful: Readonly<Record<ReviewDecision, number>>;
    readonly noise: Readonly<Record<ReviewDecision, number>>;
    readonly bandFloor: Readonly<Partial<Record<ReviewDecision, DecisionBand>>>;
  };
}

export const SCORE_SETTINGS: ScoreSettings = {
  weights: { strength: 0.3, impact: 0.25, recurrence: 0.2, spread: 0.15, novelty: 0.1 },
  impactBySeverity: [0, 0.1, 0.2, 0.4, 0.7, 1, 1, 1],
  recurrenceDivisor: 4,
  spreadDivisor: 9,
  noveltyFullHours: 24,
  noveltyEndDays: 30,
  fullStrength: { RECURRENCE: 7, SELF_HEAL: 5, PRECURSOR: 5, SPREAD: 10 },
  anomalyWithoutModel: 0.7,
  burstBase: 0.3,
  burstRatio: 3,
  burstSmoothing: 5,
  confidenceHalfAt: 5,
  minParseQuality: 0.5,
  bandFloors: [
    { band: 'IGNORE', from: 0 },
    { band: 'WATCH', from: 200_000 },
    { band: 'REVIEW', from: 400_000 },
    { band: 'URGENT_HUMAN_REVIEW', from: 600_000 },
  ],
  promote: { score: 600_000, episodes: 3, days: 2, confidence: 600_000 },
  feedback: {
    gain: 0.6,
    prior: 2,
    halfLifeDays: 90,
    useful: { NOISE: 0, FALSE_POSITIVE: 0, IGNORE: 0, INVESTIGATE: 0.5, USEFUL: 1, URGENT: 2, PROMOTE: 3 },
    noise: { NOISE: 1, FALSE_POSITIVE: 2, IGNORE: 0, INVESTIGATE: 0, USEFUL: 0, URGENT: 0, PROMOTE: 0 },
    bandFloor: { INVESTIGATE: 'REVIEW', URGENT: 'URGENT_HUMAN_REVIEW' },
  },
};
