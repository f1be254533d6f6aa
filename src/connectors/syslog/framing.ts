// Where one syslog message of a stream ends (RFC 6587): counted octets ("57 <34>1 …") or a line end, told frame by frame.

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const MAX_DIGITS = 7;

export class SyslogFramer {
  readonly #limitBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  /** A frame beyond `limitBytes` comes in pieces of that size: nothing is lost, and nothing grows without end. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The whole frames of all that came so far, without their framing. */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    for (;;) {
      const frame = this.#frameAt(at);
      if (frame === null) break;
      if (frame.end > frame.start) frames.push(this.#rest.subarray(frame.start, frame.end));
      at = frame.next;
    }
    this.#rest = this.#rest.subarray(at);
    return frames;
  }

  /** What is left when the stream ends. */
  end(): Buffer[] {
    const rest = trimEnd(this.#rest, 0, this.#rest.length);
    const frames = rest > 0 ? [this.#rest.subarray(0, rest)] : [];
    this.#rest = Buffer.alloc(0);
    return frames;
  }

  #frameAt(at: number): { start: number; end: number; next: number } | null {
    const rest = this.#rest;
    if (at >= rest.length) return null;
    const counted = countAt(rest, at);
    if (counted === 'UNKNOWN') return null;
    if (counted !== null && counted.length <= this.#limitBytes) {
      const next = counted.start + counted.length;
      if (next > rest.length) return null;
      return { start: counted.start, end: trimEnd(rest, counted.start, next), next };
    }
    const newline = rest.indexOf(NEWLINE, at);
    const end = newline < 0 ? rest.length : newline;
    if (end - at > this.#limitBytes)
      return { start: at, end: at + this.#limitBytes, next: at + this.#limitBytes };
    return newline < 0 ? null : { start: at, end: trimEnd(rest, at, newline), next: newline + 1 };
  }
}

/** A count of octets at `at`; null: there is none; UNKNOWN: more bytes must tell. */
function countAt(bytes: Buffer, at: number): { start: number; length: number } | null | 'UNKNOWN' {
  let length = 0;
  let i = at;
  for (; i < bytes.length && bytes[i]! >= ZERO && bytes[i]! <= NINE; i++) {
    length = length * 10 + bytes[i]! - ZERO;
    if (i - at >= MAX_DIGITS) return null;
  }
  if (i === at || bytes[at] === ZERO) return null;
  if (i + 1 >= bytes.length) return 'UNKNOWN';
  return bytes[i] === SPACE && bytes[i + 1] === 0x3c ? { start: i + 1, length } : null;
}

/** Without line ends and NULs, which some senders put behind each message. */
export function trimEnd(bytes: Buffer, start: number, end: number): number {
  while (end > start && (bytes[end - 1] === NEWLINE || bytes[end - 1] === 13 || bytes[end - 1] === 0)) end--;
  return end;
}
