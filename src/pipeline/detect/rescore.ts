// Scores one candidate again after a review: the same evidence, other judgements.
import { sql } from 'drizzle-orm';
import { DETECT_SETTINGS } from '../../detect/settings.ts';
import { NotFoundError } from '../../domain/errors.ts';
import { type Clock, formatMicros } from '../../domain/time.ts';
import type { CandidateType, DecisionBand } from '../../domain/words.ts';
import type { ScoreInputs } from '../../score/inputs.ts';
import { type Receipt, receiptOf } from '../../score/receipt.ts';
import { scoreCandidate } from '../../score/score.ts';
import { SCORE_SETTINGS } from '../../score/settings.ts';
import type { WriteTx } from '../../store/store.ts';
import { type DetectContext, query } from './context.ts';
import { loadJudgements } from './judgements.ts';
import { updateSignatureScores } from './signature-scores.ts';
import type { CandidateContent } from './stored-candidates.ts';
import { writeVersions } from './versions.ts';
import { versionOf } from './write-candidates.ts';

export interface RescoreInput {
  readonly tenantId: number;
  readonly candidateId: string;
  readonly clock: Clock;
  /** Kept in the receipt of the version that this makes. */
  readonly reason: string;
}

/** Scores in millionths. */
export interface ScoreChange {
  readonly scoreBefore: number;
  readonly scoreAfter: number;
  readonly bandBefore: DecisionBand;
  readonly bandAfter: DecisionBand;
}

/** The candidate's row should be locked by the caller. Throws NotFoundError for an unknown one. */
export async function rescoreCandidate(tx: WriteTx, input: RescoreInput): Promise<ScoreChange> {
  const ctx: DetectContext = { tx, ...input, settings: DETECT_SETTINGS, scoring: SCORE_SETTINGS };
  const row = await load(ctx, input.candidateId);
  const [judgements] = await loadJudgements(ctx, [
    { ...row, candidateId: input.candidateId, lastUs: Number(row.lastUs) },
  ]);
  const { reviews, ownDecisions } = judgements!;
  const inputs: ScoreInputs = { ...row.receipt.inputs, reviews, ownDecisions };
  const scored = scoreCandidate(inputs, ctx.scoring);
  const content = {
    state: row.state,
    score: scored.score,
    scoreBreakdown: scored.breakdown,
    decisionBand: scored.band,
    confidence: scored.confidence,
  };
  const version = versionOf(
    { version: row.version, content: { ...content, ...row.versioned } as CandidateContent },
    content,
  );
  if (version !== row.version) {
    const receipt = { ...receiptOf(inputs, ctx.scoring), reason: input.reason };
    await store(ctx, input.candidateId, version, content);
    await writeVersions(ctx, [{ candidateId: input.candidateId, version, content, receipt }]);
  }
  await updateSignatureScores(ctx, row.signatureIds, { skipLocked: true });
  return {
    scoreBefore: row.score,
    scoreAfter: scored.score,
    bandBefore: row.versioned.decisionBand,
    bandAfter: scored.band,
  };
}

interface Row {
  type: CandidateType;
  subject: string;
  state: CandidateContent['state'];
  score: number;
  version: number;
  lastUs: string;
  signatureIds: string[];
  receipt: Receipt & { readonly inputs: ScoreInputs };
  /** What the latest version says. */
  versioned: Pick<CandidateContent, 'state' | 'decisionBand' | 'scoreBreakdown'>;
}

async function load(ctx: DetectContext, candidateId: string): Promise<Row> {
  const [row] = await query<Row>(
    ctx,
    sql`select c.type, c.subject, c.state, c.score, c.version, v.receipt,
               (extract(epoch from c.last_seen_at) * 1000000)::bigint as "lastUs",
               json_build_object('state', v.state, 'decisionBand', c.decision_band,
                                 'scoreBreakdown', c.score_breakdown) as versioned,
               (select coalesce(json_agg(cs.signature_id::text), '[]') from candidate_signature cs
                 where cs.tenant_id = c.tenant_id and cs.candidate_id = c.candidate_id) as "signatureIds"
          from candidate c
          join candidate_version v on v.tenant_id = c.tenant_id and v.candidate_id = c.candidate_id
                                  and v.version = c.version
         where c.tenant_id = ${ctx.tenantId} and c.candidate_id = ${candidateId}::bigint
           for update of c`,
  );
  if (row === undefined)
    throw new NotFoundError(`This tenant has no candidate ${candidateId}. Take the id from "candidates".`);
  return row;
}

async function store(
  ctx: DetectContext,
  candidateId: string,
  version: number,
  content: Pick<CandidateContent, 'score' | 'scoreBreakdown' | 'decisionBand' | 'confidence'>,
): Promise<void> {
  await query(
    ctx,
    sql`update candidate
           set version = ${version}, score = ${content.score}, decision_band = ${content.decisionBand},
               score_breakdown = ${JSON.stringify(content.scoreBreakdown)}::jsonb, confidence = ${content.confidence},
               updated_at = ${formatMicros(ctx.clock.nowUs())}::timestamptz
         where tenant_id = ${ctx.tenantId} and candidate_id = ${candidateId}::bigint`,
  );
}
