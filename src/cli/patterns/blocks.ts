// A log in blocks that threads can read by themselves.
import { lastEventStart } from '../../parse/event-blocks.ts';

const BLOCK_BYTES = 1 << 22;

export interface Block {
  /** Alone in its memory, which can be handed over. */
  bytes: Buffer<ArrayBuffer>;
  /** Its last event may go on in the next block: no sure beginning was found to cut at. */
  isOpen: boolean;
}

/** The same bytes in blocks of whole lines. `isJoined`: of whole events too, where that is possible. */
export async function* blocksOf(
  pieces: AsyncIterable<Buffer>,
  isJoined: boolean,
  blockBytes: number = BLOCK_BYTES,
): AsyncGenerator<Block> {
  let parts: Buffer[] = [];
  let size = 0;
  let isOpen = false;
  for await (const piece of pieces) {
    parts.push(piece);
    size += piece.length;
    if (size < blockBytes) continue;
    const bytes = concat(parts, size);
    const cut: number = isJoined ? lastEventStart(bytes, !isOpen) : size;
    isOpen = cut === 0;
    const rest = isOpen ? [] : [Buffer.from(bytes.subarray(cut))];
    yield { bytes: isOpen ? bytes : bytes.subarray(0, cut), isOpen };
    parts = rest;
    size = isOpen ? 0 : size - cut;
  }
  // Empty after an open block: the log ended with it.
  yield { bytes: concat(parts, size), isOpen: false };
}

function concat(parts: readonly Buffer[], size: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const part of parts) at += part.copy(bytes, at);
  return bytes;
}
