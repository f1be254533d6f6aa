// What would have to change for a candidate to reach the next band, found by trying it.
import { DECISION_BANDS, type DecisionBand } from '../domain/words.ts';
import { bandRank } from './band.ts';
import type { ScoreInputs } from './inputs.ts';
import { scoreCandidate } from './score.ts';
import type { ScoreSettings } from './settings.ts';

export interface BandStep {
  readonly dimension: 'hosts' | 'episodes' | 'days' | 'severity';
  /** How many more of it. */
  readonly more: number;
}

export interface BandDistance {
  readonly band: DecisionBand;
  /** Millionths of score that are missing; 0 where only another condition is. */
  readonly missingScore: number;
  /** Each suffices alone. */
  readonly ways: BandStep[];
  /** `2 more hosts or 4 more episodes` */
  readonly description: string;
}

const MAX_STEPS = 30;
const NAMES = { hosts: 'host', episodes: 'episode', days: 'day', severity: 'severity level' } as const;

/** Null at the highest band. */
export function nextBand(inputs: ScoreInputs, settings: ScoreSettings): BandDistance | null {
  const now = scoreCandidate(inputs, settings);
  const band = DECISION_BANDS[bandRank(now.band) + 1];
  if (band === undefined) return null;
  const ways = (['hosts', 'episodes', 'days', 'severity'] as const).flatMap((dimension) =>
    fewest(inputs, dimension, band, settings),
  );
  const floor = settings.bandFloors.find((f) => f.band === band)?.from ?? settings.promote.score;
  return {
    band,
    missingScore: Math.max(0, floor - now.score),
    ways,
    description: ways.length === 0 ? unreachable(inputs, band, settings) : ways.map(inWords).join(' or '),
  };
}

const inWords = ({ dimension, more }: BandStep): string =>
  `${more} more ${NAMES[dimension]}${more === 1 ? '' : 's'}`;

function fewest(
  inputs: ScoreInputs,
  dimension: BandStep['dimension'],
  band: DecisionBand,
  settings: ScoreSettings,
): BandStep[] {
  for (let more = 1; more <= MAX_STEPS; more++) {
    const changed = withMore(inputs, dimension, more);
    if (changed === null) return [];
    if (bandRank(scoreCandidate(changed, settings).band) >= bandRank(band)) return [{ dimension, more }];
  }
  return [];
}

/** The inputs with more of one thing, and of what comes with it; null where there is no more of it. */
function withMore(inputs: ScoreInputs, dimension: BandStep['dimension'], more: number): ScoreInputs | null {
  const { strength } = inputs;
  switch (dimension) {
    case 'hosts':
      if (strength.type !== 'RECURRENCE' && strength.type !== 'SPREAD') return null;
      return {
        ...inputs,
        assets: inputs.assets + more,
        strength: strength.type === 'SPREAD' ? { ...strength, assets: strength.assets + more } : strength,
      };
    case 'episodes':
      return {
        ...inputs,
        episodes: inputs.episodes + more,
        strength: strength.type === 'SELF_HEAL' ? { ...strength, cycles: strength.cycles + more } : strength,
      };
    case 'days':
      return {
        ...inputs,
        episodes: inputs.episodes + more,
        distinctDays: inputs.distinctDays + more,
        strength:
          strength.type === 'RECURRENCE'
            ? { ...strength, distinctDays: strength.distinctDays + more }
            : strength.type === 'SELF_HEAL'
              ? { ...strength, cycles: strength.cycles + more }
              : strength,
      };
    case 'severity': {
      const severity = inputs.severity + more;
      return severity > 5 ? null : { ...inputs, severity: severity as ScoreInputs['severity'] };
    }
  }
}

function unreachable(inputs: ScoreInputs, band: DecisionBand, settings: ScoreSettings): string {
  if (band !== 'PROMOTE_TO_INCIDENT_MEMORY') return 'several of: more hosts, more episodes, a worse severity';
  const { episodes, days, confidence } = settings.promote;
  const quality = inputs.events === 0 ? 1 : inputs.sourced / inputs.events;
  return quality < 1
    ? `at least ${episodes} episodes on ${days} days, and evidence whose timestamp and severity came from the source (confidence ${confidence / 1e6} or more)`
    : `at least ${episodes} episodes on ${days} days with a higher score`;
}
