// Lines from a stream of bytes, a chunk's worth at a time: an iteration step per line would cost more than reading it.
import { isAscii } from 'node:buffer';
import type { Readable } from 'node:stream';

/** Longer lines are cut here, in UTF-16 code units. */
export const MAX_LINE_LENGTH = 1 << 20;
/** A code unit has no more bytes than these in UTF-8. */
const BYTES_PER_UNIT = 3;

/** Text of more bytes than V8 keeps among its young objects costs fresh memory each time it is decoded. */
const BATCH_BYTES = 1 << 16;

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** The bytes of whole lines, as they are read; the last line need not have an end. Of longer lines some are left out. */
export async function* wholeLines(
  input: Readable,
  maxLength: number = MAX_LINE_LENGTH,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const read of input) {
    const chunk = Buffer.from((read as Uint8Array).buffer, read.byteOffset, read.byteLength);
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield joined([...parts, chunk.subarray(0, end)]);
      parts = [];
      held = 0;
    }
    if (end === chunk.length || held > BYTES_PER_UNIT * maxLength) continue;
    parts.push(chunk.subarray(end));
    held += chunk.length - end;
  }
  if (held > 0) yield joined(parts);
}

const joined = (parts: readonly Buffer[]): Buffer => (parts.length === 1 ? parts[0]! : Buffer.concat(parts));

/** The lines of UTF-8 text without their line ends (LF or CRLF); the last one need not have any. */
export async function* lineBatches(
  input: Readable,
  maxLength: number = MAX_LINE_LENGTH,
): AsyncGenerator<string[]> {
  for await (const bytes of wholeLines(input, maxLength)) {
    for (const batch of batchesOf(bytes)) yield splitLines(batch, maxLength);
  }
}

/** The same bytes in pieces of whole lines that are cheap to split. */
export function* batchesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from + BATCH_BYTES);
    const to = newline < 0 ? bytes.length : newline + 1;
    yield bytes.subarray(from, to);
    from = to;
  }
}

/** A newline is never part of a character, so what ends with one can be decoded by itself. */
export function splitLines(bytes: Buffer, maxLength: number = MAX_LINE_LENGTH): string[] {
  return isAscii(bytes) ? splitText(bytes.toString('latin1'), maxLength) : splitBytes(bytes, maxLength);
}

function splitText(text: string, maxLength: number): string[] {
  if (text.length > maxLength || text.includes('\r')) return splitUneven(text, maxLength);
  const lines = text.split('\n');
  if (text.endsWith('\n')) lines.pop();
  return lines;
}

function splitUneven(text: string, maxLength: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    let stop = text.indexOf('\n', start);
    if (stop < 0) stop = text.length;
    const last = stop > start && text.charCodeAt(stop - 1) === CARRIAGE_RETURN ? stop - 1 : stop;
    lines.push(text.slice(start, Math.min(last, start + maxLength)));
    start = stop + 1;
  }
  return lines;
}

/** Line by line: one character beyond Latin-1 would make all of the text wide, and slow to read. */
function splitBytes(bytes: Buffer, maxLength: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let stop = bytes.indexOf(NEWLINE, start);
    if (stop < 0) stop = bytes.length;
    const last = stop > start && bytes[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop;
    const text = bytes.toString('utf8', start, Math.min(last, start + BYTES_PER_UNIT * maxLength));
    lines.push(text.length > maxLength ? text.slice(0, maxLength) : text);
    start = stop + 1;
  }
  return lines;
}
