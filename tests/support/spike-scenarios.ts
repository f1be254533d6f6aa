// What the spike statistic is asked, with the bounds that it has to keep.
import type { MinuteSpan } from '../../src/detect/habit.ts';
import type { Detector } from './episode-detectors.ts';
import {
  type BurstDraw,
  job,
  MINUTES_PER_DAY,
  NOISES,
  noise,
  noiseWithBursts,
  outage,
  type Simulated,
  step,
} from './simulated-series.ts';

export interface Scenario {
  readonly name: string;
  readonly make: (seed: number) => Simulated;
}

const overlaps = (a: MinuteSpan, b: MinuteSpan) => a.startMinute < b.endMinute && b.startMinute < a.endMinute;

export const falseEpisodes = (series: Simulated, detector: Detector): MinuteSpan[] =>
  detector(series).filter(
    (e) => e.startMinute >= series.judgedFrom && !series.bursts.some((burst) => overlaps(burst, e)),
  );

export function foundBursts(series: Simulated, detector: Detector): number {
  const episodes = detector(series);
  return series.bursts.filter((burst) => episodes.some((e) => overlaps(burst, e))).length;
}

const noisy = (name: keyof typeof NOISES, bound: number) => ({
  name,
  make: (seed: number) => noise(NOISES[name], seed),
  bound,
});

/** Nothing in them is worth a word; `bound`: false episodes per series and day. */
export const QUIET: readonly (Scenario & { readonly bound: number })[] = [
  noisy('Poisson, 0.5 a minute', 0),
  noisy('Poisson, 3 a minute', 0),
  noisy('negative binomial, mean 30, k = 1', 0.3),
  noisy('the same, mean 30 (1 + 0.8 sin) over the day', 0.9),
  { name: 'hourly cron, after its third time', make: (seed) => job(60, 2, 60, seed), bound: 0 },
  {
    name: 'daily backup, after its third time',
    make: (seed) => job(MINUTES_PER_DAY, 20, 1_600, seed),
    bound: 0,
  },
  { name: 'Poisson, 0.5 a minute, two-hour outages', make: (seed) => outage(0.5, 120, seed), bound: 0 },
  { name: 'Poisson, 3 a minute, two-hour outages', make: (seed) => outage(3, 120, seed), bound: 0 },
  { name: 'Poisson, 30 a minute, two-hour outages', make: (seed) => outage(30, 120, seed), bound: 0 },
];

const burst = (name: keyof typeof NOISES, burstMinutes: number, how: BurstDraw = 'exactly') => ({
  name: `${name}: ${how} ×10 for ${burstMinutes === 1 ? 'a minute' : `${burstMinutes} minutes`}`,
  make: (seed: number) => noiseWithBursts(NOISES[name], seed, burstMinutes, how),
  mustFindAll: how === 'exactly',
});

/**
 * Slow and unsteady series are judged on sums of five minutes: their bursts are not shorter. Where the events of a burst are
 * drawn at ten times the mean, some turn out at half of it: how many are found then is told, not asked for.
 */
export const BURSTS: readonly (Scenario & { readonly mustFindAll: boolean })[] = [
  burst('Poisson, 0.5 a minute', 5),
  burst('Poisson, 0.5 a minute', 5, 'about'),
  burst('Poisson, 0.5 a minute', 10, 'about'),
  burst('Poisson, 3 a minute', 1),
  burst('Poisson, 3 a minute', 1, 'about'),
  burst('Poisson, 3 a minute', 5),
  burst('Poisson, 3 a minute', 10, 'about'),
  burst('Poisson, 30 a minute', 1),
  burst('negative binomial, mean 30, k = 1', 5),
  burst('negative binomial, mean 30, k = 1', 10, 'about'),
  burst('the same, mean 30 (1 + 0.8 sin) over the day', 10, 'about'),
];

const rise = (name: keyof typeof NOISES, mustBeOne: boolean) => ({
  name,
  make: (seed: number) => step(NOISES[name], 4, seed),
  mustBeOne,
});

export const STEPS: readonly (Scenario & { readonly mustBeOne: boolean })[] = [
  rise('Poisson, 3 a minute', true),
  rise('Poisson, 30 a minute', true),
  rise('negative binomial, mean 30, k = 1', false),
];
