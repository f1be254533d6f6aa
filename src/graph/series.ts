// A counted series with its silences: what counts as 0 and what as unknown, and the baseline of each point.

import { aliveMinutes, alivenessReachMinutes } from '../detect/aliveness.ts';
import { DETECT_SETTINGS } from '../detect/settings.ts';
import { learnBaseline } from '../detect/spike-window.ts';
import { ValidationError } from '../domain/errors.ts';
import { type Micros, minuteOf, US_PER_MINUTE } from '../domain/time.ts';

export interface SeriesPoint {
  readonly startUs: Micros;
  /** null: unknown. */
  readonly count: number | null;
  baseline(): number | null;
}

/** Half-open, in minutes since 1970, a whole number of buckets. */
export interface SeriesWindow {
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
}

const { aliveness, spike } = DETECT_SETTINGS;
const MAX_POINTS = 2_000;
export const DEFAULT_POINTS = 288;
export const NO_POINTS: readonly SeriesPoint[] = [];

/** Widens to whole buckets. Throws ValidationError for a window that is empty or has more points than anyone reads. */
export function seriesWindow(fromUs: Micros, toUs: Micros, minutes: number): SeriesWindow {
  const from = Math.floor(minuteOf(fromUs) / minutes) * minutes;
  const to = Math.ceil(Math.ceil(toUs / US_PER_MINUTE) / minutes) * minutes;
  const points = (to - from) / minutes;
  if (points <= 0) throw new ValidationError('from must lie before to.', ['from']);
  if (points > MAX_POINTS)
    throw new ValidationError(
      `${points} buckets lie between from and to; at most ${MAX_POINTS} are allowed. Take wider buckets or a shorter time.`,
      ['bucket'],
    );
  return { from, to, minutes };
}

/** From which minute counts are needed: the first point's baseline looks back as far as detection does. */
export const countsFrom = ({ from, minutes }: SeriesWindow): number => from - spike.windowBuckets * minutes;

/** From which minute on activity tells who was alive. */
export const activityFrom = (window: SeriesWindow): number =>
  countsFrom(window) - alivenessReachMinutes(aliveness);

/**
 * The points of `window`. `counts` holds events by minute; `active` the minutes with any event, ascending, of each
 * asset concerned: a bucket is known where one of them was alive in it.
 */
export function seriesPoints(
  counts: ReadonlyMap<number, number>,
  active: readonly (readonly number[])[],
  window: SeriesWindow,
): SeriesPoint[] {
  const { minutes, to } = window;
  const start = countsFrom(window);
  const known = new Uint8Array((to - start) / minutes);
  for (const asset of active) {
    const alive = aliveMinutes(asset, start, to, aliveness);
    for (let i = 0; i < alive.length; i++) if (alive[i] === 1) known[Math.floor(i / minutes)] = 1;
  }
  const values: (number | null)[] = Array.from(known, (isKnown) => (isKnown ? 0 : null));
  for (const [minute, n] of counts) {
    const slot = Math.floor((minute - start) / minutes);
    if (slot >= 0 && slot < values.length) values[slot] = (values[slot] ?? 0) + n;
  }
  return values.slice(spike.windowBuckets).map((count, i) => ({
    startUs: (window.from + i * minutes) * US_PER_MINUTE,
    count,
    baseline: () => baselineOf(values.slice(i, i + spike.windowBuckets)),
  }));
}

function baselineOf(preceding: readonly (number | null)[]): number | null {
  const learned = preceding.filter((count) => count !== null);
  return learned.length === 0 ? null : learnBaseline(learned, spike).level;
}
