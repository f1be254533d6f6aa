// Tells silence from quiet: a minute without events counts as 0 for an asset that was alive and as unknown for one
// that was silent. An asset's habits are the gaps between its active minutes in the day before the hour that is judged.
import type { AlivenessSettings } from './settings.ts';

const MINUTES_PER_HOUR = 60;

/** What the day before an hour tells of how often an asset is heard of. */
export interface Habit {
  /** Gaps between active minutes that it was read from. */
  readonly gaps: number;
  /** Nearly all gaps (`gapPercentile`) are no longer than this; 0 where there are none. */
  readonly usualMinutes: number;
  /** An asset that was not heard of for so long is silent. */
  readonly quietMinutes: number;
}

/** How long before a judged minute an active minute may lie that still has a say in it. */
export const alivenessReachMinutes = (settings: AlivenessSettings): number =>
  Math.max(settings.maxQuietMinutes, settings.habitMinutes + MINUTES_PER_HOUR);

/**
 * 1 for each alive minute of [from, to), else 0. `active` holds the minutes (ascending, distinct) in which the asset
 * had events, from {@link alivenessReachMinutes} before `from` on.
 */
export function aliveMinutes(
  active: readonly number[],
  from: number,
  to: number,
  settings: AlivenessSettings,
): Uint8Array {
  const alive = new Uint8Array(Math.max(0, to - from));
  const habitAt = habits(active, settings);
  for (let i = 0; i < active.length; i++) {
    const minute = active[i]!;
    const next = Math.min(active[i + 1] ?? to, to);
    const surelyAlive = Math.min(next, minute + settings.minQuietMinutes);
    for (let m = Math.max(minute, from); m < surelyAlive; m++) alive[m - from] = 1;
    const perhapsAlive = Math.min(next, minute + settings.maxQuietMinutes);
    for (let m = Math.max(surelyAlive, from); m < perhapsAlive; m++)
      if (m - minute < habitAt(m).quietMinutes) alive[m - from] = 1;
  }
  return alive;
}

/** The habit by which a minute is judged; `active` as for {@link aliveMinutes}. */
export function habits(active: readonly number[], settings: AlivenessSettings): (minute: number) => Habit {
  const known = new Map<number, Habit>();
  return (minute) => {
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    let habit = known.get(hour);
    if (habit === undefined) {
      habit = habitBefore(active, hour * MINUTES_PER_HOUR, settings);
      known.set(hour, habit);
    }
    return habit;
  };
}

function habitBefore(active: readonly number[], end: number, settings: AlivenessSettings): Habit {
  const gaps: number[] = [];
  for (let i = firstAtOrAfter(active, end - settings.habitMinutes) + 1; i < active.length; i++) {
    if (active[i]! >= end) break;
    gaps.push(active[i]! - active[i - 1]!);
  }
  if (gaps.length === 0) return { gaps: 0, usualMinutes: 0, quietMinutes: settings.minQuietMinutes };
  gaps.sort((a, b) => a - b);
  const usualMinutes = gaps[Math.ceil(settings.gapPercentile * gaps.length) - 1]!;
  const quietMinutes = Math.min(
    Math.max(settings.minQuietMinutes, settings.gapFactor * usualMinutes),
    settings.maxQuietMinutes,
  );
  return { gaps: gaps.length, usualMinutes, quietMinutes };
}

/** The index of the first element that is `value` or greater, in an ascending array. */
export function firstAtOrAfter(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
