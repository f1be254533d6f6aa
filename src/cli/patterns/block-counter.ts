// The forms of one block of whole events after the other.
import { type CountedForms, FormCounter } from '../../signature/form-counter.ts';
import { batchesOf, splitLines } from '../line-batches.ts';
import { joinerOf, type Read, type Reading, signer } from './reading.ts';

/** One serves all blocks of a thread: what the compiler learns from the first of them holds for the next. */
export class BlockCounter {
  readonly #counter = new FormCounter();
  readonly #sign: ReturnType<typeof signer>;
  readonly #joiner: ReturnType<typeof joinerOf>;

  constructor(reading: Reading) {
    this.#sign = signer(reading, this.#counter);
    this.#joiner = joinerOf(reading);
  }

  count(block: Buffer): CountedForms {
    for (const batch of batchesOf(block)) this.#signAll(this.#joiner.take(splitLines(batch)));
    this.#signAll(this.#joiner.rest());
    return this.#counter.take();
  }

  #signAll(events: readonly Read[]): void {
    for (const event of events) this.#sign(event);
  }
}
