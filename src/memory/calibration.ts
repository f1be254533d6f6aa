// How far bands and confidence were right so far: of what people judged, how much was worth their while.
import type postgres from 'postgres';
import { DECISION_BANDS, type DecisionBand, type ReviewDecision } from '../domain/words.ts';
import { SCORE_SETTINGS } from '../score/settings.ts';
import { counted } from './moments.ts';

export interface Agreement {
  /** Judgements that say either: the latest of each reviewer on each candidate. */
  readonly judged: number;
  /** Those that found it useful. */
  readonly useful: number;
}

export interface BandAgreement extends Agreement {
  readonly band: DecisionBand;
}

/** Candidates with a confidence in [from, to). */
export interface ConfidenceAgreement extends Agreement {
  readonly from: number;
  readonly to: number;
}

export interface Calibration {
  /** All bands, the least first. */
  readonly bands: readonly BandAgreement[];
  /** Fifths of 0 to 1, the least first; the last includes 1. */
  readonly confidence: readonly ConfidenceAgreement[];
}

const CONFIDENCE_STEPS = 5;
const MILLION = 1_000_000;

const { useful: usefulOf, noise: noiseOf } = SCORE_SETTINGS.feedback;
const decisionsWith = (weights: Readonly<Record<ReviewDecision, number>>) =>
  (Object.keys(weights) as ReviewDecision[]).filter((decision) => weights[decision] > 0);
const USEFUL = decisionsWith(usefulOf);
const NOISE = decisionsWith(noiseOf);

interface Row {
  readonly band: DecisionBand;
  readonly step: number;
  readonly judged: number;
  readonly useful: number;
}

/** Band and confidence are those that the reviewer saw. IGNORE says neither. */
export async function readCalibration(read: postgres.Sql, tenantId: number): Promise<Calibration> {
  const rows = await read<Row[]>`
    with latest as (
      select distinct on (reviewer, candidate_id) candidate_id, decision, band_before, reviewed_at
        from review
       where tenant_id = ${tenantId} and candidate_id is not null
       order by reviewer, candidate_id, reviewed_at desc, review_id desc
    )
    select l.band_before as band,
           least(v.confidence * ${CONFIDENCE_STEPS}::bigint / ${MILLION}::bigint, ${CONFIDENCE_STEPS - 1}::bigint)::int as step,
           count(*)::int as judged, count(*) filter (where l.decision = any(${USEFUL}))::int as useful
      from latest l
     cross join lateral (
       select v.confidence from candidate_version v
        where v.tenant_id = ${tenantId} and v.candidate_id = l.candidate_id
        order by v.created_at > l.reviewed_at, case when v.created_at > l.reviewed_at then v.version else -v.version end
        limit 1) v
     where l.decision = any(${[...USEFUL, ...NOISE]}) and l.band_before is not null
     group by 1, 2`;
  const sum = (of: readonly Row[]): Agreement => ({
    judged: of.reduce((n, row) => n + row.judged, 0),
    useful: of.reduce((n, row) => n + row.useful, 0),
  });
  return {
    bands: DECISION_BANDS.map((band) => ({ band, ...sum(rows.filter((row) => row.band === band)) })),
    confidence: Array.from({ length: CONFIDENCE_STEPS }, (_, step) => ({
      from: step / CONFIDENCE_STEPS,
      to: (step + 1) / CONFIDENCE_STEPS,
      ...sum(rows.filter((row) => row.step === step)),
    })),
  };
}

/** 0..1; null where nothing was judged. */
export const usefulShare = ({ judged, useful }: Agreement): number | null =>
  judged === 0 ? null : useful / judged;

/** `People found 7 of 9 judged candidates of this band useful.` */
export function bandRecord(calibration: Calibration, band: DecisionBand): string {
  const { judged, useful } = calibration.bands.find((b) => b.band === band)!;
  return judged === 0
    ? 'Nobody has judged a candidate of this band yet.'
    : `People found ${useful} of ${counted(judged, 'judged candidate')} of this band useful.`;
}
