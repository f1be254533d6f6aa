// Backpressure: a bounded number of writers, a bounded queue before them, and a clear word to whoever comes too many.
import { RetryLaterError } from '../domain/errors.ts';

export interface GateLimits {
  /** How many are in work at once. */
  readonly writers: number;
  /** Inputs that may wait or be in work. */
  readonly maxInputs: number;
  /** What is counted. */
  readonly unit?: 'inputs' | 'bytes';
}

const RETRY_AFTER_MS = 500;

export class Gate {
  readonly #limits: GateLimits;
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  #inputs = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  get queuedInputs(): number {
    return this.#inputs;
  }

  /** Runs `work` when a writer is free. Throws RetryLaterError at once where the queue is full. */
  async pass<T>(inputs: number, work: () => Promise<T>): Promise<T> {
    if (this.#inputs > 0 && this.#inputs + inputs > this.#limits.maxInputs) {
      throw new RetryLaterError(
        `The server is busy: ${this.#inputs} ${this.#limits.unit ?? 'inputs'} are waiting. Send the same again in ${RETRY_AFTER_MS} ms; nothing of it was stored.`,
        RETRY_AFTER_MS,
      );
    }
    this.#inputs += inputs;
    try {
      await this.#enter();
      try {
        return await work();
      } finally {
        this.#leave();
      }
    } finally {
      this.#inputs -= inputs;
    }
  }

  /** A writer's place, freed by `#leave` or handed to the next in line. */
  async #enter(): Promise<void> {
    if (this.#active < this.#limits.writers) {
      this.#active++;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#active--;
    else next();
  }
}
