// Decides when batches are counted: at once when idle, coalesced under load, and after a crash from the events.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../domain/logger.ts';
import { type Clock, US_PER_MS } from '../../domain/time.ts';
import { YoungStatistics } from '../../store/statistics.ts';
import type { Store } from '../../store/store.ts';
import { findUnfolded } from '../../store/unfolded.ts';
import type { Work } from '../detect/touched.ts';
import type { FoldableBatch } from './deltas.ts';
import type { FoldRunner } from './fold-runner.ts';

export interface FoldStatus {
  /** Those that are being counted and looked at included. */
  readonly pendingBatches: number;
  readonly pendingEvents: number;
  /** Milliseconds since the oldest of them was stored; 0 when none is pending. */
  readonly lagMs: number;
  /** How often batches were counted since the start. */
  readonly folds: number;
  readonly lastError: string | null;
}

interface Pending {
  readonly batchId: string;
  readonly eventCount: number;
  readonly storedUs: number;
}

export interface FolderServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runner: FoldRunner;
  readonly onCounted?: (tenantId: number) => void;
}

/** Under load one fold in this time, so that many batches share one. */
const MIN_INTERVAL_MS = 300;
/** Where folds take long, half of the time goes to them, up to this interval: what many share costs less for each. */
const MAX_INTERVAL_MS = 1_500;
const RETRY_MS = 1_000;
const SWEEP_INTERVAL_MS = 5_000;
const SWEEP_AGE_SECONDS = 5;
const SWEEP_LIMIT = 1_000;
const MAX_EVENTS_PER_FOLD = 100_000;
const MAX_BATCHES_PER_FOLD = 2_000;

const intervalAfter = (foldMs: number): number =>
  Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, 2 * foldMs));

export class Folder {
  readonly #services: FolderServices;
  readonly #pending = new Map<number, Pending[]>();
  readonly #waiters = new Map<number, { readonly target: number; readonly resolve: () => void }[]>();
  /** Batches handed in and batches counted, per tenant, since the start. */
  readonly #enqueued = new Map<number, number>();
  readonly #folded = new Map<number, number>();
  /** What is being counted and looked at. */
  readonly #taken = new Map<number, Pending[]>();
  /** Ends a tenant's pause between two folds. */
  readonly #hurry = new Map<number, () => void>();
  /** What detection could not look at, to be tried with the next batch. */
  readonly #missed = new Map<number, Work>();
  readonly #busy = new Set<number>();
  #stopping = false;
  #sweepTimer: NodeJS.Timeout | undefined;
  #lastError: string | null = null;
  readonly #statistics: YoungStatistics;
  #folds = 0;
  #running = new Set<Promise<void>>();

  constructor(services: FolderServices) {
    this.#services = services;
    this.#statistics = new YoungStatistics(services.store.writePool);
  }

  /** Counts what earlier processes left uncounted, then looks for more from time to time. */
  async start(): Promise<void> {
    await this.#sweep(0);
    this.#sweepTimer = setInterval(() => this.#track(this.#sweep(SWEEP_AGE_SECONDS)), SWEEP_INTERVAL_MS);
    this.#sweepTimer.unref();
  }

