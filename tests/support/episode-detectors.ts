// Ours and two that everybody writes first, on the same minutes: each gives the episodes that it would call unusual.
import { aliveMinutes } from '../../src/detect/aliveness.ts';
import { isRecurring, type MinuteSpan } from '../../src/detect/habit.ts';
import { DETECT_SETTINGS } from '../../src/detect/settings.ts';
import { findBursts } from '../../src/detect/spike.ts';
import { FIRST_MINUTE, type Simulated } from './simulated-series.ts';

const { spike, aliveness } = DETECT_SETTINGS;

export type Detector = (series: Simulated) => MinuteSpan[];

/** As the pipeline does: what is alive, what bursts, and which bursts are no habit. */
export const ours: Detector = ({ counts, hasCompany }) => {
  const to = FIRST_MINUTE + counts.length;
  const active = counts.flatMap((n, i) => (n > 0 || hasCompany ? [FIRST_MINUTE + i] : []));
  const alive = aliveMinutes(active, FIRST_MINUTE, to, aliveness);
  const { bursts } = findBursts({ fromMinute: FIRST_MINUTE, counts, alive }, FIRST_MINUTE, to, spike);
  return bursts.filter((burst) => !isRecurring(burst, bursts, spike));
};

/** Calls a minute hot by the 120 before it. */
type IsHot = (count: number, window: readonly number[]) => boolean;

const naive =
  (isHot: IsHot): Detector =>
  ({ counts }) => {
    const episodes: { startMinute: number; endMinute: number; unitMinutes: number }[] = [];
    for (let i = spike.warmUpBuckets; i < counts.length; i++) {
      if (!isHot(counts[i]!, counts.slice(Math.max(0, i - spike.windowBuckets), i))) continue;
      const minute = FIRST_MINUTE + i;
      const open = episodes.at(-1);
      if (open !== undefined && minute - open.endMinute < spike.closeBuckets) open.endMinute = minute + 1;
      else episodes.push({ startMinute: minute, endMinute: minute + 1, unitMinutes: 1 });
    }
    return episodes;
  };

export const threeTimesMean: Detector = naive(
  (count, window) => count > (3 * window.reduce((sum, n) => sum + n, 0)) / window.length,
);

/** Makes the median absolute deviation of normally distributed values their standard deviation. */
const MAD_TO_SIGMA = 1.4826;

export const medianAndMad: Detector = naive((count, window) => {
  const middle = medianOf(window);
  return count > middle + 3 * MAD_TO_SIGMA * medianOf(window.map((n) => Math.abs(n - middle)));
});

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
