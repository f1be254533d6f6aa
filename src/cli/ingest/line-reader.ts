// Lines of a byte stream, as text; what is not valid UTF-8 keeps its bytes beside it.
import { Buffer, isUtf8 } from 'node:buffer';

export interface RawLine {
  readonly text: string;
  /** The line as received, where it is not valid UTF-8. */
  readonly bytes: Buffer | null;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** Without line ends; blank lines are left out, a last line without a newline is not. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<RawLine> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, at));
      const line = toLine(parts);
      if (line !== null) yield line;
      parts = [];
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  const last = toLine(parts);
  if (last !== null) yield last;
}

function toLine(parts: readonly Buffer[]): RawLine | null {
  const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  const bytes = whole.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole;
  const text = bytes.toString('utf8');
  if (text.trim() === '') return null;
  return { text, bytes: isUtf8(bytes) ? null : Buffer.from(bytes) };
}

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
