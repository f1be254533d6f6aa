// One subscriber's view of the outbox: replay from its position, then live from a bounded queue, and back to replay
// whenever the queue overflowed.
import type { IncidentChangeReason } from '../domain/words.ts';
import type { OutboxRow, Topic } from './outbox-reader.ts';
import { PRUNED } from './outbox-reader.ts';

export interface Change {
  readonly seq: string;
  readonly subjectId: string;
  readonly kind: 'CREATED' | 'UPDATED' | 'REMOVED';
  /** Of an incident's change; null for other topics. */
  readonly reason: IncidentChangeReason | null;
}

/** Changes after `fromSeq` up to `seq` can no longer be told. */
export interface FeedGap {
  readonly seq: string;
  readonly kind: 'GAP';
  readonly fromSeq: string;
  readonly reason: string;
}

export type FeedItem = Change | FeedGap;
export type FeedBatch = readonly FeedItem[];

export interface SubscriberOptions {
  readonly topic: Topic;
  readonly position: bigint;
  /** Told before anything else. */
  readonly gap: FeedGap | null;
  readonly queueLimit: number;
  readonly replayLimit: number;
  /** Rows beyond a position, oldest first; fewer than the limit when there are no more. Waits out faults. */
  readonly replay: (after: bigint, limit: number) => Promise<OutboxRow[]>;
  readonly onClose: (subscriber: Subscriber) => void;
}

const PRUNED_REASON =
  'These changes are older than the server keeps them for resuming. Query what you show again, then go on from here.';
const DONE = { done: true, value: undefined } as const;

export class Subscriber implements AsyncIterableIterator<FeedBatch> {
  readonly #options: SubscriberOptions;
  #position: bigint;
  #gap: FeedGap | null;
  #queue: OutboxRow[] = [];
  #overflowed = false;
  #live = false;
  #closed = false;
  #wake: () => void = () => {};
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#gap = options.gap;
  }

  /** Takes part in what was just read for the whole tenant. */
  push(rows: readonly OutboxRow[]): void {
    const mine = rows.filter((row) => row.topic === this.#options.topic || row.topic === PRUNED);
    if (this.#closed || mine.length === 0) return;
    if (this.#queue.length + mine.length > this.#options.queueLimit) {
      this.#queue = [];
      this.#overflowed = true;
    } else if (!this.#overflowed) this.#queue.push(...mine);
    this.#wake();
  }

  /** The next items in order, at least one. Calls are answered one after the other. */
  next(): Promise<IteratorResult<FeedBatch, undefined>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async return(): Promise<IteratorResult<FeedBatch, undefined>> {
    this.close();
    return DONE;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    this.#options.onClose(this);
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<FeedBatch, undefined>> {
    while (!this.#closed) {
      if (this.#gap !== null) {
        const gap = this.#gap;
        this.#gap = null;
        return { done: false, value: [gap] };
      }
      const rows = this.#live && !this.#overflowed ? await this.#takeQueued() : await this.#takeReplayed();
      const value = this.#accept(rows);
      if (value.length > 0 && !this.#closed) return { done: false, value };
    }
    return DONE;
  }

  async #takeQueued(): Promise<OutboxRow[]> {
    if (this.#queue.length === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#overflowed) return [];
    return this.#queue.splice(0, this.#options.replayLimit);
  }

  // The queue fills from before the read on, so whatever the read's snapshot misses is in it, unless it overflows.
  async #takeReplayed(): Promise<OutboxRow[]> {
    this.#overflowed = false;
    this.#queue = [];
    const rows = await this.#options.replay(this.#position, this.#options.replayLimit);
    this.#live = rows.length < this.#options.replayLimit;
    return rows;
  }

  #accept(rows: readonly OutboxRow[]): FeedItem[] {
    const items: FeedItem[] = [];
    for (const row of rows) {
      const seq = BigInt(row.seq);
      if (seq <= this.#position) continue;
      if (row.topic === PRUNED)
        items.push({ seq: row.seq, kind: 'GAP', fromSeq: this.#position.toString(), reason: PRUNED_REASON });
      else items.push({ seq: row.seq, subjectId: row.subjectId, kind: row.kind, reason: row.reason });
      this.#position = seq;
    }
    return items;
  }
}
