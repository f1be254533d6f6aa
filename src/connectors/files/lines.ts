// The whole lines at the front of a block of bytes.
import { isUtf8 } from 'node:buffer';

export interface Block {
  readonly lines: string[];
  /** By position: the bytes of lines that are not valid UTF-8. */
  readonly bytes: Map<number, Buffer>;
  /** Bytes that the lines and their ends take up. */
  readonly length: number;
}

const NEWLINE = 10;
const RETURN = 13;

/**
 * At most `maxLines` lines that end in LF or CRLF; with `isWhole` what follows the last end is a line too. Empty lines
 * are passed over. A block without any end that is as long as `limitBytes` is one line.
 */
export function splitBlock(block: Buffer, maxLines: number, limitBytes: number, isWhole: boolean): Block {
  const lines: string[] = [];
  const bytes = new Map<number, Buffer>();
  let at = 0;
  while (at < block.length && lines.length < maxLines) {
    const newline = block.indexOf(NEWLINE, at);
    const isOpen = newline < 0;
    if (isOpen && !isWhole && !(at === 0 && block.length >= limitBytes)) break;
    const next = isOpen ? block.length : newline + 1;
    let end = isOpen ? block.length : newline;
    if (end > at && block[end - 1] === RETURN) end--;
    if (end > at) {
      const line = block.subarray(at, end);
      if (!isUtf8(line)) bytes.set(lines.length, Buffer.from(line));
      lines.push(line.toString('utf8'));
    }
    at = next;
  }
  return { lines, bytes, length: at };
}
