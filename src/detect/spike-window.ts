// The baseline of a counted series and the test against it: a pure function of at most 120 preceding counts.
// Variance-stabilised z-score of a Poisson count (Anscombe 1948), widened by the dispersion that the window shows.
import type { SpikeSettings } from './settings.ts';

const POISSON_PRECISION = 1e-9;
/** From this mean on the dispersion of a Poisson series is 1 within a hundredth. */
const STABLE_MEAN = 50;

export interface Baseline {
  /** Events per bucket. */
  readonly level: number;
  /** φ²: 1 for a Poisson series, more for an unsteady one. */
  readonly dispersion: number;
  /** Mean of the window, hot buckets winsorised. */
  readonly rate: number;
  readonly warmedUp: boolean;
}

/** Learns from `window` (oldest first): hot buckets enter winsorised, and a burst that stays becomes the new normal. */
export function learnBaseline(window: readonly number[], settings: SpikeSettings): Baseline {
  let learned: number[] = [];
  let ewma = Number.NaN;
  let burst: { level: number; length: number; below: number } | null = null;
  const learn = (count: number) => {
    learned.push(count);
    ewma = Number.isNaN(ewma) ? count : ewma + settings.ewmaAlpha * (count - ewma);
  };
  for (let i = 0; i < window.length; i++) {
    const count = window[i]!;
    const level = hotAgainst(count, learned, ewma, settings);
    learn(level === null ? count : Math.min(count, settings.ratio * level));
    if (burst === null && level !== null) burst = { level, length: 0, below: 0 };
    if (burst === null) continue;
    burst.length++;
    burst.below = count < settings.closeRatio * burst.level ? burst.below + 1 : 0;
    if (burst.below >= settings.closeBuckets) burst = null;
    else if (burst.length >= settings.maxBurstBuckets) {
      burst = null;
      learned = [];
      ewma = Number.NaN;
      for (const raw of window.slice(i + 1 - settings.maxBurstBuckets, i + 1)) learn(raw);
    }
  }
  const level = levelOf(learned, ewma, settings);
  return {
    level,
    dispersion: dispersionOf(learned, level),
    rate: learned.length === 0 ? 0 : learned.reduce((sum, x) => sum + x, 0) / learned.length,
    warmedUp: learned.length >= settings.warmUpBuckets,
  };
}

/** Whether `count` stands out from the baseline; exactly `ratio` times its level does not. */
export const standsOut = (count: number, baseline: Baseline, settings: SpikeSettings): boolean =>
  baseline.warmedUp &&
  count >= settings.minCount &&
  count > settings.ratio * baseline.level &&
  zScore(count, baseline.level, baseline.dispersion) >= settings.zScore;

/** Whether a bucket of `ratio` times the level reaches the z-score: else much that is unusual is not seen in one bucket. */
export const tellsEnough = ({ level, dispersion }: Baseline, settings: SpikeSettings): boolean =>
  zScore(settings.ratio * level, level, dispersion) >= settings.zScore;

/**
 * The baseline with the dispersion of a Poisson series of its level at least. Few counts may look steadier by luck: with a
 * sum beginning in every minute, that would be a false alarm now and then.
 */
export const noSteadierThanChance = (baseline: Baseline): Baseline => ({
  ...baseline,
  dispersion: Math.max(baseline.dispersion, poissonDispersion(baseline.level)),
});

/** E[(2√X − 2√mean)²] of a Poisson X: 1 for a great mean, up to 1.6 for a small one. */
function poissonDispersion(mean: number): number {
  if (mean >= STABLE_MEAN) return 1;
  let sum = 0;
  let probability = Math.exp(-mean);
  for (let k = 0; k <= mean || probability > POISSON_PRECISION; k++) {
    sum += probability * (2 * Math.sqrt(k) - 2 * Math.sqrt(mean)) ** 2;
    probability *= mean / (k + 1);
  }
  return sum;
}

/** The level that `count` stands out from, or null. The cheap tests come first: most buckets fail them. */
function hotAgainst(count: number, learned: number[], ewma: number, settings: SpikeSettings): number | null {
  if (learned.length < settings.warmUpBuckets || count < settings.minCount) return null;
  if (count <= settings.ratio * ewma) return null;
  const level = levelOf(learned, ewma, settings);
  if (count <= settings.ratio * level) return null;
  return zScore(count, level, dispersionOf(learned, level)) >= settings.zScore ? level : null;
}

const levelOf = (learned: readonly number[], ewma: number, settings: SpikeSettings): number =>
  learned.length === 0
    ? settings.baselineFloor
    : Math.max(medianOf(learned.slice(-settings.medianBuckets)), ewma, settings.baselineFloor);

const zScore = (count: number, level: number, dispersion: number): number =>
  (2 * (Math.sqrt(count) - Math.sqrt(level))) / Math.sqrt(dispersion);

function dispersionOf(learned: readonly number[], level: number): number {
  if (learned.length === 0) return 1;
  const root = 2 * Math.sqrt(level);
  let sum = 0;
  for (const count of learned) sum += (2 * Math.sqrt(count) - root) ** 2;
  return Math.max(1, sum / learned.length);
}

function medianOf(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
