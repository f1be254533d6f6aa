// How strongly a detection shows, per type: 0..1.

import { severityName } from '../domain/severity.ts';
import type { StrengthFacts } from '../domain/strength.ts';
import type { ScoreInputs } from './inputs.ts';
import type { ScoreSettings } from './settings.ts';

export const clamp01 = (value: number): number => (value > 0 ? Math.min(1, value) : 0);

/** The ratio, and the sentence that explains it. */
export interface Weighed {
  readonly input: number;
  readonly reason: string;
}

const oneDecimal = (value: number) => String(Math.round(value * 10) / 10);
const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;

export function weighStrength(facts: StrengthFacts, settings: ScoreSettings): Weighed {
  switch (facts.type) {
    case 'RECURRENCE': {
      const full = settings.fullStrength.RECURRENCE;
      return {
        input: clamp01(facts.distinctDays / full),
        reason: `Seen on ${plural(facts.distinctDays, 'distinct day')}; ${full} are full strength.`,
      };
    }
    case 'SELF_HEAL': {
      const full = settings.fullStrength.SELF_HEAL;
      return {
        input: clamp01(facts.cycles / full),
        reason: `Healed by itself in ${plural(facts.cycles, 'cycle')}; ${full} are full strength.`,
      };
    }
    case 'BURST': {
      const { burstBase, burstRatio, burstSmoothing } = settings;
      const excess = (facts.peak + burstSmoothing) / (facts.baseline + burstSmoothing);
      return {
        input: clamp01(burstBase + Math.log10(excess / burstRatio)),
        reason: `Peak of ${facts.peak} against a normal of ${oneDecimal(facts.baseline)}.`,
      };
    }
    case 'SPREAD': {
      const full = settings.fullStrength.SPREAD;
      return {
        input: clamp01(facts.assets / full),
        reason: `On ${plural(facts.assets, 'asset')}; ${full} are full strength.`,
      };
    }
    case 'PRECURSOR': {
      const full = settings.fullStrength.PRECURSOR;
      return {
        input: clamp01(facts.confidence) * clamp01(facts.lift / full),
        reason: `Followed by the failure in ${Math.round(facts.confidence * 100)} % of its episodes, ${oneDecimal(facts.lift)} times the base rate.`,
      };
    }
    case 'ANOMALY':
      return {
        input: clamp01(facts.modelScore ?? settings.anomalyWithoutModel),
        reason:
          facts.modelScore === null
            ? 'Found by rule, without a model.'
            : `The model scored it ${oneDecimal(facts.modelScore)}.`,
      };
  }
}

export const weighImpact = ({ severity }: ScoreInputs, settings: ScoreSettings): Weighed => ({
  input: settings.impactBySeverity[severity]!,
  reason: `Worst severity ${severityName(severity)}.`,
});

export const weighRecurrence = ({ episodes }: ScoreInputs, settings: ScoreSettings): Weighed => ({
  input: clamp01(Math.log2(1 + episodes) / settings.recurrenceDivisor),
  reason: `${plural(episodes, 'episode')}; ${2 ** settings.recurrenceDivisor - 1} are full recurrence.`,
});

export const weighSpread = ({ assets }: ScoreInputs, settings: ScoreSettings): Weighed => ({
  input: clamp01((assets - 1) / settings.spreadDivisor),
  reason:
    assets === 0
      ? 'No asset is named.'
      : `On ${plural(assets, 'asset')}; ${settings.spreadDivisor + 1} are full spread.`,
});

const US_PER_HOUR = 3_600_000_000;

export function weighNovelty({ signatureAgeUs }: ScoreInputs, settings: ScoreSettings): Weighed {
  const hours = signatureAgeUs / US_PER_HOUR;
  const { noveltyFullHours: full, noveltyEndDays } = settings;
  const end = noveltyEndDays * 24;
  const age = hours < 48 ? plural(Math.floor(hours), 'hour') : plural(Math.floor(hours / 24), 'day');
  return {
    input: hours < full ? 1 : clamp01((end - hours) / (end - full)),
    reason: `The signature was ${age} old at the last event; new below ${full} hours, known from ${noveltyEndDays} days on.`,
  };
}
