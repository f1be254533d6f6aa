// Times given as a count since 1970, told apart by their size.

import type { Micros } from '../domain/time.ts';
import * as c from './chars.ts';

/** 1989: a smaller count of seconds is a duration or a counter, not a time. */
const MIN_SECONDS = 6e8;
/** Beyond the year 2255 microseconds are no exact numbers any more. */
const MAX_SECONDS = 9e9;

/** Units per second, coarsest first: each range of plausible times ends long before the next one begins. */
const SCALES = [1, 1e3, 1e6, 1e9] as const;

/** Seconds, milliseconds, microseconds or nanoseconds since 1970; null when it can be none of them. */
export function microsOfEpoch(count: number): Micros | null {
  for (const perSecond of SCALES) {
    if (count >= MIN_SECONDS * perSecond && count < MAX_SECONDS * perSecond) {
      return perSecond > 1e6 ? Math.floor(count / 1e3) : Math.round(count * (1e6 / perSecond));
    }
  }
  return null;
}

/** The same for digits as text, exact for nanoseconds too, which a number is not. */
export function microsOfEpochText(text: string): Micros | null {
  const whole = c.digitsEnd(text, 0);
  if (whole < 9 || whole > 19) return null;
  if (whole === text.length)
    return microsOfEpoch(whole > 16 ? Number(text.slice(0, whole - 3)) : Number(text));
  const end = c.digitsEnd(text, whole + 1);
  return text.charCodeAt(whole) === c.DOT && end > whole + 1 && end === text.length
    ? microsOfEpoch(Number(text))
    : null;
}
