// The forms of a block of whole events.
import { type CountedForms, FormCounter } from '../../signature/form-counter.ts';
import { splitLines } from '../line-batches.ts';
import { joinerOf, type Reading, signer } from './reading.ts';

/** So many bytes are split at a time: lines that live short cost little. */
const BATCH_BYTES = 1 << 18;
const NEWLINE = 10;

export function countForms(block: Buffer, reading: Reading): CountedForms {
  const counter = new FormCounter();
  const sign = signer(reading, counter);
  const joiner = joinerOf(reading);
  for (const batch of batchesOf(block)) for (const event of joiner.take(splitLines(batch))) sign(event);
  for (const event of joiner.rest()) sign(event);
  return counter.counted();
}

function* batchesOf(block: Buffer): Generator<Buffer> {
  for (let from = 0; from < block.length; ) {
    const newline = block.indexOf(NEWLINE, from + BATCH_BYTES);
    const to = newline < 0 ? block.length : newline + 1;
    yield block.subarray(from, to);
    from = to;
  }
}
