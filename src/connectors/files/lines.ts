// The whole lines at the front of a block of bytes.
import { isUtf8 } from 'node:buffer';
import { settledCount } from '../../parse/join-batches.ts';
import { joinMultiline } from '../../parse/multiline.ts';
import { beginsEvent } from '../../parse/trace-lines.ts';

export interface Block {
  readonly lines: string[];
  /** Where each line begins. */
  readonly starts: number[];
  /** By position: the bytes of lines that are not valid UTF-8. */
  readonly bytes: Map<number, Buffer>;
  /** Positions of lines that end in CRLF. */
  readonly crlf: Set<number>;
  /** Bytes that the lines and their ends take up. */
  readonly length: number;
}

export interface SplitOptions {
  /** Lines at the most. */
  readonly maxLines: number;
  /** A block without any end that is as long as this is one line. */
  readonly limitBytes: number;
  /** Whether what follows the last end is a line too. */
  readonly isWhole: boolean;
  /** Whether empty lines are lines, or passed over. */
  readonly withEmpty: boolean;
}

const NEWLINE = 10;
const RETURN = 13;

/** Lines end in LF or CRLF. */
export function splitBlock(block: Buffer, options: SplitOptions): Block {
  const { maxLines, limitBytes, isWhole, withEmpty } = options;
  const lines: string[] = [];
  const starts: number[] = [];
  const bytes = new Map<number, Buffer>();
  const crlf = new Set<number>();
  let at = 0;
  while (at < block.length && lines.length < maxLines) {
    const newline = block.indexOf(NEWLINE, at);
    const isOpen = newline < 0;
    if (isOpen && !isWhole && !(at === 0 && block.length >= limitBytes)) break;
    const next = isOpen ? block.length : newline + 1;
    let end = isOpen ? block.length : newline;
    const isCrlf = end > at && block[end - 1] === RETURN;
    if (isCrlf) end--;
    if (end > at || withEmpty) {
      const line = block.subarray(at, end);
      if (!isUtf8(line)) bytes.set(lines.length, Buffer.from(line));
      if (isCrlf) crlf.add(lines.length);
      starts.push(at);
      lines.push(line.toString('utf8'));
    }
    at = next;
  }
  return { lines, starts, bytes, crlf, length: at };
}

/** Without the last event, which may go on in what follows; the block as it is where that event is all of it. */
export function endBeforeOpenEvent(block: Block): Block {
  const joined = joinMultiline(block.lines);
  const count = joined[settledCount(joined)]?.first ?? 0;
  return count === 0 ? block : firstLines(block, count);
}

/** Without the last event where more of it may be about to be written, though nothing be left. */
export function endBeforeHalfEvent(block: Block): Block {
  const joined = joinMultiline(block.lines);
  const last = joined.at(-1);
  if (last === undefined || (last.count === 1 && beginsEvent(last.text))) return block;
  return firstLines(block, joined[settledCount(joined)]?.first ?? 0);
}

function firstLines(block: Block, count: number): Block {
  const { lines, starts } = block;
  return { ...block, lines: lines.slice(0, count), length: count === 0 ? 0 : starts[count]! };
}

/** Whether a whole line follows the block's own in `bytes`, or all of `bytes` is full. */
export const hasFurtherLine = (bytes: Buffer, block: Block, limitBytes: number): boolean =>
  bytes.length >= limitBytes || bytes.includes(NEWLINE, block.length);
