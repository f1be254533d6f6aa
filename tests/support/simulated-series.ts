// Counted series with a known truth, two weeks of minutes each: what the spike statistic is judged on.
import { randomGamma, randomPoisson } from 'd3-random';
import { type Random, seededRandom } from '../../src/cli/demo/random.ts';
import type { MinuteSpan } from '../../src/detect/habit.ts';

export const DAYS = 14;
export const MINUTES_PER_DAY = 1_440;
/** A Monday, 00:00 UTC. */
export const FIRST_MINUTE = Date.UTC(2026, 2, 2) / 60_000;

export interface Simulated {
  /** Events per minute from {@link FIRST_MINUTE} on. */
  readonly counts: readonly number[];
  /** Whether another signature keeps the asset alive all the time; else its silence is that of this series. */
  readonly hasCompany: boolean;
  /** What a person would want to be told about. */
  readonly bursts: readonly MinuteSpan[];
  /** What is found before is forgiven: nobody can know a habit at once. */
  readonly judgedFrom: number;
}

/** Draws the events of one minute of a series whose mean is `mean`. */
type Draw = (mean: number) => number;

const poisson =
  (random: Random): Draw =>
  (mean) =>
    randomPoisson.source(random.unit)(mean)();

/** Gamma-Poisson mixture: variance mean + mean²/k. */
const negativeBinomial =
  (random: Random, k: number): Draw =>
  (mean) =>
    poisson(random)(randomGamma.source(random.unit)(k, mean / k)());

type MeanAt = (minute: number) => number;

const steady =
  (mean: number): MeanAt =>
  () =>
    mean;

const overTheDay =
  (mean: number, swing: number): MeanAt =>
  (minute) =>
    mean * (1 + swing * Math.sin((2 * Math.PI * minute) / MINUTES_PER_DAY));

const minutes = Array.from({ length: DAYS * MINUTES_PER_DAY }, (_, i) => i);

const span = (from: number, length: number): MinuteSpan => ({
  startMinute: FIRST_MINUTE + from,
  endMinute: FIRST_MINUTE + from + length,
  unitMinutes: 1,
});

const isIn = (minute: number, spans: readonly MinuteSpan[]): boolean =>
  spans.some((s) => s.startMinute <= FIRST_MINUTE + minute && FIRST_MINUTE + minute < s.endMinute);

const quiet = { hasCompany: false, bursts: [], judgedFrom: FIRST_MINUTE } as const;

export type Noise = (random: Random) => { readonly draw: Draw; readonly meanAt: MeanAt };

export const NOISES = {
  'Poisson, 0.5 a minute': (random) => ({ draw: poisson(random), meanAt: steady(0.5) }),
  'Poisson, 3 a minute': (random) => ({ draw: poisson(random), meanAt: steady(3) }),
  'Poisson, 30 a minute': (random) => ({ draw: poisson(random), meanAt: steady(30) }),
  'negative binomial, mean 30, k = 1': (random) => ({
    draw: negativeBinomial(random, 1),
    meanAt: steady(30),
  }),
  'the same, mean 30 (1 + 0.8 sin) over the day': (random) => ({
    draw: negativeBinomial(random, 1),
    meanAt: overTheDay(30, 0.8),
  }),
} as const satisfies Record<string, Noise>;

export function noise(of: Noise, seed: number): Simulated {
  const { draw, meanAt } = of(seededRandom(seed));
  return { ...quiet, counts: minutes.map((m) => draw(meanAt(m))) };
}

/** How the events of a burst are drawn: as many as ten times the mean, or each minute as if its mean were ten times higher. */
export type BurstDraw = 'exactly' | 'about';

/**
 * The noise with one burst of ten times its mean on each day from the second on, between six and eighteen o'clock: no
 * burst is in the look-back of another.
 */
export function noiseWithBursts(of: Noise, seed: number, burstMinutes: number, how: BurstDraw): Simulated {
  const random = seededRandom(seed);
  const { draw, meanAt } = of(random);
  const bursts = Array.from({ length: DAYS - 1 }, (_, i) =>
    span(
      (i + 1) * MINUTES_PER_DAY +
        random.between(MINUTES_PER_DAY / 4, (MINUTES_PER_DAY * 3) / 4 - burstMinutes),
      burstMinutes,
    ),
  );
  const counts = minutes.map((m) => draw(meanAt(m) * (isIn(m, bursts) ? 10 : 1)));
  if (how === 'exactly') for (const burst of bursts) scatter(counts, burst, meanAt, random);
  return { ...quiet, counts, bursts };
}

function scatter(counts: number[], { startMinute, endMinute }: MinuteSpan, meanAt: MeanAt, random: Random) {
  const from = startMinute - FIRST_MINUTE;
  const length = endMinute - startMinute;
  counts.fill(0, from, from + length);
  for (let left = 10 * meanAt(from) * length; left > 0; left--)
    counts[from + Math.floor(random.unit() * length)]!++;
}

/**
 * Nothing but a job that starts every `everyMinutes`, up to a minute late, and writes about `events` lines over
 * `jobMinutes`.
 */
export function job(everyMinutes: number, jobMinutes: number, events: number, seed: number): Simulated {
  const random = seededRandom(seed);
  const counts = minutes.map(() => 0);
  const starts = minutes.filter((m) => m % everyMinutes === 0).map((m) => m + random.unit());
  for (const start of starts)
    for (let left = poisson(random)(events); left > 0; left--)
      counts[Math.floor(start + random.unit() * jobMinutes)]!++;
  const judgedFrom = FIRST_MINUTE + Math.ceil(starts[2]! + jobMinutes);
  return { counts, hasCompany: true, bursts: [], judgedFrom };
}

/** A source that says nothing for `outageMinutes`, once on each of the days after the first. */
export function outage(mean: number, outageMinutes: number, seed: number): Simulated {
  const random = seededRandom(seed);
  const draw = poisson(random);
  const outages = Array.from({ length: DAYS - 1 }, (_, i) =>
    span((i + 1) * MINUTES_PER_DAY + random.between(0, MINUTES_PER_DAY - outageMinutes), outageMinutes),
  );
  return { ...quiet, counts: minutes.map((m) => (isIn(m, outages) ? 0 : draw(mean))) };
}

/** A level that rises to `factor` times what it was at noon of the seventh day, for good. */
export function step(of: Noise, factor: number, seed: number): Simulated {
  const { draw, meanAt } = of(seededRandom(seed));
  const from = 6.5 * MINUTES_PER_DAY;
  const counts = minutes.map((m) => draw(meanAt(m) * (m >= from ? factor : 1)));
  return { ...quiet, counts, bursts: [span(from, minutes.length - from)] };
}
