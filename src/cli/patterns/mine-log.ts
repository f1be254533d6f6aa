// Mines a whole log: here when it is small, otherwise in several threads, with the same result.
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import type { Miner } from '../../signature/miner.ts';
import { batchesOf, splitLines, wholeLines } from '../line-batches.ts';
import { type Block, blocksOf } from './blocks.ts';
import { MiningThreads } from './mining-threads.ts';
import { joinerOf, type Read, type Reading, signer } from './reading.ts';

/** A smaller log is mined before threads have begun to. */
const THREADS_FROM_BYTES = 1 << 23;
/** More do not pay: one thread has to read for them all. */
const MAX_THREADS = 8;

export const defaultThreads = (): number => Math.min(MAX_THREADS, availableParallelism());

/** Reads the inputs one after the other into `miner`. Rejects with the error of an input or of a thread. */
export async function mineLog(
  inputs: Iterable<Readable>,
  miner: Miner,
  reading: Reading,
  threads: number,
): Promise<void> {
  const log = threads > 1 ? new ThreadedLog(miner, reading, threads) : null;
  const here = new LogMinedHere(miner, reading);
  try {
    for (const input of inputs) {
      const pieces = wholeLines(input);
      if (log) for await (const block of blocksOf(pieces, reading.isJoined)) await log.take(block);
      else for await (const piece of pieces) here.take(piece);
      here.end();
    }
    await log?.end();
  } finally {
    await log?.close();
  }
}

class LogMinedHere {
  readonly #sign: ReturnType<typeof signer>;
  readonly #joiner: ReturnType<typeof joinerOf>;

  constructor(miner: Miner, reading: Reading) {
    this.#sign = signer(reading, miner);
    this.#joiner = joinerOf(reading);
  }

  take(bytes: Buffer): void {
    for (const batch of batchesOf(bytes)) this.#signAll(this.#joiner.take(splitLines(batch)));
  }

  /** No event goes on behind this. */
  end(): void {
    this.#signAll(this.#joiner.rest());
  }

  #signAll(events: readonly Read[]): void {
    for (const event of events) this.#sign(event);
  }
}

class ThreadedLog {
  readonly #start: () => MiningThreads;
  readonly #here: LogMinedHere;
  /** Until it is known whether threads pay. */
  readonly #held: Block[] = [];
  #heldBytes = 0;
  #threads: MiningThreads | null = null;
  #isOpen = false;

  constructor(miner: Miner, reading: Reading, threads: number) {
    this.#here = new LogMinedHere(miner, reading);
    this.#start = () => new MiningThreads(threads, reading, (counted) => miner.take(counted));
  }

  async take(block: Block): Promise<void> {
    this.#held.push(block);
    this.#heldBytes += block.bytes.length;
    if (this.#threads === null && this.#heldBytes < THREADS_FROM_BYTES) return;
    this.#threads ??= this.#start();
    await this.#mineHeld();
  }

  async end(): Promise<void> {
    await this.#mineHeld();
    await this.#threads?.settle();
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }

  async #mineHeld(): Promise<void> {
    for (const block of this.#held.splice(0)) {
      if (this.#threads && !this.#isOpen && !block.isOpen) await this.#threads.mine(block.bytes);
      else await this.#mineHere(block);
      this.#isOpen = block.isOpen;
    }
  }

  async #mineHere({ bytes, isOpen }: Block): Promise<void> {
    await this.#threads?.settle();
    this.#here.take(bytes);
    if (!isOpen) this.#here.end();
  }
}
