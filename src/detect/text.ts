// The wording that all explanations share: counts, spans of time, hosts. The same facts give the same text.
import { type Micros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts';
import type { Hostnames } from './rows.ts';

const MAX_HOSTS_NAMED = 5;
const MAX_PATTERN_LENGTH = 120;

export const counted = (n: number, singular: string, plural = `${singular}s`): string =>
  `${n} ${n === 1 ? singular : plural}`;

const day = (us: Micros) => new Date(us / 1_000).toISOString().slice(0, 10);
const clock = (us: Micros) => new Date(us / 1_000).toISOString().slice(11, 16);

export const utcTime = (us: Micros): string => `${day(us)} ${clock(us)} UTC`;

/** `2026-03-04 02:10–02:19 UTC`; over several days `2026-03-04 02:10 – 2026-03-06 08:00 UTC`. */
export function utcRange(fromUs: Micros, toUs: Micros): string {
  if (day(fromUs) !== day(toUs)) return `${day(fromUs)} ${clock(fromUs)} – ${utcTime(toUs)}`;
  return clock(fromUs) === clock(toUs)
    ? utcTime(fromUs)
    : `${day(fromUs)} ${clock(fromUs)}–${clock(toUs)} UTC`;
}

/** In the greatest unit of which there are two or more: `42 s`, `9 minutes`, `3 hours`, `4 days`. */
export function lasting(us: Micros): string {
  if (us >= 2 * US_PER_DAY) return `${Math.round(us / US_PER_DAY)} days`;
  if (us >= 2 * US_PER_HOUR) return `${Math.round(us / US_PER_HOUR)} hours`;
  if (us >= 2 * US_PER_MINUTE) return `${Math.round(us / US_PER_MINUTE)} minutes`;
  return `${Math.round(us / US_PER_SECOND)} s`;
}

/** `on web-1 and web-2`; '' where no host is known. */
export function onHosts(assetIds: Iterable<string>, hostnames: Hostnames): string {
  const names = hostsOf(assetIds, hostnames);
  if (names.length === 0) return '';
  const shown = names.slice(0, MAX_HOSTS_NAMED);
  const rest = names.length - shown.length;
  if (rest > 0) return `on ${shown.join(', ')} and ${counted(rest, 'more host')}`;
  const last = shown.pop()!;
  return `on ${shown.length === 0 ? last : `${shown.join(', ')} and ${last}`}`;
}

export const hostsOf = (assetIds: Iterable<string>, hostnames: Hostnames): string[] =>
  [...new Set([...assetIds].flatMap((id) => hostnames.get(id) ?? []))].sort();

/** `«Failed password for <*>»`, cut where it is long. */
export const quoted = (pattern: string): string =>
  `«${pattern.length > MAX_PATTERN_LENGTH ? `${pattern.slice(0, MAX_PATTERN_LENGTH - 1)}…` : pattern}»`;

/** Parts joined by single spaces, empty ones left out. */
export const spaced = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ');

export const rounded = (value: number): string =>
  value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);

export const distinctDays = (times: Iterable<Micros>): number =>
  new Set([...times].map((us) => Math.floor(us / US_PER_DAY))).size;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
