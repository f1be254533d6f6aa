// An event's id is a UUIDv8 (RFC 9562 section 5.8): 48 bits of its millisecond, then a hash of what identifies it.
// The same event gets the same id from every process, so the primary key is the dedupe key.
import { createHash } from 'node:crypto';
import { type Micros, US_PER_MS } from './time.ts';

/** 16 bytes into `target` at `offset`; `identity` is everything that makes this event itself. */
export function writeEventId(target: Buffer, offset: number, timestampUs: Micros, identity: string): void {
  const ms = Math.floor(timestampUs / US_PER_MS);
  createHash('sha1').update(identity).digest().copy(target, offset, 0, 16);
  target.writeUIntBE(ms, offset, 6);
  target[offset + 6] = (target[offset + 6]! & 0x0f) | 0x80;
  target[offset + 8] = (target[offset + 8]! & 0x3f) | 0x80;
}

/** The textual form of {@link writeEventId}. */
export function eventId(timestampUs: Micros, identity: string): string {
  const bytes = Buffer.allocUnsafe(16);
  writeEventId(bytes, 0, timestampUs, identity);
  return formatUuid(bytes, 0);
}

export function formatUuid(bytes: Buffer, offset: number): string {
  const hex = bytes.toString('hex', offset, offset + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The half-open millisecond that holds the event's time: a lookup by id touches one partition. */
export function eventIdBounds(uuid: string): [Micros, Micros] {
  const ms = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
  return [ms * US_PER_MS, (ms + 1) * US_PER_MS];
}
