// The times that logging libraries print at the start of a line, beyond RFC 3339: `17/06/09 20:10:40`, `081109 203615`,
// `10-Feb-2026 06:55:46.123`, `02-10 06:55:46.123` and the bare `06:55:46.123`.

import { type Micros, US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts';
import { dayNumber, inferYear } from './calendar.ts';
import * as c from './chars.ts';
import type { ParseContext } from './parsed-line.ts';
import { fractionEnd, fractionUs, isoTimeAt, monthAt, secondsOfDayAt } from './timestamp.ts';

export interface ApplicationTime {
  /** Null when the line has a time of day and no date. */
  us: Micros | null;
  yearInferred: boolean;
  /** RFC 3339 or near it: such a time alone does not tell the format. */
  isCommon: boolean;
  end: number;
}

/** Two digits of a year: 70 to 99 are of the last century. */
const fullYear = (year: number): number => (year < 0 ? year : year < 70 ? 2000 + year : 1900 + year);

interface TimeOfDay {
  us: number;
  end: number;
}

/** `HH:MM:SS` with an optional fraction. */
function timeOfDayAt(text: string, at: number): TimeOfDay | null {
  const seconds = secondsOfDayAt(text, at);
  if (seconds < 0) return null;
  const end = fractionEnd(text, at + 8);
  return { us: seconds * US_PER_SECOND + fractionUs(text, at + 8, end), end };
}

/** `HHMMSS`. */
function packedTimeOfDayAt(text: string, at: number): TimeOfDay | null {
  const hour = c.digitsAt(text, at, 2);
  const minute = c.digitsAt(text, at + 2, 2);
  const second = c.digitsAt(text, at + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return null;
  return { us: (hour * 3600 + minute * 60 + second) * US_PER_SECOND, end: at + 6 };
}

function dated(days: number, time: TimeOfDay | null, context: ParseContext): ApplicationTime | null {
  if (Number.isNaN(days) || !time) return null;
  const us = days * US_PER_DAY + time.us - (context.zoneOffsetMinutes ?? 0) * US_PER_MINUTE;
  return { us, yearInferred: false, isCommon: false, end: time.end };
}

/** `10-Feb-2026 06:55:46.123` or `10 Feb 2026 06:55:46,123`. */
function monthNameTimeAt(text: string, at: number, context: ParseContext): ApplicationTime | null {
  const month = monthAt(text, at + 3);
  const mark = text.charCodeAt(at + 2);
  if (month === 0 || (mark !== c.MINUS && mark !== c.SPACE) || text.charCodeAt(at + 6) !== mark) return null;
  const days = dayNumber(c.digitsAt(text, at + 7, 4), month, c.digitsAt(text, at, 2));
  return text.charCodeAt(at + 11) === c.SPACE ? dated(days, timeOfDayAt(text, at + 12), context) : null;
}

/** `17/06/09 20:10:40`, the year first. */
function slashedTimeAt(text: string, at: number, context: ParseContext): ApplicationTime | null {
  if (text.charCodeAt(at + 2) !== c.SLASH || text.charCodeAt(at + 5) !== c.SLASH) return null;
  const year = fullYear(c.digitsAt(text, at, 2));
  const days = dayNumber(year, c.digitsAt(text, at + 3, 2), c.digitsAt(text, at + 6, 2));
  return text.charCodeAt(at + 8) === c.SPACE ? dated(days, timeOfDayAt(text, at + 9), context) : null;
}

/** `081109 203615`, the year first. */
function packedTimeAt(text: string, at: number, context: ParseContext): ApplicationTime | null {
  if (text.charCodeAt(at + 6) !== c.SPACE || text.charCodeAt(at + 13) !== c.SPACE) return null;
  const year = fullYear(c.digitsAt(text, at, 2));
  const days = dayNumber(year, c.digitsAt(text, at + 2, 2), c.digitsAt(text, at + 4, 2));
  return dated(days, packedTimeOfDayAt(text, at + 7), context);
}

/** `02-10 06:55:46.123` as Android prints it, `02.10 06:55:46`, or with `packed` klog's `0210 06:55:46.123456`: the year is inferred. */
export function yearlessTimeAt(
  text: string,
  at: number,
  packed: boolean,
  context: ParseContext,
): ApplicationTime | null {
  const mark = text.charCodeAt(at + 2);
  if (!packed && mark !== c.MINUS && mark !== c.DOT) return null;
  const dayAt = packed ? at + 2 : at + 3;
  const time = text.charCodeAt(dayAt + 2) === c.SPACE ? timeOfDayAt(text, dayAt + 3) : null;
  if (!time) return null;
  const us = inferYear(c.digitsAt(text, at, 2), c.digitsAt(text, dayAt, 2), time.us, context);
  return us === null ? null : { us, yearInferred: true, isCommon: false, end: time.end };
}

/** Any of the forms at `at`; null when there is none. */
export function applicationTimeAt(text: string, at: number, context: ParseContext): ApplicationTime | null {
  if (!c.isDigit(text.charCodeAt(at))) return null;
  const iso = isoTimeAt(text, at, context);
  if (iso) return { us: iso.us, yearInferred: false, isCommon: true, end: iso.end };
  const timeOnly = timeOfDayAt(text, at);
  if (timeOnly) return { us: null, yearInferred: false, isCommon: false, end: timeOnly.end };
  return (
    monthNameTimeAt(text, at, context) ?? slashedTimeAt(text, at, context) ?? packedTimeAt(text, at, context)
  );
}
