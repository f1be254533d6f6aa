import type { Work } from '../detect/touched.ts';
import type { Scored } from '../scoring/apply-verdicts.ts';
import type { Changed } from '../scoring/change-verdicts.ts';
import { localVerdicts, type VerdictChanges } from '../scoring/verdict-changes.ts';
import type { FoldableBatch } from './deltas.ts';
import { type FoldResult, type FoldServices, foldBatches } from './fold.ts';
import type { FoldRunner } from './fold-runner.ts';
import { passTime } from './pass-time.ts';
import { recountBatch } from './recount.ts';

/** Counts and detects in the thread that calls it. */
export class LocalFolds implements FoldRunner {
  readonly #services: FoldServices;
  readonly #verdicts: VerdictChanges;
  readonly #offered = new Map<string, FoldableBatch>();

  constructor(services: FoldServices) {
    this.#services = services;
    this.#verdicts = localVerdicts(services);
  }

  warmUp(): void {}

  offer(tenantId: number, batch: FoldableBatch): void {
    this.#offered.set(nameOf(tenantId, batch.batchId), batch);
  }

  async fold(tenantId: number, batchIds: readonly string[], missedBefore?: Work): Promise<FoldResult> {
    const batches: FoldableBatch[] = [];
    for (const batchId of new Set(batchIds)) batches.push(await this.#batch(tenantId, batchId));
    const result = await foldBatches(this.#services, tenantId, batches, missedBefore);
    for (const batchId of batchIds) this.#offered.delete(nameOf(tenantId, batchId));
    return result;
  }

  passTime(tenantId: number, untilMinute: number): Promise<void> {
    return passTime(this.#services, tenantId, untilMinute);
  }

  applyVerdicts(tenantId: number, scorer: string, scored: readonly Scored[]): Promise<Changed> {
    return this.#verdicts.applyVerdicts(tenantId, scorer, scored);
  }

  obeySettings(tenantId: number, hasModel: boolean): Promise<boolean> {
    return this.#verdicts.obeySettings(tenantId, hasModel);
  }

  async close(): Promise<void> {}

  async #batch(tenantId: number, batchId: string): Promise<FoldableBatch> {
    const offered = this.#offered.get(nameOf(tenantId, batchId));
    if (offered !== undefined) return offered;
    const { store, rules } = this.#services;
    return recountBatch(store, await rules.readerOf(tenantId), tenantId, batchId);
  }
}

const nameOf = (tenantId: number, batchId: string): string => `${tenantId}|${batchId}`;
