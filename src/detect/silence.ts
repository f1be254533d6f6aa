// SILENCE: an asset that was heard of regularly is heard of no more. Judged in event time: against how far the tenant's
// events have come, whichever asset they are from.
import { type Micros, US_PER_MINUTE } from '../domain/time.ts';
import { firstAtOrAfter, type Habit, habits } from './aliveness.ts';
import type { AlivenessSettings, DetectSettings, SilenceSettings } from './settings.ts';
import { lasting, utcRange, utcTime } from './text.ts';

/** Minutes [startMinute, endMinute) without an event; `endMinute` null: it goes on. */
export interface Silence {
  readonly startMinute: number;
  readonly endMinute: number | null;
  /** The minute in which the quiet outlasted the habit. */
  readonly noticedMinute: number;
  readonly habit: Habit;
}

/** What one asset's minutes tell, from some moment on. */
export interface SilenceResult {
  readonly silences: Silence[];
  /** When the quiet after the last active minute becomes a silence if nothing comes; null: it has, or never will. */
  readonly dueMinute: number | null;
}

/**
 * The silences that follow the active minutes in [from, to]. `active` (ascending, distinct) reaches from
 * `alivenessReachMinutes` before `from` to the first active minute after `to`. `now`: the latest minute of the tenant.
 */
export function findSilences(
  active: readonly number[],
  from: number,
  to: number,
  now: number,
  settings: Pick<DetectSettings, 'aliveness' | 'silence'>,
): SilenceResult {
  const habitAt = habits(active, settings.aliveness);
  const silences: Silence[] = [];
  let dueMinute: number | null = null;
  for (let i = firstAtOrAfter(active, from); i < active.length && active[i]! <= to; i++) {
    const last = active[i]!;
    const endMinute = active[i + 1] ?? null;
    const until = endMinute ?? last + settings.aliveness.maxQuietMinutes + 1;
    const noticedMinute = noticedBetween(last, until, habitAt, settings);
    if (noticedMinute === null) continue;
    if (endMinute === null && noticedMinute > now) dueMinute = noticedMinute;
    else silences.push({ startMinute: last + 1, endMinute, noticedMinute, habit: habitAt(noticedMinute) });
  }
  return { silences, dueMinute };
}

/** The first minute after `last` and before `until` that is not alive, of an asset with a habit. */
function noticedBetween(
  last: number,
  until: number,
  habitAt: (minute: number) => Habit,
  { aliveness, silence }: { aliveness: AlivenessSettings; silence: SilenceSettings },
): number | null {
  const latest = Math.min(until - 1, last + aliveness.maxQuietMinutes);
  for (let minute = last + aliveness.minQuietMinutes; minute <= latest; minute++) {
    const { gaps, quietMinutes } = habitAt(minute);
    if (minute - last >= quietMinutes && gaps >= silence.minGaps) return minute;
  }
  return null;
}

export const silenceSubject = (hostname: string, { startMinute }: Pick<Silence, 'startMinute'>): string =>
  `${hostname}|${startMinute}`;

const us = (minute: number): Micros => minute * US_PER_MINUTE;

const usually = ({ usualMinutes }: Habit): string =>
  usualMinutes <= 1 ? 'every minute' : `at least every ${lasting(us(usualMinutes))}`;

/** `web-1 was silent for 2 hours, 2026-03-04 02:10–04:10 UTC; usually something comes every minute` */
export function silenceText(hostname: string, { startMinute, endMinute, habit }: Silence): string {
  const usual = `usually something comes ${usually(habit)}`;
  if (endMinute === null)
    return `${hostname} fell silent: nothing since ${utcTime(us(startMinute))}; ${usual}`;
  const length = lasting(us(endMinute - startMinute));
  return `${hostname} was silent for ${length}, ${utcRange(us(startMinute), us(endMinute))}; ${usual}`;
}

/** `web-1 is heard of again after 2 hours of silence, 2026-03-04 04:10 UTC` */
export const recoveryText = (hostname: string, startMinute: number, endMinute: number): string =>
  `${hostname} is heard of again after ${lasting(us(endMinute - startMinute))} of silence, ${utcTime(us(endMinute))}`;
