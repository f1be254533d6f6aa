// Lines of a byte stream, as text; what is not valid UTF-8 keeps its bytes beside it.
import { Buffer, isUtf8 } from 'node:buffer';

export interface RawLine {
  readonly text: string;
  /** The line as received, where it is not valid UTF-8. */
  readonly bytes: Buffer | null;
  /** Whether it ended with CR LF. */
  readonly isCrlf: boolean;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Without line ends; blank lines are left out unless `withBlank`, a last line without a newline is not. */
export async function* readLines(chunks: AsyncIterable<Buffer>, withBlank = false): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, at));
      const line = toLine(parts);
      if (withBlank || !isBlank(line)) yield line;
      parts = [];
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  const last = toLine(parts);
  if (!isBlank(last)) yield last;
}

function toLine(parts: readonly Buffer[]): RawLine {
  const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  const isCrlf = whole.at(-1) === CARRIAGE_RETURN;
  const bytes = isCrlf ? whole.subarray(0, -1) : whole;
  return { text: bytes.toString('utf8'), bytes: isUtf8(bytes) ? null : Buffer.from(bytes), isCrlf };
}

const isBlank = ({ text }: RawLine): boolean => text.trim() === '';

/** Arrays of at most `size` lines. */
export async function* inChunks(lines: AsyncIterable<RawLine>, size: number): AsyncGenerator<RawLine[]> {
  let chunk: RawLine[] = [];
  for await (const line of lines) {
    chunk.push(line);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Arrays of lines that `lengthOf` cuts off the front of the next `window` lines, or of what is left of them. */
export async function* inCutChunks(
  lines: AsyncIterable<RawLine>,
  window: number,
  lengthOf: (texts: string[]) => number,
): AsyncGenerator<RawLine[]> {
  const next = (held: RawLine[]) => held.splice(0, lengthOf(held.slice(0, window).map(({ text }) => text)));
  const held: RawLine[] = [];
  for await (const line of lines) {
    held.push(line);
    if (held.length >= window) yield next(held);
  }
  while (held.length > 0) yield next(held);
}
