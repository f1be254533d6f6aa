// Lines from a stream of bytes, a chunk's worth at a time: an iteration step per line would cost more than reading it.
import type { Readable } from 'node:stream';

/** Longer lines are cut here, in UTF-16 code units. */
export const MAX_LINE_LENGTH = 1 << 20;

/** The lines of UTF-8 text without their line ends (LF or CRLF); the last one need not have any. */
export async function* lineBatches(
  input: Readable,
  maxLength: number = MAX_LINE_LENGTH,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of input) {
    const text = rest + decoder.decode(chunk as Uint8Array, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0) {
      rest = text.slice(0, maxLength);
      continue;
    }
    rest = text.slice(end, end + maxLength);
    yield splitLines(text, end, maxLength);
  }
  rest += decoder.decode();
  if (rest !== '') yield splitLines(rest, rest.length, maxLength);
}

/** The lines of `text` before `end`, where a line ends. */
function splitLines(text: string, end: number, maxLength: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < end; ) {
    let stop = text.indexOf('\n', start);
    if (stop < 0) stop = text.length;
    const last = stop > start && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop;
    lines.push(text.slice(start, Math.min(last, start + maxLength)));
    start = stop + 1;
  }
  return lines;
}
