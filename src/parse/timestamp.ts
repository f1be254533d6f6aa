// Timestamps read by character at a known place: RFC 3339 and its relatives, and the BSD form of RFC 3164.

import { type Micros, US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts';
import { dayNumber, inferYear } from './calendar.ts';
import * as c from './chars.ts';
import type { ParseContext } from './parsed-line.ts';

/** A time found in a text, and the index after it. */
export interface FoundTime {
  us: Micros;
  end: number;
  yearInferred: boolean;
  /** The zone is written beside it. */
  zoned: boolean;
}

/** Minutes east of Greenwich. The American ones as RFC 5322 section 4.3 fixes them; ambiguous names are left out. */
const NAMED_ZONES = new Map<string, number>([
  ['Z', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['WET', 0],
  ['WEST', 60],
  ['CET', 60],
  ['CEST', 120],
  ['EET', 120],
  ['EEST', 180],
  ['MSK', 180],
  ['JST', 540],
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
]);

/** Seconds into the day of `HH:MM:SS` at `at` (60 for a leap second is allowed), or -1. */
export function secondsOfDayAt(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== c.COLON || text.charCodeAt(at + 5) !== c.COLON) return -1;
  const hour = c.digitsAt(text, at, 2);
  const minute = c.digitsAt(text, at + 3, 2);
  const second = c.digitsAt(text, at + 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
  return hour * 3600 + minute * 60 + second;
}

/** The index after the fraction `.123` or `,123` that starts at `at`, or `at`. */
export function fractionEnd(text: string, at: number): number {
  const mark = text.charCodeAt(at);
  if (mark !== c.DOT && mark !== c.COMMA) return at;
  const end = c.digitsEnd(text, at + 1);
  return end === at + 1 ? at : end;
}

/** The microseconds of a fraction between `at` (its mark) and `end`; finer digits are cut off. */
export function fractionUs(text: string, at: number, end: number): number {
  let us = 0;
  let scale = US_PER_SECOND / 10;
  for (let i = at + 1; i < end && scale >= 1; i++) {
    us += (text.charCodeAt(i) - c.ZERO) * scale;
    scale /= 10;
  }
  return us;
}

interface FoundZone {
  offsetMinutes: number;
  end: number;
}

function numericZoneAt(text: string, at: number): FoundZone | null {
  const sign = text.charCodeAt(at);
  if (sign !== c.PLUS && sign !== c.MINUS) return null;
  const hours = c.digitsAt(text, at + 1, 2);
  if (hours < 0 || hours > 18) return null;
  const minutesAt = text.charCodeAt(at + 3) === c.COLON ? at + 4 : at + 3;
  const minutes = c.digitsAt(text, minutesAt, 2);
  const end = minutes < 0 ? at + 3 : minutesAt + 2;
  if (minutes > 59 || c.isDigit(text.charCodeAt(end))) return null;
  const offset = hours * 60 + Math.max(0, minutes);
  return { offsetMinutes: sign === c.MINUS ? -offset : offset, end };
}

function namedZoneAt(text: string, at: number): FoundZone | null {
  let end = at;
  while (end < at + 5 && c.isLetter(text.charCodeAt(end))) end++;
  if (end === at || c.isAlphanumeric(text.charCodeAt(end))) return null;
  const offsetMinutes = NAMED_ZONES.get(text.slice(at, end).toUpperCase());
  return offsetMinutes === undefined ? null : { offsetMinutes, end };
}

/** A zone at `at`, or after one space where it cannot be anything else (`+0100`, `UTC`). */
export function zoneAt(text: string, at: number): FoundZone | null {
  const code = text.charCodeAt(at);
  if (code !== c.SPACE) return numericZoneAt(text, at) ?? namedZoneAt(text, at);
  const numeric = numericZoneAt(text, at + 1);
  if (numeric) return numeric.end - at >= 6 ? numeric : null;
  return c.isUpper(text.charCodeAt(at + 1)) && c.isUpper(text.charCodeAt(at + 2))
    ? namedZoneAt(text, at + 1)
    : null;
}

/** `YYYY-MM-DD` or `YYYY/MM/DD` at `at` as a day number, or NaN. */
function isoDayAt(text: string, at: number): number {
  const mark = text.charCodeAt(at + 4);
  if ((mark !== c.MINUS && mark !== c.SLASH) || text.charCodeAt(at + 7) !== mark) return Number.NaN;
  const year = c.digitsAt(text, at, 4);
  return year < 0 ? Number.NaN : dayNumber(year, c.digitsAt(text, at + 5, 2), c.digitsAt(text, at + 8, 2));
}

/** RFC 3339 at `at`, also with a space for the T, a comma before the fraction, slashes, or no zone. */
export function isoTimeAt(text: string, at: number, context: ParseContext): FoundTime | null {
  if (!c.isDigit(text.charCodeAt(at))) return null;
  const mark = text.charCodeAt(at + 10);
  if (mark !== c.SPACE && (mark | 32) !== 116) return null;
  const days = isoDayAt(text, at);
  const seconds = secondsOfDayAt(text, at + 11);
  if (Number.isNaN(days) || seconds < 0) return null;
  const end = fractionEnd(text, at + 19);
  const us = days * US_PER_DAY + seconds * US_PER_SECOND + fractionUs(text, at + 19, end);
  const zone = zoneAt(text, end);
  const offset = zone ? zone.offsetMinutes : (context.zoneOffsetMinutes ?? 0);
  return {
    us: us - offset * US_PER_MINUTE,
    end: zone ? zone.end : end,
    yearInferred: false,
    zoned: zone !== null,
  };
}

/** 1 to 12 for an English month of three letters at `at`, or 0. */
export function monthAt(text: string, at: number): number {
  const first = text.charCodeAt(at) | 32;
  const second = text.charCodeAt(at + 1) | 32;
  const third = text.charCodeAt(at + 2) | 32;
  switch ((first << 16) | (second << 8) | third) {
    case 0x6a616e:
      return 1;
    case 0x666562:
      return 2;
    case 0x6d6172:
      return 3;
    case 0x617072:
      return 4;
    case 0x6d6179:
      return 5;
    case 0x6a756e:
      return 6;
    case 0x6a756c:
      return 7;
    case 0x617567:
      return 8;
    case 0x736570:
      return 9;
    case 0x6f6374:
      return 10;
    case 0x6e6f76:
      return 11;
    case 0x646563:
      return 12;
    default:
      return 0;
  }
}

/** A plausible year of four digits between blanks, or -1: a host or a process id may stand in its place. */
function yearAt(text: string, at: number): number {
  const year = c.digitsAt(text, at, 4);
  const next = text.charCodeAt(at + 4);
  return year >= 1970 &&
    year <= 2100 &&
    (next === c.SPACE || next === c.COLON || next === c.CLOSE_BRACKET || Number.isNaN(next))
    ? year
    : -1;
}

/**
 * `Mon D HH:MM:SS` at `at`; a padded day, a fraction, and a year before or after the time are allowed.
 * `knownYear`: read elsewhere, -1 when it was not.
 */
export function bsdTimeAt(text: string, at: number, context: ParseContext, knownYear = -1): FoundTime | null {
  const month = monthAt(text, at);
  if (month === 0 || text.charCodeAt(at + 3) !== c.SPACE) return null;
  const dayAt = text.charCodeAt(at + 4) === c.SPACE ? at + 5 : at + 4;
  const dayEnd = c.isDigit(text.charCodeAt(dayAt + 1)) ? dayAt + 2 : dayAt + 1;
  const day = c.digitsAt(text, dayAt, dayEnd - dayAt);
  if (day < 1 || text.charCodeAt(dayEnd) !== c.SPACE) return null;
  const yearBefore = text.charCodeAt(dayEnd + 3) === c.COLON ? -1 : yearAt(text, dayEnd + 1);
  let year = yearBefore < 0 ? knownYear : yearBefore;
  const timeAt = yearBefore < 0 ? dayEnd + 1 : dayEnd + 6;
  const seconds = secondsOfDayAt(text, timeAt);
  if (seconds < 0) return null;
  const timeEnd = timeAt + 8;
  let end = fractionEnd(text, timeEnd);
  const usOfDay = seconds * US_PER_SECOND + fractionUs(text, timeEnd, end);
  if (year < 0 && text.charCodeAt(end) === c.SPACE) {
    year = yearAt(text, end + 1);
    if (year > 0) end += 5;
  }
  const us =
    year < 0
      ? inferYear(month, day, usOfDay, context)
      : dayNumber(year, month, day) * US_PER_DAY + usOfDay - (context.zoneOffsetMinutes ?? 0) * US_PER_MINUTE;
  if (us === null || Number.isNaN(us)) return null;
  return { us, end, yearInferred: year < 0, zoned: false };
}
