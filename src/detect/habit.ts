// A burst that comes at the same time of the hour, day or week as before is a habit: marked, never hidden.
import type { SpikeSettings } from './settings.ts';

/** [startMinute, endMinute) */
export interface MinuteSpan {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly unitMinutes: number;
}

/** How long after a burst its changes may still make or break the habit of another. */
export const habitReachMinutes = (settings: SpikeSettings): number =>
  Math.max(...settings.habits.map((h) => h.everyMinutes * h.times)) +
  settings.slackBuckets * settings.slotMinutes;

/**
 * Whether, for one of the habits, each of its past periods was hot throughout the burst's own times, give or take
 * `slackBuckets` of the burst's resolution. `others` are the bursts of the same series, in any order.
 */
export function isRecurring(
  burst: MinuteSpan,
  others: readonly MinuteSpan[],
  settings: SpikeSettings,
): boolean {
  const slack = settings.slackBuckets * burst.unitMinutes;
  const wasHot = (shift: number) => covers(others, burst.startMinute - shift, burst.endMinute - shift, slack);
  return settings.habits.some(({ everyMinutes, times }) =>
    Array.from({ length: times }, (_, i) => (i + 1) * everyMinutes).every(wasHot),
  );
}

function covers(spans: readonly MinuteSpan[], start: number, end: number, slack: number): boolean {
  const near = spans
    .filter((s) => s.startMinute - slack < end && s.endMinute + slack > start)
    .sort((a, b) => a.startMinute - b.startMinute);
  let covered = start;
  for (const span of near) {
    if (span.startMinute - slack > covered) return false;
    covered = Math.max(covered, span.endMinute + slack);
  }
  return covered >= end;
}
