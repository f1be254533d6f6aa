import type { Work } from '../detect/touched.ts';
import type { VerdictChanges } from '../scoring/verdict-changes.ts';
import type { FoldableBatch } from './deltas.ts';
import type { FoldResult } from './fold.ts';

/** Where counting and detection run: in this thread, or in one of their own. */
export interface FoldRunner extends VerdictChanges {
  /** Readies what the first fold would wait for. */
  warmUp(): void;
  /** Hands over what a batch adds. Where that is lost, the batch is counted from its stored events. */
  offer(tenantId: number, batch: FoldableBatch): void;
  /**
   * Counts the batches and looks at what they touched. Where it throws, nothing of it is done, and it may be tried again.
   * `missedBefore`: what an earlier fold could not look at.
   */
  fold(tenantId: number, batchIds: readonly string[], missedBefore?: Work): Promise<FoldResult>;
  /** Looks for what shows by the passing of time alone; `untilMinute` since 1970. */
  passTime(tenantId: number, untilMinute: number): Promise<void>;
  /** Nothing may be in work any more. */
  close(): Promise<void>;
}
