// Which of the lines sent are one event together, and where a chunk of them may end.
import { type JoinedLine, joinMultiline } from '../parse/multiline.ts';
import { MAX_JOINED_LINES } from '../parse/trace-lines.ts';
import { CHUNK_SIZE, type IngestLinesInput } from './input.ts';
import type { RawInput } from './prepare-lines.ts';

/** Lines that tell where the chunk at their front ends, however many follow. */
export const CHUNK_WINDOW = CHUNK_SIZE + MAX_JOINED_LINES + 1;

/**
 * The number of lines at the front that are one chunk: {@link CHUNK_SIZE}, and what else belongs to the last event that
 * begins among them. Lines that are appended later change it for the last chunk only, and that never moves its beginning.
 */
export function chunkLength(window: readonly string[]): number {
  if (window.length <= CHUNK_SIZE) return window.length;
  return joinMultiline(window).find(({ first }) => first >= CHUNK_SIZE)?.first ?? window.length;
}

/**
 * The events of a chunk's lines, blank ones left out. `ends` are the numbers of lines with which earlier sendings of the
 * chunk ended: what they stored stays as it is, so no event goes on across them.
 */
export function joinChunk(lines: readonly string[], ends: readonly number[]): JoinedLine[] {
  const joined: JoinedLine[] = [];
  let from = 0;
  for (const end of [...new Set([...ends, lines.length])].sort((a, b) => a - b)) {
    if (end > lines.length) break;
    for (const event of joinMultiline(lines.slice(from, end))) {
      if (event.text.trim() !== '') joined.push({ ...event, first: event.first + from });
    }
    from = end;
  }
  return joined;
}

/** `at` is the position of the chunk in the input. */
export function rawInputOf(
  input: IngestLinesInput,
  at: number,
  { text, first, count }: JoinedLine,
): RawInput {
  const position = at + first;
  const index = (input.startIndex ?? 0) + position;
  const bytes = count === 1 ? input.bytes?.get(position) : joinedBytes(input, text, position, count);
  return { text, index, bytes };
}

/** What the lines were, byte for byte; undefined: the text says it all. */
function joinedBytes(
  { lines, bytes, crlf }: IngestLinesInput,
  text: string,
  from: number,
  count: number,
): Buffer | undefined {
  const parts: Buffer[] = [];
  let isPlain = lines.slice(from, from + count).join('\n') === text;
  for (let i = from; i < from + count; i++) {
    const original = bytes?.get(i);
    const isLast = i === from + count - 1;
    const end = isLast ? '' : crlf?.has(i) ? '\r\n' : '\n';
    if (original !== undefined || end === '\r\n') isPlain = false;
    parts.push(original ?? Buffer.from(lines[i]!), Buffer.from(end));
  }
  return isPlain ? undefined : Buffer.concat(parts);
}
