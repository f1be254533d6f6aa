// Counts batches and runs detection on what they touched, in one transaction per tenant: a counted batch has been
// looked at, an uncounted one is counted again after a crash. A fault in a rule costs its detections, never a count.
import type { Clock, Micros } from '../../domain/time.ts';
import { announce } from '../../live/outbox.ts';
import { keepVersions } from '../../store/as-of/keep-versions.ts';
import type { Store, WriteTx } from '../../store/store.ts';
import { isConnectionLost, sqlState, transaction } from '../../store/transaction.ts';
import { detect } from '../detect/detect.ts';
import { isIdle, NO_WORK, type Touched, type Work } from '../detect/touched.ts';
import type { FamilyLearner } from '../families/learner.ts';
import type { RuleBooks } from '../rules/rule-books.ts';
import { Counting, lockFolding, type Reading } from './counting.ts';
import type { FoldableBatch } from './deltas.ts';

export interface FoldServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly learner: FamilyLearner;
  readonly rules: RuleBooks;
  /** An incident stays active for this long after it was observed. */
  readonly incidentActiveUs: Micros;
  /** From this score on an anomalous label is a detection. */
  readonly anomalyThreshold: number;
}

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
  const reading = await readingOf(services, tenantId);
  try {
    return await transaction(services.store, async ({ tx, client }) => {
      await lockFolding(client, tenantId);
      const counting = new Counting({ client, tenantId, learner: services.learner }, reading);
      await counting.add(batches, signaturesOf(missedBefore));
      await counting.bind();
      const work = await workOf(counting, missedBefore);
      const detected = await detectSafely(services, tx, tenantId, work);
      await keepVersions(tx, tenantId);
      await announce(tx, tenantId, detected.announcements);
      return { eventCount: counting.eventCount, ...detected };
    });
  } catch (error) {
    services.learner.forget(tenantId);
    throw error;
  }
}

export const readingOf = async ({ rules, clock }: FoldServices, tenantId: number): Promise<Reading> => ({
  reader: await rules.readerOf(tenantId),
  nowUs: clock.nowUs(),
});

const signaturesOf = ({ touched, regrouped, restated }: Work): string[] => [
  ...new Set([...touched, ...regrouped].map((t) => t.signatureId).concat(restated)),
];

export async function workOf(counting: Counting, missed: Work = NO_WORK): Promise<Work> {
  const reworded = await counting.reword();
  const atRoot = (t: Touched) => ({ ...t, signatureId: counting.rootOf(t.signatureId) });
  return {
    touched: [...missed.touched.map(atRoot), ...counting.touched],
    regrouped: [...missed.regrouped, ...counting.regrouped].map(atRoot),
    restated: [
      ...new Set([
        ...missed.restated.map((id) => counting.rootOf(id)),
        ...counting.regrouped.map((t) => counting.rootOf(t.signatureId)),
        ...reworded,
      ]),
    ],
    matched: [...missed.matched, ...counting.matched],
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
