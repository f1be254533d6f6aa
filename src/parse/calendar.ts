// Civil dates as day counts, without Date: it is built for every line of every log.

import { type Micros, US_PER_DAY, US_PER_MINUTE } from '../domain/time.ts';
import type { ParseContext } from './parsed-line.ts';

/** Days since 1970-01-01, Gregorian. After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The year of a count of days since 1970-01-01; the inverse of {@link daysFromCivil}, from the same source. */
export function yearOfDays(days: number): number {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  return yearOfEra + era * 400 + (dayOfYear >= 306 ? 1 : 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01, or NaN for a day that the calendar does not have. */
export function dayNumber(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  return daysFromCivil(year, month, day);
}

/** 29 February may be eight years away, around a century that is no leap year. */
const MAX_YEARS_BACK = 8;

/**
 * The time of a date without a year: in the most recent year that puts it no more than a day after the
 * reference (a sender's clock may be ahead). Null when no such year has that day.
 */
export function inferYear(month: number, day: number, usOfDay: number, context: ParseContext): Micros | null {
  const offsetUs = (context.zoneOffsetMinutes ?? 0) * US_PER_MINUTE;
  const latestUs = context.referenceUs + US_PER_DAY;
  const latestYear = yearOfDays(Math.floor((latestUs + offsetUs) / US_PER_DAY));
  for (let year = latestYear; year >= latestYear - MAX_YEARS_BACK; year--) {
    const us = dayNumber(year, month, day) * US_PER_DAY + usOfDay - offsetUs;
    if (us <= latestUs) return us;
  }
  return null;
}
