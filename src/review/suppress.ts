// What a NOISE review silences: one (type, subject) from the candidate's last event until a week after the review,
// unless its severity or rate breaks out. A suppression whose review no longer counts is lifted, not erased.
import { and, eq, inArray, sql } from 'drizzle-orm';
import { severityName } from '../domain/severity.ts';
import { formatMicros, US_PER_DAY } from '../domain/time.ts';
import { microsOf } from '../memory/moments.ts';
import type { WriteTx } from '../store/store.ts';
import { suppression } from '../store/tables/candidate.ts';
import type { Decided } from './decisions.ts';
import type { CandidateRow } from './rows.ts';

export const SUPPRESSION_DAYS = 7;

export interface Suppressed {
  readonly until: string;
  readonly reason: string;
}

export async function suppress(
  tx: WriteTx,
  candidate: CandidateRow,
  noise: Decided,
  notes: string | null,
): Promise<Suppressed> {
  const until = formatMicros(microsOf(noise.reviewedAt) + SUPPRESSION_DAYS * US_PER_DAY);
  const maxPeak = peakOf(candidate);
  const terms = termsOf(until, candidate, maxPeak);
  const why = notes === null ? '' : `: "${notes}"`;
  const reason = `${noise.reviewer} called it noise${why}. Silent ${terms}.`;
  await tx.insert(suppression).values({
    tenantId: candidate.tenantId,
    type: candidate.type,
    subject: candidate.subject,
    reviewId: noise.reviewId,
    reason,
    fromAt: candidate.lastSeenAt,
    untilAt: until,
    maxSeverity: candidate.severity,
    maxPeak,
  });
  return { until, reason };
}

/** Until when, and what breaks out: see `breaksOut`. */
function termsOf(until: string, { severity }: CandidateRow, maxPeak: number | null): string {
  const rate = maxPeak === null ? '' : ` or passes ${maxPeak} events a minute`;
  return `until ${until}, unless it turns worse than ${severityName(severity)}${rate}`;
}

/** Events in its busiest minute, where its type has such a figure. */
function peakOf(candidate: CandidateRow): number | null {
  const peak = candidate.metadata?.peak;
  return typeof peak === 'number' && Number.isFinite(peak) ? Math.ceil(peak) : null;
}

/** Ends what the given reviews silence: an empty interval holds for no event. */
export async function liftSuppressions(
  tx: WriteTx,
  tenantId: number,
  reviewIds: readonly string[],
): Promise<void> {
  if (reviewIds.length === 0) return;
  await tx
    .update(suppression)
    .set({ untilAt: sql`${suppression.fromAt}` })
    .where(and(eq(suppression.tenantId, tenantId), inArray(suppression.reviewId, [...reviewIds])));
}
