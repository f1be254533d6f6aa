// Checks a stored score against its receipt: an auditor need not believe the table.
import { isDeepStrictEqual } from 'node:util';
import type postgres from 'postgres';
import { NotFoundError } from '../domain/errors.ts';
import type { DecisionBand, ScoreComponent } from '../domain/words.ts';
import { type Receipt, recompute } from '../score/receipt.ts';
import type { Scored } from '../score/score.ts';
import type { VerbContext } from '../store/verb.ts';

export interface RecomputeInput {
  readonly candidateId: string;
  /** null: the latest. */
  readonly version: number | null;
}

export interface Recomputed extends Scored {
  readonly candidateId: string;
  readonly version: number;
  readonly algorithm: string;
  readonly receipt: Receipt;
  /** What is stored and differs from what was computed, e.g. `score: stored 431000, recomputed 430000`; empty: equal. */
  readonly differences: readonly string[];
}

interface Row {
  readonly version: number;
  readonly score: number;
  readonly decision_band: DecisionBand;
  readonly confidence: number;
  readonly receipt: Receipt;
  /** Of the latest version only: earlier ones keep their receipt and their sums. */
  readonly score_breakdown: readonly ScoreComponent[] | null;
}

/**
 * Computes a candidate's score again from the receipt of one of its versions, and compares every number with what is
 * stored. Throws NotFoundError for an unknown candidate or version, ValidationError for a receipt of an algorithm that
 * this release does not know.
 */
export async function recomputeScore(
  ctx: Pick<VerbContext, 'store' | 'caller'>,
  input: RecomputeInput,
): Promise<Recomputed> {
  const row = await readVersion(ctx.store.read, ctx.caller.tenantId, input);
  const scored = recompute(row.receipt);
  return {
    ...scored,
    candidateId: input.candidateId,
    version: row.version,
    algorithm: row.receipt.algorithm,
    receipt: row.receipt,
    differences: differencesOf(row, scored),
  };
}

async function readVersion(
  read: postgres.Sql,
  tenantId: number,
  { candidateId, version }: RecomputeInput,
): Promise<Row> {
  const [row] = await read<Row[]>`
    select v.version, v.score, v.decision_band, v.confidence, v.receipt,
           case when v.version = c.version then c.score_breakdown end as score_breakdown
      from candidate c
      join candidate_version v on v.tenant_id = c.tenant_id and v.candidate_id = c.candidate_id
                              and v.version = coalesce(${version}::int, c.version)
     where c.tenant_id = ${tenantId} and c.candidate_id = ${candidateId}::bigint`;
  if (row === undefined)
    throw new NotFoundError(
      version === null
        ? 'This tenant has no such candidate. Take the id from "candidates".'
        : `This tenant has no such candidate, or it has no version ${version}: "version" of the candidate says how many there are.`,
      ['candidateId'],
    );
  return row;
}

function differencesOf(stored: Row, scored: Scored): string[] {
  const differ = (name: string, was: unknown, is: unknown): string[] =>
    isDeepStrictEqual(was, is)
      ? []
      : [`${name}: stored ${JSON.stringify(was)}, recomputed ${JSON.stringify(is)}`];
  return [
    ...differ('score', stored.score, scored.score),
    ...differ('band', stored.decision_band, scored.band),
    ...differ('confidence', stored.confidence, scored.confidence),
    ...(stored.score_breakdown === null ? [] : differ('breakdown', stored.score_breakdown, scored.breakdown)),
  ];
}
