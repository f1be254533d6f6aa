// An event's id is a UUIDv8 (RFC 9562 section 5.8): 48 bits of its millisecond, then a hash of what identifies it.
// The same event gets the same id from every process, so the primary key is the dedupe key.
import { hash } from 'node:crypto';
import { type Micros, US_PER_MS } from './time.ts';

/** The id's 32 hexadecimal digits; `identity` is everything that makes this event itself. */
export function eventIdDigits(timestampUs: Micros, identity: string): string {
  const ms = Math.floor(timestampUs / US_PER_MS)
    .toString(16)
    .padStart(12, '0');
  const digest = hash('sha256', identity, 'hex');
  const variant = VARIANT_DIGITS[Number.parseInt(digest[3] as string, 16) & 3];
  return `${ms}8${digest.slice(0, 3)}${variant}${digest.slice(4, 19)}`;
}

const VARIANT_DIGITS = '89ab';

/** Digits to the usual text of a UUID. */
export const formatUuid = (digits: string): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;

/** The half-open millisecond that holds the event's time: a lookup by id touches one partition. */
export function eventIdBounds(uuid: string): [Micros, Micros] {
  const ms = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
  return [ms * US_PER_MS, (ms + 1) * US_PER_MS];
}
