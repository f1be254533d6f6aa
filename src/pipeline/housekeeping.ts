// What is done from time to time beside ingest: partitions are made ahead and dropped, time passes where nobody speaks.
import type { Logger } from '../domain/logger.ts';
import type { Clock, Micros } from '../domain/time.ts';
import type { EventPartitions } from '../store/partitions.ts';
import type { Store } from '../store/store.ts';
import { sketchForms } from './sketch-forms.ts';

export interface HousekeepingServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly partitions: EventPartitions;
  /** Events older than this are dropped; null: keep everything. */
  readonly retentionUs: Micros | null;
  /** Looks for what shows by the passing of time alone. */
  readonly passTime: () => Promise<void>;
}

const PARTITION_INTERVAL_MS = 3_600_000;
const TIME_INTERVAL_MS = 60_000;

export class Housekeeping {
  readonly #services: HousekeepingServices;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #closing = new AbortController();
  #passing: Promise<void> = Promise.resolve();
  #sketching: Promise<void> = Promise.resolve();

  constructor(services: HousekeepingServices) {
    this.#services = services;
  }

  /** Makes the coming days' partitions and drops those past the retention. */
  async keepPartitions(): Promise<void> {
    const { clock, partitions, retentionUs, logger } = this.#services;
    const nowUs = clock.nowUs();
    await partitions.ensureAhead(nowUs);
    if (retentionUs === null) return;
    const dropped = await partitions.dropBefore(nowUs - retentionUs);
    if (dropped > 0) logger.info({ dropped }, 'partitions past the retention are dropped');
  }

  start(): void {
    const { logger } = this.#services;
    this.#sketching = this.#sketchOlder();
    this.#every(PARTITION_INTERVAL_MS, () => {
      this.keepPartitions().catch((err) => logger.error({ err }, 'making and dropping partitions failed'));
    });
    this.#every(TIME_INTERVAL_MS, () => {
      this.#passing = this.#passing
        .then(() => this.#services.passTime())
        .catch((err) => logger.error({ err }, 'looking for silences failed'));
    });
  }

  /** Starts nothing new, and waits for the passing of time that is in work. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#closing.abort();
    await this.#passing;
    await this.#sketching;
  }

  async #sketchOlder(): Promise<void> {
    const { store, logger } = this.#services;
    try {
      const forms = await sketchForms(store, this.#closing.signal);
      if (forms > 0) logger.info({ forms }, 'forms of an earlier version can be found by likeness now');
    } catch (err) {
      logger.error(
        { err },
        'older forms are not found by likeness: indexing them failed; the next start tries again',
      );
    }
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(work, ms).unref());
  }
}
