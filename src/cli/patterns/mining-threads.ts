// Several threads that count forms, block by block; their results come in the order of the blocks.
import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../domain/worker-entry.ts';
import type { CountedForms } from '../../signature/form-counter.ts';
import type { Reading } from './reading.ts';

/** A thread has its next block at hand when it is done with one. */
const BLOCKS_AT_HAND = 2;
const PROGRAM = workerEntry(import.meta.url, 'mining-worker');

export class MiningThreads {
  readonly #threads: MiningThread[];
  readonly #take: (counted: CountedForms) => void;
  readonly #pending: Promise<CountedForms>[] = [];
  #sent = 0;

  /** `take` is given what each block holds, in order. */
  constructor(count: number, reading: Reading, take: (counted: CountedForms) => void) {
    this.#threads = Array.from({ length: count }, () => new MiningThread(reading));
    this.#take = take;
  }

  /** Resolves when there is room for the next block. `block` is handed over: it has its memory for itself. */
  async mine(block: Buffer<ArrayBuffer>): Promise<void> {
    const thread = this.#threads[this.#sent++ % this.#threads.length]!;
    this.#pending.push(thread.count(block));
    if (this.#pending.length >= BLOCKS_AT_HAND * this.#threads.length) await this.#takeNext();
  }

  /** Resolves when all blocks are taken. */
  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#takeNext();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #takeNext(): Promise<void> {
    this.#take(await this.#pending.shift()!);
  }
}

interface Waiting {
  resolve(counted: CountedForms): void;
  reject(error: Error): void;
}

class MiningThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: Error | null = null;

  constructor(reading: Reading) {
    this.#worker = new Worker(PROGRAM.filename, { execArgv: PROGRAM.execArgv, workerData: reading });
    this.#worker.on('message', (counted: CountedForms) => this.#waiting.shift()!.resolve(counted));
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`it ended with code ${code}`)));
  }

  count(block: Buffer<ArrayBuffer>): Promise<CountedForms> {
    const counted = new Promise<CountedForms>((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#waiting.push({ resolve, reject });
    });
    // Waited for in turn: until then an error is not unhandled.
    counted.catch(() => {});
    if (this.#failure === null) this.#worker.postMessage(block, [block.buffer]);
    return counted;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#failure ??= new Error(`a mining thread failed: ${reason}`, { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
