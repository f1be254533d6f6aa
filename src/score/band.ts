import { DECISION_BANDS, type DecisionBand, type ReviewDecision } from '../domain/words.ts';
import type { ScoreSettings } from './settings.ts';

export const bandRank = (band: DecisionBand): number => DECISION_BANDS.indexOf(band);

export interface BandInputs {
  /** Millionths. */
  readonly score: number;
  readonly confidence: number;
  readonly episodes: number;
  readonly distinctDays: number;
  readonly ownDecisions: readonly ReviewDecision[];
}

/** The band of a score; a person's decision may raise it, never lower it. */
export function bandOf(inputs: BandInputs, settings: ScoreSettings): DecisionBand {
  const { promote, bandFloors, feedback } = settings;
  const isPromotable =
    inputs.score >= promote.score &&
    inputs.episodes >= promote.episodes &&
    inputs.distinctDays >= promote.days &&
    inputs.confidence >= promote.confidence;
  if (isPromotable) return 'PROMOTE_TO_INCIDENT_MEMORY';
  const byScore = bandFloors.findLast(({ from }) => inputs.score >= from)!.band;
  return inputs.ownDecisions.reduce((band, decision) => {
    const floor = feedback.bandFloor[decision];
    return floor !== undefined && bandRank(floor) > bandRank(band) ? floor : band;
  }, byScore);
}
