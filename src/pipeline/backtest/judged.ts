// What people said about the like of a candidate that a backtest found, and which stored one it is.
import type postgres from 'postgres';
import { formatMicros } from '../../domain/time.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import { keyOf, overlap } from './compare.ts';
import type { FoundMatch } from './rule-matches.ts';
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

export interface JudgedMatch extends FoundMatch {
  /** The stored signal that it is; null: there was none. */
  readonly signalId: string | null;
  /** How many signals of its rule on its subject people acknowledged, whenever that was. */
  readonly acknowledged: number;
}

export async function withSignals(
  read: postgres.Sql,
  tenantId: number,
  found: readonly FoundMatch[],
): Promise<JudgedMatch[]> {
  if (found.length === 0) return [];
  const rules = [...new Set(found.map((f) => f.rule))];
  const signals = await read<SignalRow[]>`
    select signal_id as id, label as rule, entity_kind as kind, coalesce(entity, '') as entity, acknowledged,
           (extract(epoch from observed_at) * 1000000)::bigint as first_us,
           (extract(epoch from ended_at) * 1000000)::bigint as last_us
      from signal
     where tenant_id = ${tenantId} and kind = 'RULE_MATCH' and label = any(${rules})
     order by observed_at, signal_id`;
  return found.map((match) => {
    const same = signals.filter(
      (s) => s.rule === match.rule && s.entity === match.entity && (s.kind ?? match.kind) === match.kind,
    );
    const own = same.find((s) => Number(s.first_us) <= match.endUs && Number(s.last_us) >= match.startUs);
    return {
      ...match,
      signalId: own?.id ?? null,
      acknowledged: same.filter((s) => s.acknowledged).length,
    };
  });
}

interface SignalRow {
  readonly id: string;
  readonly rule: string;
  readonly kind: string | null;
  readonly entity: string;
  readonly acknowledged: boolean;
  readonly first_us: string;
  readonly last_us: string;
}
