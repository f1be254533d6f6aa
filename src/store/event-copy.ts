// Events in PostgreSQL's binary COPY format: nothing is escaped, no number is printed or parsed.
// Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
import { eventIdDigits, formatUuid } from '../domain/event-id.ts';
import type { Severity } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import { Turns } from '../domain/turns.ts';
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
/** The format's signature, no flags, no extension. */
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);
const FIXED_BYTES = 2 + COLUMN_COUNT * 4 + 64;
const EPOCH_2000_US = 946_684_800_000_000;
const TWO_32 = 0x1_0000_0000;

/** The id under which the event is stored. */
export const eventIdOf = (event: StorableEvent): string =>
  formatUuid(eventIdDigits(event.timestampUs, event.identity));

const EVENTS_A_SLICE = 500;

/** The COPY body in slices, each encoded when it is asked for: the server works on one while the next is made. */
export async function* encodeEvents(
  tenantId: number,
  batch: RowId,
  events: readonly StorableEvent[],
): AsyncGenerator<Buffer> {
  const turns = new Turns();
  yield HEADER;
  for (let at = 0; at < events.length; at += EVENTS_A_SLICE) {
    if (turns.isOver) await turns.next();
    const slice = events.slice(at, at + EVENTS_A_SLICE);
    const writer = new CopyWriter(slice);
    for (const event of slice) writer.event(tenantId, batch, event);
    yield writer.finish();
  }
  yield TRAILER;
}

class CopyWriter {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(events: readonly StorableEvent[]) {
    let bytes = 0;
    for (const event of events)
      bytes += FIXED_BYTES + event.messageRaw.length * 3 + (event.attrsJson?.length ?? 0) * 3;
    this.#buffer = Buffer.allocUnsafe(bytes);
  }

  event(tenantId: number, batch: RowId, event: StorableEvent): void {
    this.#int16(COLUMN_COUNT);
    this.#int32(4);
    this.#int32(tenantId);
    this.#uuid(event);
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
  }

  finish(): Buffer {
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

  #uuid(event: StorableEvent): void {
    this.#int32(16);
    const digits = eventIdDigits(event.timestampUs, event.identity);
    this.#at += this.#buffer.write(digits, this.#at, 'hex');
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
