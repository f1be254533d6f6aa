// The score of a candidate: the exact sum of its components, in whole millionths, each with its reason.
import type { DecisionBand, ScoreComponent } from '../domain/words.ts';
import { bandOf } from './band.ts';
import { weighFeedback } from './feedback.ts';
import type { ScoreInputs } from './inputs.ts';
import type { ScoreSettings } from './settings.ts';
import {
  clamp01,
  type Weighed,
  weighImpact,
  weighNovelty,
  weighRecurrence,
  weighSpread,
  weighStrength,
} from './strength.ts';

export const MILLION = 1_000_000;

export interface Scored {
  /** Millionths, 0..1,000,000. */
  readonly score: number;
  readonly breakdown: ScoreComponent[];
  readonly band: DecisionBand;
  /** Millionths, 0..1,000,000. */
  readonly confidence: number;
}

export function scoreCandidate(inputs: ScoreInputs, settings: ScoreSettings): Scored {
  const breakdown = componentsOf(inputs, settings);
  const sum = breakdown.reduce((total, component) => total + component.contribution, 0);
  const score = Math.min(MILLION, Math.max(0, sum));
  if (score !== sum)
    breakdown.push({
      name: 'clamp',
      input: sum / MILLION,
      weight: 1,
      contribution: score - sum,
      reason: `A score lies between 0 and 1; the components sum to ${sum / MILLION}.`,
    });
  const confidence = confidenceOf(inputs, settings);
  return { score, breakdown, confidence, band: bandOf({ ...inputs, score, confidence }, settings) };
}

function componentsOf(inputs: ScoreInputs, settings: ScoreSettings): ScoreComponent[] {
  const { weights } = settings;
  const feedback = weighFeedback(inputs.reviews, settings);
  return [
    component('strength', weights.strength, weighStrength(inputs.strength, settings)),
    component('impact', weights.impact, weighImpact(inputs, settings)),
    component('recurrence', weights.recurrence, weighRecurrence(inputs, settings)),
    component('spread', weights.spread, weighSpread(inputs, settings)),
    component('novelty', weights.novelty, weighNovelty(inputs, settings)),
    component('feedback', settings.feedback.gain, {
      input: feedback.lean,
      reason:
        inputs.reviews.length === 0
          ? 'Nobody has reviewed this signature for this type yet.'
          : `Reviews weigh ${twoDecimals(feedback.useful)} useful against ${twoDecimals(feedback.noise)} noise.`,
    }),
  ];
}

const twoDecimals = (value: number) => String(Math.round(value * 100) / 100);

const component = (name: string, weight: number, { input, reason }: Weighed): ScoreComponent => ({
  name,
  input,
  weight,
  contribution: Math.round(weight * input * MILLION) + 0,
  reason,
});

/** n / (n + 5), n being how often it was seen, times the share of the evidence that we did not have to guess. */
function confidenceOf(inputs: ScoreInputs, settings: ScoreSettings): number {
  const n = trialsOf(inputs);
  const quality = inputs.events === 0 ? 1 : clamp01(inputs.sourced / inputs.events);
  return Math.round(
    (n / (n + settings.confidenceHalfAt)) * Math.max(settings.minParseQuality, quality) * MILLION,
  );
}

function trialsOf({ strength, episodes }: ScoreInputs): number {
  if (strength.type === 'SPREAD') return strength.assets;
  if (strength.type === 'PRECURSOR') return strength.trials;
  return episodes;
}
