// Counts batches and runs detection on what they touched, in one transaction per tenant: a counted batch has been
// looked at, an uncounted one is counted again after a crash.

import type { Clock } from '../../domain/time.ts';
import { announce } from '../../live/outbox.ts';
import { describeForm } from '../../signature/engine.ts';
import { addToBuckets, addToSignatures, addToSources, claimUnfolded } from '../../store/counters.ts';
import type { Store } from '../../store/store.ts';
import { transaction } from '../../store/transaction.ts';
import { detect, type Touched } from '../detect/detect.ts';
import { ALL_SIGNATURES, Deltas, type FoldableBatch } from './deltas.ts';

export interface FoldServices {
  readonly store: Store;
  readonly clock: Clock;
}

const FOLD_LOCK_CLASS = 7_304;

/** Returns how many events were counted: none of a batch that another process had counted already. */
export async function foldBatches(
  services: FoldServices,
  tenantId: number,
  batches: readonly FoldableBatch[],
): Promise<number> {
  return transaction(services.store, async ({ tx, client }) => {
    await client.query({
      name: 'fold_lock',
      text: 'select pg_advisory_xact_lock($1::int, $2::int)',
      values: [FOLD_LOCK_CLASS, tenantId],
    });
    const claimed = await claimUnfolded(
      client,
      tenantId,
      batches.map((batch) => batch.batchId),
    );
    const sum = new Deltas();
    for (const batch of batches) if (claimed.has(batch.batchId)) sum.merge(batch.deltas);
    if (sum.eventCount === 0) return 0;
    await addToBuckets(client, tenantId, [...sum.buckets.values()]);
    await addToSignatures(client, tenantId, withPatterns(sum));
    await addToSources(client, tenantId, [...claimed]);
    const { announcements } = await detect(tx, { tenantId, touched: touchedBy(sum), clock: services.clock });
    await announce(tx, tenantId, announcements);
    return sum.eventCount;
  });
}

// A pattern depends on the message alone, not on the partition.
const withPatterns = (sum: Deltas) =>
  [...sum.signatures.values()].map((delta) => ({
    ...delta,
    pattern: describeForm(delta.example, '').pattern,
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
