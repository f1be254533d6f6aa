// Events in PostgreSQL's binary COPY format: nothing is escaped, no number is printed or parsed.
// Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
import { eventIdDigits, formatUuid } from '../domain/event-id.ts';
import type { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import type { RowId } from './dimensions.ts';

/** One event, ready to be stored: `identity` is hashed into its id. */
export interface StorableEvent {
  readonly timestampUs: Micros;
  readonly identity: string;
  readonly origin: RowId;
  readonly signature: RowId;
  readonly asset: RowId | null;
  readonly severity: Severity;
  readonly facility: number | null;
  readonly flags: number;
  readonly messageRaw: string;
  readonly attrsJson: string | null;
}

export const EVENT_COLUMNS =
  'tenant_id, event_id, ts, origin_id, batch_id, signature_id, asset_id, severity, facility, flags, message_raw, attrs';

const COLUMN_COUNT = 12;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_BYTES = SIGNATURE.length + 8;
const FIXED_BYTES = 2 + COLUMN_COUNT * 4 + 64;
const EPOCH_2000_US = 946_684_800_000_000;
const TWO_32 = 0x1_0000_0000;

/** The whole COPY body, and the id of each event by its position. */
export interface EncodedEvents {
  readonly body: Buffer;
  eventId(position: number): string;
}

export function encodeEvents(
  tenantId: number,
  batch: RowId,
  events: readonly StorableEvent[],
): EncodedEvents {
  const writer = new CopyWriter(events);
  const digits = events.map((event) => writer.event(tenantId, batch, event));
  return { body: writer.finish(), eventId: (position) => formatUuid(digits[position] as string) };
}

class CopyWriter {
  readonly #buffer: Buffer;
  #at = HEADER_BYTES;

  constructor(events: readonly StorableEvent[]) {
    let bytes = HEADER_BYTES + 2;
    for (const event of events)
      bytes += FIXED_BYTES + event.messageRaw.length * 3 + (event.attrsJson?.length ?? 0) * 3;
    this.#buffer = Buffer.allocUnsafe(bytes);
    SIGNATURE.copy(this.#buffer);
    this.#buffer.fill(0, SIGNATURE.length, HEADER_BYTES);
  }

  event(tenantId: number, batch: RowId, event: StorableEvent): string {
    this.#int16(COLUMN_COUNT);
    this.#int32(4);
    this.#int32(tenantId);
    const id = this.#uuid(event);
    this.#timestamp(event.timestampUs);
    this.#id(event.origin);
    this.#id(batch);
    this.#id(event.signature);
    this.#id(event.asset);
    this.#smallint(event.severity);
    this.#smallint(event.facility);
    this.#smallint(event.flags);
    this.#text(event.messageRaw);
    this.#jsonb(event.attrsJson);
    return id;
  }

  finish(): Buffer {
    this.#int16(-1);
    return this.#buffer.subarray(0, this.#at);
  }

  #int16(value: number): void {
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
  }

  #int32(value: number): void {
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  #int64(high: number, low: number): void {
    this.#int32(8);
    this.#int32(high);
    this.#at = this.#buffer.writeUInt32BE(low, this.#at);
  }

  #uuid(event: StorableEvent): string {
    this.#int32(16);
    const digits = eventIdDigits(event.timestampUs, event.identity);
    this.#at += this.#buffer.write(digits, this.#at, 'hex');
    return digits;
  }

  #timestamp(us: Micros): void {
    const since2000 = us - EPOCH_2000_US;
    const high = Math.floor(since2000 / TWO_32);
    this.#int64(high, since2000 - high * TWO_32);
  }

  #id(id: RowId | null): void {
    if (id === null) this.#int32(-1);
    else this.#int64(id.high, id.low);
  }

  #smallint(value: number | null): void {
    this.#int32(value === null ? -1 : 2);
    if (value !== null) this.#int16(value);
  }

  #text(value: string): void {
    const written = this.#buffer.write(value, this.#at + 4, 'utf8');
    this.#int32(written);
    this.#at += written;
  }

  #jsonb(json: string | null): void {
    if (json === null) {
      this.#int32(-1);
      return;
    }
    const written = this.#buffer.write(json, this.#at + 5, 'utf8');
    this.#int32(written + 1);
    this.#buffer[this.#at] = 1;
    this.#at += written + 1;
  }
}
