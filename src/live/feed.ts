// Hands every committed change to every subscriber, once and in order. Notifications only say when to look; the
// outbox says what there is.
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import { type Listener, startListener } from './listener.ts';
import { OUTBOX_CHANNEL } from './outbox.ts';
import { highWaterMark, type OutboxRow, readOutbox, type Topic } from './outbox-reader.ts';
import { type FeedBatch, type FeedGap, Subscriber } from './subscriber.ts';
import { TenantStream } from './tenant-stream.ts';

export interface FeedOptions {
  readonly store: Store;
  /** Faults that the feed recovers from by itself. */
  readonly onFault?: (error: Error) => void;
  /** How often the outbox is read without a notification. */
  readonly drainIntervalMs?: number;
  /** Changes that wait for a slow subscriber before it is sent back to replay. */
  readonly queueLimit?: number;
  /** Changes read at once in a replay, and the largest batch. */
  readonly replayLimit?: number;
}

export interface FeedRequest {
  readonly tenantId: number;
  readonly topic: Topic;
  /** The sequence of the last change received; null begins with what is committed from now on. */
  readonly after: bigint | null;
}

const DRAIN_INTERVAL_MS = 1_000;
const QUEUE_LIMIT = 1_000;
const REPLAY_LIMIT = 200;
const RETRY_MS = 100;
const AHEAD_REASON =
  'The cursor is newer than this memory: its database was restored or replaced. Query what you show again, then go on from here.';

export class ChangeFeed {
  readonly #options: Required<FeedOptions>;
  readonly #streams = new Map<number, TenantStream>();
  readonly #listener: Listener;
  readonly #drainTimer: NodeJS.Timeout;
  readonly #wakers = new Set<() => void>();
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = {
      onFault: () => {},
      drainIntervalMs: DRAIN_INTERVAL_MS,
      queueLimit: QUEUE_LIMIT,
      replayLimit: REPLAY_LIMIT,
      ...options,
    };
    this.#listener = startListener({
      target: options.store.target,
      channel: OUTBOX_CHANNEL,
      onNotification: (payload) => this.#onNotification(payload),
      onListening: () => this.#drainAll(),
      onFault: this.#options.onFault,
    });
    this.#drainTimer = setInterval(() => this.#drainAll(), this.#options.drainIntervalMs);
    this.#drainTimer.unref();
  }

  /** `waiting` are those whose tenant does not exist yet. */
  get status(): { readonly listening: boolean; readonly subscribers: number; readonly waiting: number } {
    let subscribers = 0;
    for (const stream of this.#streams.values()) subscribers += stream.size;
    return { listening: this.#listener.listening, subscribers, waiting: this.#wakers.size };
  }

  /**
   * Everything after `after`, then everything new, in batches that are never empty. When the promise resolves the
   * subscriber misses nothing any more. The iteration ends when the feed is closed.
   */
  async subscribe(request: FeedRequest): Promise<AsyncIterableIterator<FeedBatch>> {
    const { store, queueLimit, replayLimit } = this.#options;
    const { tenantId, topic } = request;
    const stream = await this.#streamOf(tenantId);
    const newest = await highWaterMark(store.read, tenantId).catch((error: Error) => {
      this.#leave(stream);
      throw error;
    });
    const ahead = request.after !== null && request.after > newest;
    const subscriber = new Subscriber({
      topic,
      position: ahead || request.after === null ? newest : request.after,
      gap: ahead ? gapBehind(request.after, newest) : null,
      queueLimit,
      replayLimit,
      replay: (after, limit) => this.#replay(tenantId, topic, after, limit),
      onClose: (closing) => {
        stream.remove(closing);
        this.#leave(stream);
      },
    });
    stream.add(subscriber);
    if (this.#closed) subscriber.close();
    return subscriber;
  }

  /**
   * For those who wait for a tenant to come into being: resolves when a tenant without subscribers announced
   * something, or at the next periodic look; with false once closed.
   */
  async tick(): Promise<boolean> {
    if (this.#closed) return false;
    await new Promise<void>((resolve) => {
      this.#wakers.add(resolve);
    });
    return !this.#closed;
  }

  /** Ends all subscriptions and stops listening. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#drainTimer);
    this.#wakeAll();
    for (const stream of this.#streams.values()) stream.close();
    await this.#listener.close();
  }

  #onNotification(payload: string): void {
    const [tenantId, seq] = payload.split(':');
    const stream = this.#streams.get(Number(tenantId));
    if (stream === undefined) this.#wakeAll();
    else stream.announced(BigInt(seq ?? 0));
  }

  #drainAll(): void {
    this.#wakeAll();
    for (const stream of this.#streams.values()) stream.drain();
  }

  #wakeAll(): void {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  /** The tenant's stream, entered: whoever calls it leaves it again. */
  async #streamOf(tenantId: number): Promise<TenantStream> {
    if (this.#closed) throw new UnavailableError('The server is shutting down. Connect again in a moment.');
    let stream = this.#streams.get(tenantId);
    if (stream === undefined) {
      stream = new TenantStream(tenantId, this.#options);
      this.#streams.set(tenantId, stream);
    }
    stream.enter();
    try {
      await stream.opened;
    } catch (error) {
      this.#leave(stream);
      throw error;
    }
    return stream;
  }

  #leave(stream: TenantStream): void {
    if (stream.leave() === 0 && this.#streams.get(stream.tenantId) === stream)
      this.#streams.delete(stream.tenantId);
  }

  async #replay(tenantId: number, topic: Topic, after: bigint, limit: number): Promise<OutboxRow[]> {
    while (!this.#closed) {
      try {
        return await readOutbox(this.#options.store.read, { tenantId, topic, after, limit });
      } catch (error) {
        this.#options.onFault(error as Error);
        await delay(RETRY_MS);
      }
    }
    return [];
  }
}

const gapBehind = (after: bigint | null, newest: bigint): FeedGap => ({
  seq: newest.toString(),
  kind: 'GAP',
  fromSeq: String(after),
  reason: AHEAD_REASON,
});
