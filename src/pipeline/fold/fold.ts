// Counts batches and runs detection on what they touched, in one transaction per tenant: a counted batch has been
// looked at, an uncounted one is counted again after a crash. A fault in a rule costs its detections, never a count.

import type { Clock } from '../../domain/time.ts';
import { announce } from '../../live/outbox.ts';
import { describeForm } from '../../signature/engine.ts';
import { addToBuckets, addToSignatures, addToSources, claimUnfolded } from '../../store/counters.ts';
import type { Store, WriteTx } from '../../store/store.ts';
import { isConnectionLost, sqlState, transaction } from '../../store/transaction.ts';
import { detect, type Touched } from '../detect/detect.ts';
import { exampleOf, storableText } from '../sign.ts';
import { ALL_SIGNATURES, Deltas, type FoldableBatch } from './deltas.ts';

export interface FoldServices {
  readonly store: Store;
  readonly clock: Clock;
}

const FOLD_LOCK_CLASS = 7_304;

export interface FoldResult {
  /** Events counted: none of a batch that another process had counted already. */
  readonly eventCount: number;
  /** What detection failed to look at; hand it to the next fold. */
  readonly missed: readonly Touched[];
  readonly fault: Error | null;
}

/** `missedBefore`: what an earlier fold could not look at. */
export async function foldBatches(
  services: FoldServices,
  tenantId: number,
  batches: readonly FoldableBatch[],
  missedBefore: readonly Touched[] = [],
): Promise<FoldResult> {
  return transaction(services.store, async ({ tx, client }) => {
    await client.query({
      name: 'fold_lock',
      text: 'select pg_advisory_xact_lock($1::int, $2::int)',
      values: [FOLD_LOCK_CLASS, tenantId],
    });
    const batchIds = batches.map((batch) => batch.batchId);
    const claimed = await claimUnfolded(client, tenantId, batchIds);
    const sum = new Deltas();
    for (const batch of batches) if (claimed.has(batch.batchId)) sum.merge(batch.deltas);
    if (sum.eventCount > 0) {
      await addToBuckets(client, tenantId, [...sum.buckets.values()]);
      await addToSignatures(client, tenantId, withPatterns(sum));
      await addToSources(client, tenantId, [...claimed]);
    }
    const touched = [...missedBefore, ...touchedBy(sum)];
    const detected = await detectSafely(services, tx, tenantId, touched);
    await announce(tx, tenantId, detected.announcements);
    return { eventCount: sum.eventCount, ...detected };
  });
}

async function detectSafely(
  services: FoldServices,
  tx: WriteTx,
  tenantId: number,
  touched: readonly Touched[],
) {
  if (touched.length === 0) return { announcements: [], missed: [], fault: null };
  try {
    const { announcements } = await tx.transaction((savepoint) =>
      detect(savepoint, { tenantId, touched, clock: services.clock }),
    );
    return { announcements, missed: [], fault: null };
  } catch (error) {
    if (isTransient(error)) throw error;
    return { announcements: [], missed: touched, fault: error as Error };
  }
}

/** Serialization failures, deadlocks, lost connections, shutdowns: the whole fold is tried again. */
const isTransient = (error: unknown): boolean => {
  const state = sqlState(error);
  return state === '' ? isConnectionLost(error) : /^(08|40|57|53)/.test(state);
};

// A pattern depends on the message alone, not on the partition.
const withPatterns = (sum: Deltas) =>
  [...sum.signatures.values()].map((delta) => ({
    ...delta,
    example: exampleOf(delta.example),
    pattern: storableText(describeForm(delta.example, '').pattern),
  }));

/** One range of minutes per signature and asset. */
function touchedBy(sum: Deltas): Touched[] {
  const ranges = new Map<
    string,
    { signatureId: string; assetId: string; fromMinute: number; toMinute: number }
  >();
  for (const { signatureId, assetId, minute } of sum.buckets.values()) {
    if (signatureId === ALL_SIGNATURES) continue;
    const key = `${signatureId}|${assetId}`;
    const range = ranges.get(key);
    if (range === undefined) ranges.set(key, { signatureId, assetId, fromMinute: minute, toMinute: minute });
    else {
      range.fromMinute = Math.min(range.fromMinute, minute);
      range.toMinute = Math.max(range.toMinute, minute);
    }
  }
  return [...ranges.values()];
}
