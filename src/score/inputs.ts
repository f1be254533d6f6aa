import type { Severity } from '../domain/severity.ts';
import type { StrengthFacts } from '../domain/strength.ts';
import type { Micros } from '../domain/time.ts';
import type { ReviewDecision } from '../domain/words.ts';

/** One review that counts, with its age at the candidate's last event (never negative). */
export interface CountedReview {
  readonly decision: ReviewDecision;
  readonly ageUs: Micros;
}

/** Everything that a score depends on, besides the settings. */
export interface ScoreInputs {
  readonly strength: StrengthFacts;
  readonly severity: Severity;
  readonly episodes: number;
  readonly distinctDays: number;
  readonly assets: number;
  readonly signatureAgeUs: Micros;
  readonly events: number;
  /** How many of them carried their own timestamp and severity. */
  readonly sourced: number;
  /** On the same signature and type, the latest of each reviewer and subject. */
  readonly reviews: readonly CountedReview[];
  /** The decisions in force on the candidate itself: they may raise its band. */
  readonly ownDecisions: readonly ReviewDecision[];
}
