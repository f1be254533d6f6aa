// How memory speaks of spans and amounts: short, readable at three in the morning.
import { type Micros, parseMicros, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../domain/time.ts';

/** Reads a timestamp as PostgreSQL or RFC 3339 write it. Throws on anything else: it came from our own table. */
export function microsOf(text: string): Micros {
  const us = parseMicros(text);
  if (us === null) throw new Error(`not a timestamp: ${text}`);
  return us;
}

/** `3 days`, `5 hours`, `1 minute`, `less than a minute`: the largest unit, rounded down. */
export function spanText(us: Micros): string {
  for (const [size, name] of SPANS) {
    const n = Math.floor(us / size);
    if (n >= 1) return counted(n, name);
  }
  return 'less than a minute';
}

const SPANS = [
  [US_PER_DAY, 'day'],
  [US_PER_HOUR, 'hour'],
  [US_PER_MINUTE, 'minute'],
] as const;

/** `1 host`, `1,204 events` */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;

/** `a`, `a and b`, `a, b and 3 more` */
export function namedSome(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** At most `most` characters, cut with an ellipsis, between two words where one of them is not too long. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const space = text.lastIndexOf(' ', most - 1);
  const isFar = space < most * LEAST_KEPT;
  return `${text.slice(0, isFar ? most - 1 : space).trimEnd()}…`;
}

const LEAST_KEPT = 0.8;

/** With its full stop, unless it was cut. */
export const sentence = (text: string): string => (text.endsWith('…') ? text : `${text}.`);
