// Reads one tenant's outbox once for all of its subscribers in this process.
import type { Store } from '../store/store.ts';
import { highWaterMark, readOutbox } from './outbox-reader.ts';
import type { Subscriber } from './subscriber.ts';

export interface TenantStreamOptions {
  readonly store: Store;
  readonly onFault: (error: Error) => void;
}

const PAGE = 1_000;

export class TenantStream {
  readonly tenantId: number;
  /** Resolves when the stream knows where it begins; only then may subscribers join. */
  readonly opened: Promise<void>;
  readonly #options: TenantStreamOptions;
  readonly #subscribers = new Set<Subscriber>();
  #last: bigint | null = null;
  #users = 0;
  #draining = false;
  #again = false;

  constructor(tenantId: number, options: TenantStreamOptions) {
    this.tenantId = tenantId;
    this.#options = options;
    this.opened = highWaterMark(options.store.read, tenantId).then((seq) => {
      this.#last = seq;
    });
    this.opened.catch(() => {});
  }

  get size(): number {
    return this.#subscribers.size;
  }

  enter(): void {
    this.#users += 1;
  }

  /** Returns how many stay. */
  leave(): number {
    this.#users -= 1;
    return this.#users;
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  close(): void {
    for (const subscriber of this.#subscribers) subscriber.close();
  }

  announced(seq: bigint): void {
    if (this.#last !== null && seq > this.#last) this.drain();
  }

  /** Reads on from where it stopped. What is announced meanwhile is read right after. */
  drain(): void {
    this.#again = true;
    if (this.#draining || this.#last === null) return;
    this.#draining = true;
    void this.#drain();
  }

  // A failed read is made up for by the next notification or the periodic look.
  async #drain(): Promise<void> {
    try {
      while (this.#again && this.#users > 0) await this.#drainPage();
    } catch (error) {
      this.#options.onFault(error as Error);
    } finally {
      this.#draining = false;
    }
  }

  async #drainPage(): Promise<void> {
    this.#again = false;
    const rows = await readOutbox(this.#options.store.read, {
      tenantId: this.tenantId,
      after: this.#last as bigint,
      topic: null,
      limit: PAGE,
    });
    const newest = rows.at(-1);
    if (newest === undefined) return;
    this.#last = BigInt(newest.seq);
    for (const subscriber of this.#subscribers) subscriber.push(rows);
    if (rows.length === PAGE) this.#again = true;
  }
}
