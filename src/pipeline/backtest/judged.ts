// What people said about the like of a candidate that a backtest found, and which stored one it is.
import type postgres from 'postgres';
import { formatMicros } from '../../domain/time.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import { keyOf, overlap } from './compare.ts';
import type { FoundCandidate } from './run.ts';

export interface PastJudgement {
  /** The stored candidate that it is; null: there was none. */
  readonly candidateId: string | null;
  /** Latest decisions of each reviewer on candidates of the same type and signature that say either. */
  readonly useful: number;
  readonly noise: number;
}

interface StoredRow {
  readonly id: string;
  readonly type: FoundCandidate['type'];
  readonly subject: string;
  readonly first_us: string;
  readonly last_us: string;
}

interface ReviewRow {
  readonly type: string;
  readonly signature_id: string;
  readonly decision: keyof typeof SCORE_SETTINGS.feedback.useful;
}

/** Aligned with `found`. */
export async function loadPastJudgements(
  read: postgres.Sql,
  tenantId: number,
  found: readonly FoundCandidate[],
): Promise<PastJudgement[]> {
  const stored = await loadStored(read, tenantId, found);
  const reviews = await loadReviews(read, tenantId, found);
  const { useful, noise } = SCORE_SETTINGS.feedback;
  return found.map((candidate) => {
    const about = reviews.filter(
      (r) => r.type === candidate.type && candidate.signatureIds.includes(r.signature_id),
    );
    const own = stored.find(
      (row) =>
        keyOf(row) === keyOf(candidate) &&
        overlap(candidate, { firstUs: Number(row.first_us), lastUs: Number(row.last_us) }),
    );
    return {
      candidateId: own?.id ?? null,
      useful: about.filter(({ decision }) => useful[decision] > 0).length,
      noise: about.filter(({ decision }) => noise[decision] > 0).length,
    };
  });
}

async function loadStored(
  read: postgres.Sql,
  tenantId: number,
  found: readonly FoundCandidate[],
): Promise<readonly StoredRow[]> {
  if (found.length === 0) return [];
  const first = formatMicros(Math.min(...found.map((f) => f.firstUs)));
  return read<StoredRow[]>`
    select c.candidate_id as id, c.type, c.subject, (extract(epoch from c.first_seen_at) * 1000000)::bigint as first_us,
           (extract(epoch from c.last_seen_at) * 1000000)::bigint as last_us
      from candidate c
     where c.tenant_id = ${tenantId} and not c.withdrawn and c.redirected_to_id is null
       and c.last_seen_at >= ${first}::timestamptz and c.subject = any(${[...new Set(found.map((f) => f.subject))]})
     order by c.score desc, c.candidate_id`;
}

async function loadReviews(
  read: postgres.Sql,
  tenantId: number,
  found: readonly FoundCandidate[],
): Promise<readonly ReviewRow[]> {
  const signatureIds = [...new Set(found.flatMap((f) => f.signatureIds))];
  if (signatureIds.length === 0) return [];
  return read<ReviewRow[]>`
    select distinct on (r.reviewer, r.candidate_id) r.candidate_type as type, r.signature_id::text as signature_id, r.decision
      from review r
     where r.tenant_id = ${tenantId} and r.candidate_id is not null and r.signature_id = any(${signatureIds}::bigint[])
     order by r.reviewer, r.candidate_id, r.reviewed_at desc, r.review_id desc`;
}
