// The model's pass over what was counted: batch by batch beside ingest, which never waits for it and never fails by it.
import { ModelError } from '../../anomaly/model/fault.ts';
import type { ModelScorer, OpenedModel } from '../../anomaly/model/model-scorer.ts';
import type { Logger } from '../../domain/logger.ts';
import type { Clock, Micros } from '../../domain/time.ts';
import {
  ALL_TIME,
  claimUnscored,
  countUnscored,
  type QueueLength,
  queueAll,
  releaseUnscored,
  type ScoringWindow,
  setAsideUnscorable,
  tenantsWithUnscored,
  type Unscored,
} from '../../store/anomaly-queue.ts';
import type { Store } from '../../store/store.ts';
import { allTenants } from '../../store/tenants.ts';
import type { Scored } from './apply-verdicts.ts';
import type { VerdictChanges } from './verdict-changes.ts';

export interface ScoringOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly verdicts: VerdictChanges;
  /** From this score on an anomalous label is a detection. */
  readonly anomalyThreshold: number;
  readonly logger: Logger;
  /** null: none is set up. */
  readonly model: ModelScorer | null;
  /** Distinct messages that are claimed at once. */
  readonly batch: number;
}

export interface ScoringRun {
  /** Distinct messages (a signature at a severity) that got their verdict. */
  readonly scored: number;
  /** MODEL signals that were made of them. */
  readonly detections: number;
  /** Messages that got none: the model failed on them, or there is none. */
  readonly skipped: number;
  /** Why it stopped; null: it did not. */
  readonly error: string | null;
  readonly endedUs: Micros;
}

export interface ScoringStatus extends QueueLength {
  readonly opened: OpenedModel | null;
  /** null: none yet, in this process. */
  readonly lastRun: ScoringRun | null;
}

export interface RunInput extends ScoringWindow {
  /** What this version of the model has judged already is judged again. */
  readonly rescore: boolean;
}

/** Longer than any batch takes: a claim of a process that died is free again after it. */
const LEASE_SECONDS = 1_200;
/** Few enough that counting, which waits for the same locks, hardly notices. */
const APPLIED_AT_ONCE = 64;
/** How soon what other processes have counted is found. */
const POLL_MS = 5_000;
/** A model that cannot be used is tried again after this. */
const RETRY_MS = 60_000;

interface Tally {
  scored: number;
  detections: number;
  skipped: number;
}

export class AnomalyScoring {
  readonly #options: ScoringOptions;
  readonly #lastRuns = new Map<number, ScoringRun>();
  #opened: OpenedModel | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isWanted = false;
  #isWorking = false;
  #isClosed = false;
  #notBeforeMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastFault = '';

  constructor(options: ScoringOptions) {
    this.#options = options;
  }

  get model(): ModelScorer | null {
    return this.#options.model;
  }

  get threshold(): number {
    return this.#options.anomalyThreshold;
  }

  start(): void {
    void this.obeySettings();
    if (this.#options.model === null) return;
    this.wake();
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.#timer.unref();
  }

  /** Earlier verdicts become what they would be, had the settings always been these. `start` does it. */
  obeySettings(): Promise<void> {
    const { store, verdicts, model, logger } = this.#options;
    return this.#inTurn(async () => {
      try {
        for (const tenantId of await allTenants(store.writePool))
          while (!this.#isClosed && (await verdicts.obeySettings(tenantId, model !== null)));
      } catch (err) {
        logger.error(
          { err },
          'earlier verdicts are not as the settings want them; the next start tries again',
        );
      }
    });
  }