  enqueue(tenantId: number, batch: FoldableBatch): void {
    const pending = this.#pending.get(tenantId) ?? [];
    const { batchId, deltas } = batch;
    this.#services.runner.offer(tenantId, batch);
    pending.push({ batchId, eventCount: deltas.eventCount, storedUs: this.#services.clock.nowUs() });
    this.#pending.set(tenantId, pending);
    this.#enqueued.set(tenantId, (this.#enqueued.get(tenantId) ?? 0) + 1);
    this.#wake(tenantId);
  }

  /** Resolves when everything stored here so far is counted and looked at, or after `maxWaitMs`. It hurries the count. */
  async settle(tenantId: number, maxWaitMs?: number): Promise<void> {
    if (!this.isBusy(tenantId)) return;
    const target = this.#enqueued.get(tenantId) ?? 0;
    if (target <= (this.#folded.get(tenantId) ?? 0)) return;
    const settled = new Promise<void>((resolve) => {
      const waiters = this.#waiters.get(tenantId) ?? [];
      waiters.push({ target, resolve });
      this.#waiters.set(tenantId, waiters);
    });
    this.#hurry.get(tenantId)?.();
    if (maxWaitMs === undefined) return settled;
    const cancel = new AbortController();
    const timeout = delay(maxWaitMs, undefined, { signal: cancel.signal, ref: false }).catch(() => {});
    await Promise.race([settled, timeout]);
    cancel.abort();
  }

  status(): FoldStatus {
    let pendingBatches = 0;
    let pendingEvents = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (const batches of [...this.#pending.values(), ...this.#taken.values()]) {
      pendingBatches += batches.length;
      for (const batch of batches) {
        pendingEvents += batch.eventCount;
        oldest = Math.min(oldest, batch.storedUs);
      }
    }
    const lagMs = pendingBatches === 0 ? 0 : Math.max(0, (this.#services.clock.nowUs() - oldest) / US_PER_MS);
    return { pendingBatches, pendingEvents, lagMs, folds: this.#folds, lastError: this.#lastError };
  }

  /** Counts what is pending, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#sweepTimer);
    await Promise.all([...this.#pending.keys()].map((tenantId) => this.settle(tenantId, 10_000)));
    this.#stopping = true;
    await Promise.all(this.#running);
    await this.#services.runner.close();
  }

  /** Something is being counted, or waits for it. */
  isBusy(tenantId: number): boolean {
    return this.#busy.has(tenantId) || (this.#pending.get(tenantId)?.length ?? 0) > 0;
  }

  #wake(tenantId: number): void {
    if (this.#busy.has(tenantId) || this.#stopping) return;
    this.#busy.add(tenantId);
    this.#track(this.#drain(tenantId));
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
  }

  async #drain(tenantId: number): Promise<void> {
    while (!this.#stopping) {
      const startedMs = performance.now();
      const batches = this.#take(tenantId);
      if (batches.length === 0) break;
      this.#taken.set(tenantId, batches);
      const done = await this.#fold(tenantId, batches);
      this.#taken.delete(tenantId);
      if (done) {
        this.#folded.set(tenantId, (this.#folded.get(tenantId) ?? 0) + batches.length);
        this.#services.onCounted?.(tenantId);
      } else {
        this.#putBack(tenantId, batches);
        await delay(RETRY_MS, undefined, { ref: false });
      }
      if (this.#notify(tenantId)) break;
      const tookMs = performance.now() - startedMs;
      await this.#pause(tenantId, intervalAfter(tookMs) - tookMs);
    }
    this.#busy.delete(tenantId);
    this.#notify(tenantId);
  }

  async #fold(tenantId: number, batches: readonly Pending[]): Promise<boolean> {
    try {
      const batchIds = batches.map((batch) => batch.batchId);
      const result = await this.#services.runner.fold(tenantId, batchIds, this.#missed.get(tenantId));
      this.#folds++;
      await this.#statistics.grownBy(result.eventCount);
      this.#missed.set(tenantId, result.missed);
      this.#lastError = result.fault?.message ?? null;
      if (result.fault)
        this.#services.logger.error({ err: result.fault, tenantId }, 'detection failed; events are counted');
      return true;
    } catch (error) {
      this.#lastError = (error as Error).message;
      this.#services.logger.error({ err: error, tenantId }, 'counting and detection failed; trying again');
      return false;
    }
  }

  /** At least one batch, and no more than a fold can bear. */
  #take(tenantId: number): Pending[] {
    const pending = this.#pending.get(tenantId) ?? [];
    let batches = 0;
    for (let events = 0; batches < Math.min(pending.length, MAX_BATCHES_PER_FOLD); batches++) {
      events += pending[batches]!.eventCount;
      if (batches > 0 && events > MAX_EVENTS_PER_FOLD) break;
    }
    return pending.splice(0, batches);
  }

  #putBack(tenantId: number, batches: Pending[]): void {
    this.#pending.set(tenantId, [...batches, ...(this.#pending.get(tenantId) ?? [])]);
  }

  /** Lets batches gather, unless somebody waits for their count. */
  async #pause(tenantId: number, ms: number): Promise<void> {
    if (ms <= 0 || this.#waiters.has(tenantId)) return;
    const hurried = new AbortController();
    this.#hurry.set(tenantId, () => hurried.abort());
    await delay(ms, undefined, { signal: hurried.signal }).catch(() => {});
    this.#hurry.delete(tenantId);
  }

  /** Tells those whose batches are counted; true when nothing is left to count. */
  #notify(tenantId: number): boolean {
    const folded = this.#folded.get(tenantId) ?? 0;
    const waiting = (this.#waiters.get(tenantId) ?? []).filter(({ target, resolve }) => {
      if (target <= folded) resolve();
      return target > folded;
    });
    if (waiting.length === 0) this.#waiters.delete(tenantId);
    else this.#waiters.set(tenantId, waiting);
    if ((this.#pending.get(tenantId)?.length ?? 0) > 0) return false;
    this.#pending.delete(tenantId);
    return true;
  }

  #isPending(tenantId: number, batchId: string): boolean {
    const own = [...(this.#pending.get(tenantId) ?? []), ...(this.#taken.get(tenantId) ?? [])];
    return own.some((batch) => batch.batchId === batchId);
  }

  /** What other processes stored and never counted. Racing one that is alive is harmless: a batch is claimed once. */
  async #sweep(olderThanSeconds: number): Promise<void> {
    try {
      for (;;) {
        const found = await findUnfolded(this.#services.store, olderThanSeconds, SWEEP_LIMIT);
        for (const { tenantId, batchId } of found) {
          if (this.#stopping) return;
          if (this.#isPending(tenantId, batchId)) continue;
          await this.#services.runner.fold(tenantId, [batchId]);
        }
        if (found.length < SWEEP_LIMIT) return;
      }
    } catch (error) {
      this.#lastError = (error as Error).message;
      this.#services.logger.error({ err: error }, 'recounting what an earlier process left failed');
    }
  }
}
