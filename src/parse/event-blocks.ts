// Where bytes of a log can be cut so that no event lies on both sides: what is between two cuts can be read by itself.
import { beginsEvent, CLOSES_XML, MAX_JOINED_LINES, OPENS_XML, viewOf } from './trace-lines.ts';

const NEWLINE = 10;
/** So many lines from the end at most are tried. */
const MAX_TRIES = 2_000;
/** Longer lines are not looked at: how they end is not known where readers cut them. */
const MAX_LINE_BYTES = 1 << 16;

/**
 * The index of the last line in `bytes` that begins an event whatever stands before it and behind it; 0 where none was
 * found. `bytes` end with a newline. `isWhole`: they begin with an event.
 */
export function lastEventStart(bytes: Buffer, isWhole: boolean): number {
  let end = bytes.length;
  let start = startOfLine(bytes, end);
  for (let tries = 0; tries < MAX_TRIES && start > 0; tries++) {
    const before = startOfLine(bytes, start);
    const isSure =
      end - start <= MAX_LINE_BYTES &&
      beginsEvent(lineAt(bytes, start, end)) &&
      !viewOf(lineAt(bytes, before, start)).isPartial;
    if (isSure && !isWithinXml(bytes, start, isWhole)) return start;
    end = start;
    start = before;
  }
  return 0;
}

/** The start of the line whose newline is the last byte before `end`. */
function startOfLine(bytes: Buffer, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(NEWLINE, end - 2) + 1;
}

function lineAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end).replace(/\r?\n$/, '');
}

/** Whether an XML event may still be open at `at`: none is longer than the longest event. */
function isWithinXml(bytes: Buffer, at: number, isWhole: boolean): boolean {
  let from = at;
  let lines = 0;
  for (; lines < MAX_JOINED_LINES && from > 0; lines++) from = startOfLine(bytes, from);
  const events = bytes.subarray(from, at);
  const opened = events.lastIndexOf(OPENS_XML);
  const closed = events.lastIndexOf(CLOSES_XML);
  const isOpenBefore = !isWhole && lines < MAX_JOINED_LINES;
  return closed < 0 ? isOpenBefore || opened >= 0 : opened > closed;
}
