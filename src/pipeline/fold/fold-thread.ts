// Counting and detection in a thread of their own, so that they never hold up who asks or sends.
import { Piscina } from 'piscina';
import { workerEntry } from '../../domain/worker-entry.ts';
import type { Work } from '../detect/touched.ts';
import type { Scored } from '../scoring/apply-verdicts.ts';
import type { Changed } from '../scoring/change-verdicts.ts';
import type { FoldableBatch } from './deltas.ts';
import type { FoldResult } from './fold.ts';
import type { FoldRunner } from './fold-runner.ts';
import type * as Program from './fold-worker.ts';

/** Tenants do not wait for each other: they share the thread while each waits for the database. */
const AT_ONCE = 1_000;

/** Goes by the system's clock. The thread starts with the first batch, and again after it died. */
export class FoldThread implements FoldRunner {
  readonly #pool: Piscina;

  /** `onFault`: told why the thread died; what it had in work is tried again. */
  constructor(settings: Program.FoldWorkerSettings, onFault: (error: Error) => void) {
    this.#pool = new Piscina({
      ...workerEntry(import.meta.url, 'fold-worker'),
      workerData: settings,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: AT_ONCE,
      // Else the thread would sleep between tasks and not hear of connections that end.
      atomics: 'disabled',
      recordTiming: false,
    });
    this.#pool.on('error', onFault);
  }

  warmUp(): void {
    this.#run('warmUp', []).catch(() => {});
  }

  offer(tenantId: number, { batchId, deltas }: FoldableBatch): void {
    // Whatever prevents it, the batch is counted from its events.
    this.#run('offer', [tenantId, { batchId, deltas }]).catch(() => {});
  }

  fold(tenantId: number, batchIds: readonly string[], missedBefore?: Work): Promise<FoldResult> {
    return this.#run('fold', [tenantId, batchIds, missedBefore]);
  }

  passTime(tenantId: number, untilMinute: number): Promise<void> {
    return this.#run('passTime', [tenantId, untilMinute]);
  }

  applyVerdicts(tenantId: number, scorer: string, scored: readonly Scored[]): Promise<Changed> {
    return this.#run('applyVerdicts', [tenantId, scorer, scored]);
  }

  obeySettings(tenantId: number, hasModel: boolean): Promise<boolean> {
    return this.#run('obeySettings', [tenantId, hasModel]);
  }

  async close(): Promise<void> {
    if (this.#pool.threads.length > 0) await this.#run('close', []).catch(() => {});
    await this.#pool.destroy();
  }

  async #run<Name extends keyof typeof Program>(
    name: Name,
    input: Parameters<(typeof Program)[Name]>[0],
  ): Promise<Awaited<ReturnType<(typeof Program)[Name]>>> {
    return this.#pool.run(input, { name });
  }
}
