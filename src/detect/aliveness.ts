// Tells silence from quiet: a minute without events counts as 0 for an asset that was alive and as unknown for one
// that was silent. An asset's habits are the gaps between its active minutes in the day before the hour that is judged.
import type { AlivenessSettings } from './settings.ts';

const MINUTES_PER_HOUR = 60;

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
  const quietMinutes = quietMinutesByHour(active, settings);
  for (let i = 0; i < active.length; i++) {
    const minute = active[i]!;
    const next = Math.min(active[i + 1] ?? to, to);
    const surelyAlive = Math.min(next, minute + settings.minQuietMinutes);
    for (let m = Math.max(minute, from); m < surelyAlive; m++) alive[m - from] = 1;
    const perhapsAlive = Math.min(next, minute + settings.maxQuietMinutes);
    for (let m = Math.max(surelyAlive, from); m < perhapsAlive; m++)
      if (m - minute < quietMinutes(Math.floor(m / MINUTES_PER_HOUR))) alive[m - from] = 1;
  }
  return alive;
}

function quietMinutesByHour(
  active: readonly number[],
  settings: AlivenessSettings,
): (hour: number) => number {
  const known = new Map<number, number>();
  return (hour) => {
    let quiet = known.get(hour);
    if (quiet === undefined) {
      quiet = quietMinutesIn(active, hour * MINUTES_PER_HOUR, settings);
      known.set(hour, quiet);
    }
    return quiet;
  };
}

function quietMinutesIn(active: readonly number[], end: number, settings: AlivenessSettings): number {
  const gaps: number[] = [];
  for (let i = firstAtOrAfter(active, end - settings.habitMinutes) + 1; i < active.length; i++) {
    if (active[i]! >= end) break;
    gaps.push(active[i]! - active[i - 1]!);
  }
  if (gaps.length === 0) return settings.minQuietMinutes;
  gaps.sort((a, b) => a - b);
  const usual = gaps[Math.ceil(settings.gapPercentile * gaps.length) - 1]!;
  return Math.min(Math.max(settings.minQuietMinutes, settings.gapFactor * usual), settings.maxQuietMinutes);
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
