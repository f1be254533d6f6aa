// PRECURSOR_CLUSTER: what stirred on an asset shortly before a failure.
import { type Severity, worstOf } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import type { Episode } from './rows.ts';
import type { PrecursorSettings } from './settings.ts';

/** An episode of another signature on the failure's asset. */
export interface Stirring extends Episode {
  readonly signatureId: string;
  /** The signature is known to come before this failure. */
  readonly isLearned: boolean;
}

export interface Cluster {
  readonly startUs: Micros;
  /** The failure begins. */
  readonly endUs: Micros;
  readonly signatureIds: readonly string[];
  readonly learned: number;
  readonly events: number;
  readonly worst: Severity;
}

/**
 * Null where too little stirred. A signature counts that began within `clusterUs` before the failure and was milder than
 * an error, or that is known to come before it: then it may have begun as early as a lead allows. What has gone on for
 * longer is no sign.
 */
export function clusterBefore(
  failureUs: Micros,
  around: readonly Stirring[],
  errorRank: Severity,
  { clusterUs, clusterSignatures, maxLeadUs }: PrecursorSettings,
): Cluster | null {
  const before = around.filter(({ startUs, worst, isLearned }) => {
    const leadUs = failureUs - startUs;
    if (leadUs <= 0) return false;
    return isLearned ? leadUs <= maxLeadUs : leadUs <= clusterUs && worst < errorRank;
  });
  const signatureIds = [...new Set(before.map((e) => e.signatureId))];
  const learned = new Set(before.filter((e) => e.isLearned).map((e) => e.signatureId)).size;
  if (signatureIds.length < clusterSignatures && learned === 0) return null;
  return {
    startUs: Math.min(...before.map((e) => e.startUs)),
    endUs: failureUs,
    signatureIds,
    learned,
    events: before.reduce((sum, e) => sum + e.events, 0),
    worst: worstOf(before.map((e) => e.worst)),
  };
}
