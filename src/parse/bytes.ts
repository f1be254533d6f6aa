// Bytes as text and back without loss: what is no UTF-8 becomes lone surrogates, which makeStorable then keeps.
// The scheme is PEP 383's "surrogateescape": the byte 0xNN is the code unit U+DCNN.

import { isUtf8 } from 'node:buffer';

const ESCAPE = 0xdc00;
const CONTINUATION = 0x80;

/** The number of bytes of the character that begins at `at`, or 0 if none does (RFC 3629, section 4). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < CONTINUATION) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : CONTINUATION;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== CONTINUATION) return 0;
  return length;
}

/** UTF-8 as it is; each byte that belongs to no character as a lone low surrogate. */
export function textOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  const parts: string[] = [];
  let validFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(buffer.toString('utf8', validFrom, at), String.fromCharCode(ESCAPE + bytes[at]!));
    validFrom = ++at;
  }
  parts.push(buffer.toString('utf8', validFrom));
  return parts.join('');
}

const isEscape = (code: number): boolean => code >= ESCAPE + CONTINUATION && code <= ESCAPE + 0xff;

/** The bytes that {@link textOfBytes} was given. */
export function bytesOfText(text: string): Uint8Array {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isPaired = code >= 0xd800 && code < ESCAPE && (text.charCodeAt(at + 1) & 0xfc00) === ESCAPE;
    if (isPaired) at++;
    else if (isEscape(code)) {
      parts.push(Buffer.from(text.slice(from, at), 'utf8'), Buffer.from([code - ESCAPE]));
      from = at + 1;
    }
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}
