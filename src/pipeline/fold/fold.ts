// Counts batches and runs detection on what they touched, in one transaction per tenant: a counted batch has been
// looked at, an uncounted one is counted again after a crash. A fault in a rule costs its detections, never a count.

import type pg from 'pg';
import type { Clock, Micros } from '../../domain/time.ts';
import { announce } from '../../live/outbox.ts';
import { describeForm } from '../../signature/engine.ts';
import { addToBuckets, addToSignatures, addToSources, claimUnfolded } from '../../store/counters.ts';
import type { Store, WriteTx } from '../../store/store.ts';
import { isConnectionLost, sqlState, transaction } from '../../store/transaction.ts';
import { detect } from '../detect/detect.ts';
import { isIdle, NO_WORK, type Touched, type Work } from '../detect/touched.ts';
import type { FamilyLearner } from '../families/learner.ts';
import { type Grouping, groupFamilies, rewordFamilies } from '../families/regroup.ts';
import { exampleOf, storableText } from '../sign.ts';
import { ALL_SIGNATURES, Deltas, type FoldableBatch } from './deltas.ts';

export interface FoldServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly learner: FamilyLearner;
  /** An incident stays active for this long after it was observed. */
  readonly incidentActiveUs: Micros;
}

const FOLD_LOCK_CLASS = 7_304;

export interface FoldResult {
  /** Events counted: none of a batch that another process had counted already. */
  readonly eventCount: number;
  /** What detection failed to look at; hand it to the next fold. */
  readonly missed: Work;
  readonly fault: Error | null;
}

/** `missedBefore`: what an earlier fold could not look at. */
export async function foldBatches(
  services: FoldServices,
  tenantId: number,
  batches: readonly FoldableBatch[],
  missedBefore: Work = NO_WORK,
): Promise<FoldResult> {
  try {
    return await transaction(services.store, async ({ tx, client }) => {
      await lockFolding(client, tenantId);
      const { sum, claimed } = await claim(client, tenantId, batches);
      const families = { client, tenantId, learner: services.learner };
      const grouping = await groupFamilies(families, sum, signaturesOf(missedBefore));
      const grouped = sum.grouped(grouping.rootOf);
      if (sum.eventCount > 0) {
        await addToBuckets(client, tenantId, [...grouped.buckets.values()]);
        await addToSignatures(client, tenantId, withPatterns(grouped));
        await addToSources(client, tenantId, claimed);
      }
      const reworded = await rewordFamilies(families, grouping.changed);
      const work = workOf(grouped, grouping, reworded, missedBefore);
      const detected = await detectSafely(services, tx, tenantId, work);
      await announce(tx, tenantId, detected.announcements);
      return { eventCount: sum.eventCount, ...detected };
    });
  } catch (error) {
    services.learner.forget(tenantId);
    throw error;
  }
}

/** One at a time per tenant, over all processes; held until the transaction ends. */
export async function lockFolding(client: pg.ClientBase, tenantId: number): Promise<void> {
  await client.query({
    name: 'fold_lock',
    text: 'select pg_advisory_xact_lock($1::int, $2::int)',
    values: [FOLD_LOCK_CLASS, tenantId],
  });
}

async function claim(client: pg.ClientBase, tenantId: number, batches: readonly FoldableBatch[]) {
  const claimed = await claimUnfolded(
    client,
    tenantId,
    batches.map((batch) => batch.batchId),
  );
  const sum = new Deltas();
  for (const batch of batches) if (claimed.has(batch.batchId)) sum.merge(batch.deltas);
  return { sum, claimed: [...claimed] };
}

const signaturesOf = ({ touched, regrouped, restated }: Work): string[] => [
  ...new Set([...touched, ...regrouped].map((t) => t.signatureId).concat(restated)),
];

function workOf(deltas: Deltas, grouping: Grouping, reworded: readonly string[], missed: Work): Work {
  const atRoot = (t: Touched) => ({ ...t, signatureId: grouping.rootOf(t.signatureId) });
  return {
    touched: [...missed.touched.map(atRoot), ...touchedBy(deltas)],
    regrouped: [...missed.regrouped.map(atRoot), ...grouping.regrouped],
    restated: [
      ...new Set([
        ...missed.restated.map(grouping.rootOf),
        ...grouping.regrouped.map((t) => t.signatureId),
        ...reworded,
      ]),
    ],
  };
}

async function detectSafely(services: FoldServices, tx: WriteTx, tenantId: number, work: Work) {
  if (isIdle(work)) return { announcements: [], missed: NO_WORK, fault: null };
  try {
    const { announcements } = await tx.transaction((savepoint) =>
      detect(savepoint, { ...services, tenantId, ...work }),
    );
    return { announcements, missed: NO_WORK, fault: null };
  } catch (error) {
    if (isTransient(error)) throw error;
    return { announcements: [], missed: work, fault: error as Error };
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