  /** There may be something to score. */
  wake(): void {
    if (this.#options.model === null || this.#isClosed) return;
    this.#isWanted = true;
    if (this.#isWorking || performance.now() < this.#notBeforeMs) return;
    this.#isWorking = true;
    void this.#work();
  }

  /** Scores what waits of one tenant; without a model it leaves all of it. Never throws for a model's fault. */
  async run(tenantId: number, { rescore, ...window }: RunInput): Promise<ScoringRun> {
    const { store, model } = this.#options;
    if (model === null) {
      const { waiting } = await countUnscored(store.writePool, tenantId);
      return this.#ended(tenantId, { scored: 0, detections: 0, skipped: waiting }, null);
    }
    return this.#inTurn(async () => {
      const tally = { scored: 0, detections: 0, skipped: 0 };
      try {
        const { name } = await this.#open();
        if (rescore) await queueAll(store.writePool, tenantId, name, window, true);
        while (!this.#isClosed && (await this.#batch(tenantId, name, window, tally)));
        return this.#ended(tenantId, tally, null);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        return this.#ended(tenantId, tally, error.message);
      }
    });
  }

  async status(tenantId: number): Promise<ScoringStatus> {
    const length = await countUnscored(this.#options.store.writePool, tenantId);
    return { ...length, opened: this.#opened, lastRun: this.#lastRuns.get(tenantId) ?? null };
  }

  /** What is being scored stays in the queue. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#options.model?.close();
    await this.#turn;
  }

  async #work(): Promise<void> {
    while (this.#isWanted && !this.#isClosed && performance.now() >= this.#notBeforeMs) {
      this.#isWanted = false;
      try {
        for (const tenantId of await tenantsWithUnscored(this.#options.store.writePool)) {
          const run = await this.run(tenantId, { ...ALL_TIME, rescore: false });
          if (run.error !== null) this.#putOff(run.error);
        }
      } catch (error) {
        if (!this.#isClosed) this.#putOff((error as Error).message);
      }
    }
    this.#isWorking = false;
  }

  #putOff(fault: string): void {
    this.#notBeforeMs = performance.now() + RETRY_MS;
    this.#isWanted = true;
    if (fault !== this.#lastFault)
      this.#options.logger.error(
        { reason: fault },
        'scoring by the model failed; events are ingested all the same',
      );
    this.#lastFault = fault;
  }

  /** What an earlier version of the model has judged, and this one has not, is queued as soon as it is known. */
  async #open(): Promise<OpenedModel> {
    const { model, store, logger } = this.#options;
    const opened = await model!.open();
    if (opened.name === this.#opened?.name) return opened;
    for (const tenantId of await allTenants(store.writePool))
      await queueAll(store.writePool, tenantId, opened.name, ALL_TIME, false);
    logger.info({ model: opened.name, runtime: opened.runtime }, 'the model is ready');
    this.#opened = opened;
    this.#lastFault = '';
    return opened;
  }

  /** False: nothing is left. */
  async #batch(tenantId: number, scorer: string, window: ScoringWindow, tally: Tally): Promise<boolean> {
    const { store, model, batch } = this.#options;
    const claimed = await claimUnscored(store.writePool, tenantId, window, batch, LEASE_SECONDS);
    if (claimed.length === 0) return false;
    try {
      const judged = await model!.score(claimed.map(({ pattern }) => pattern));
      const scored: Scored[] = [];
      const faulty: (Unscored & { fault: string })[] = [];
      for (const [i, unscored] of claimed.entries()) {
        const verdict = judged[i]!;
        if ('fault' in verdict) faulty.push({ ...unscored, fault: verdict.fault });
        else scored.push({ ...unscored, ...verdict });
      }
      if (faulty.length > 0) await setAsideUnscorable(store.writePool, tenantId, faulty);
      tally.skipped += faulty.length;
      for (let from = 0; from < scored.length; from += APPLIED_AT_ONCE)
        await this.#apply(tenantId, scorer, scored.slice(from, from + APPLIED_AT_ONCE), tally);
      return true;
    } catch (error) {
      await releaseUnscored(store.writePool, tenantId, claimed);
      throw error;
    }
  }

  async #apply(tenantId: number, scorer: string, scored: readonly Scored[], tally: Tally): Promise<void> {
    const { store, verdicts } = this.#options;
    const { pairs, detections } = await verdicts.applyVerdicts(tenantId, scorer, scored);
    if (pairs < scored.length) await releaseUnscored(store.writePool, tenantId, scored);
    tally.scored += pairs;
    tally.detections += detections;
  }

  #ended(tenantId: number, tally: Tally, error: string | null): ScoringRun {
    const run = { ...tally, error, endedUs: this.#options.clock.nowUs() };
    if (tally.scored + tally.skipped > 0 || error !== null) this.#lastRuns.set(tenantId, run);
    return run;
  }

  /** One after the other: the model takes one batch at a time anyway. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
