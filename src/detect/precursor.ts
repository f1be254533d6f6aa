// PRECURSOR: a signature that comes before a failure, more often than chance would have it.
import { type Severity, severityName, worstOf } from '../domain/severity.ts';
import { type Micros, US_PER_SECOND } from '../domain/time.ts';
import { binomialTail } from './binomial.ts';
import { exampleSpans, type Finding } from './finding.ts';
import { type Episode, type Hostnames, NO_ASSET, type SignatureFacts } from './rows.ts';
import type { DetectSettings, PrecursorSettings } from './settings.ts';
import {
  counted,
  distinctDays,
  lasting,
  median,
  onHosts,
  quoted,
  rounded,
  spaced,
  utcRange,
} from './text.ts';

/** An episode of the failure, and where it counts: its asset's service group, or else the asset. */
export interface Failure extends Episode {
  readonly unit: string;
}

/** An episode of the sign that began before a failure on the same unit, at a lead that counts. */
export interface Hit {
  readonly sign: Episode;
  /** The first failure within the lead. */
  readonly failure: Failure;
}

/** How often the sign began on one unit in the look-back, whether or not the failure followed. */
export interface Trials {
  readonly unit: string;
  readonly n: number;
}

/** What is known of one pair when the last failure of a run begins. */
export interface PairEvidence {
  readonly failure: SignatureFacts;
  readonly sign: SignatureFacts;
  /** All failures of the look-back, ascending. */
  readonly failures: readonly Failure[];
  readonly hits: readonly Hit[];
  /** How many failures the sign came before. */
  readonly failuresHit: number;
  readonly trials: readonly Trials[];
  /** The first of the sign's episodes, or of the failures, in the look-back. */
  readonly fromUs: Micros;
  /** The beginning of the last failure. */
  readonly toUs: Micros;
  /** The failures from here on are the run; those before it only count. */
  readonly runFromUs: Micros;
  /** How many signatures came before this failure at all: each was a chance to be wrong. */
  readonly pairsTested: number;
}

export interface PairStatistics {
  readonly hits: number;
  readonly trials: number;
  /** P(failure within the lead | sign). */
  readonly confidence: number;
  /** The share of such windows that hold the failure at all, where the sign is seen. */
  readonly baseRate: number;
  readonly lift: number;
  /** The chance of as many hits by luck, times the pairs tested. */
  readonly luck: number;
}

export const precursorSubject = (
  failure: Pick<SignatureFacts, 'key'>,
  sign: Pick<SignatureFacts, 'key'>,
): string => `sig:${failure.key}@${sign.key}`;

export function weighPair(evidence: PairEvidence, { precursor }: DetectSettings): PairStatistics {
  const trials = evidence.trials.reduce((sum, t) => sum + t.n, 0);
  const hits = evidence.hits.length;
  const spanUs = evidence.toUs - evidence.fromUs + precursor.maxLeadUs;
  const baseRate =
    evidence.trials.reduce(
      (sum, { unit, n }) => sum + n * windowsBeforeUs(failuresOf(evidence, unit), precursor),
      0,
    ) /
    (trials * spanUs);
  const confidence = hits / trials;
  return {
    hits,
    trials,
    confidence,
    baseRate,
    lift: confidence / baseRate,
    luck: Math.min(1, binomialTail(hits, trials, baseRate) * evidence.pairsTested),
  };
}

const failuresOf = ({ failures }: PairEvidence, unit: string): readonly Failure[] =>
  failures.filter((f) => f.unit === unit);

/** How much time lies within a lead before any of the failures (ascending). */
function windowsBeforeUs(failures: readonly Failure[], { minLeadUs, maxLeadUs }: PrecursorSettings): Micros {
  let totalUs = 0;
  let coveredUs = Number.NEGATIVE_INFINITY;
  for (const { startUs } of failures) {
    totalUs += Math.max(0, startUs - minLeadUs - Math.max(coveredUs, startUs - maxLeadUs));
    coveredUs = startUs - minLeadUs;
  }
  return totalUs;
}

/** Null where the support is below the minimum, or chance explains it. */
export function findPrecursor(
  evidence: PairEvidence,
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding | null {
  const { precursor } = settings;
  const ofRun = evidence.hits.filter((hit) => hit.failure.startUs >= evidence.runFromUs);
  if (evidence.failuresHit < precursor.minFailures || ofRun.length === 0) return null;
  const statistics = weighPair(evidence, settings);
  const holds =
    statistics.confidence >= precursor.minConfidence &&
    statistics.lift >= precursor.minLift &&
    statistics.luck <= precursor.maxLuck;
  return holds ? describe(evidence, ofRun, statistics, hostnames, settings) : null;
}

/** `7 of 9, median lead 14 min, base rate 3 %` */
export function supportText({ hits, trials, baseRate }: PairStatistics, medianLeadUs: Micros): string {
  const minutes = rounded(medianLeadUs / US_PER_SECOND / 60);
  return `${hits} of ${trials}, median lead ${minutes} min, base rate ${rounded(baseRate * 100)} %`;
}

const startOf = (episode: Episode): Micros => episode.startUs;

function describe(
  evidence: PairEvidence,
  hits: readonly Hit[],
  statistics: PairStatistics,
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding {
  const { failure, sign } = evidence;
  const inOrder = [...hits].sort((a, b) => a.sign.startUs - b.sign.startUs);
  const failures = [
    ...new Map(inOrder.map((h) => [`${h.failure.assetId}|${h.failure.startUs}`, h.failure])).values(),
  ];
  const episodes: Episode[] = [...inOrder.map((h) => h.sign), ...failures];
  const medianLeadUs = median(evidence.hits.map((h) => h.failure.startUs - h.sign.startUs));
  const support = supportText(statistics, medianLeadUs);
  const assetIds = [...new Set(episodes.map((e) => e.assetId))].filter((id) => id !== NO_ASSET);
  const firstUs = Math.min(...episodes.map(startOf));
  const lastUs = Math.max(...failures.map((e) => e.endUs));
  const severity: Severity = worstOf(failures.map((f) => f.worst));
  const where = onHosts(assetIds, hostnames);
  return {
    type: 'PRECURSOR',
    subject: precursorSubject(failure, sign),
    firstUs,
    lastUs,
    signatureIds: [failure.signatureId, sign.signatureId],
    assetIds,
    groupIds: [],
    severity,
    episodes: failures.length,
    distinctDays: distinctDays(failures.map(startOf)),
    events: episodes.reduce((sum, e) => sum + e.events, 0),
    sourced: episodes.reduce((sum, e) => sum + e.sourced, 0),
    strength: {
      type: 'PRECURSOR',
      confidence: statistics.confidence,
      lift: statistics.lift,
      trials: statistics.trials,
    },
    title: `${quoted(sign.pattern)} comes before ${quoted(failure.pattern)}`,
    summary: support,
    explanation: spaced(
      `${quoted(sign.pattern)} was followed by ${quoted(failure.pattern)} within ${lasting(settings.precursor.maxLeadUs)} in ${support}`,
      `${where},`.replace(/^,/, ''),
      `${utcRange(firstUs, lastUs)}.`,
      `That is ${rounded(statistics.lift)} times what chance would give; worst severity of the failure ${severityName(severity)}.`,
      `It came before ${counted(evidence.failuresHit, 'failure')} of ${evidence.failures.length}; ${counted(evidence.pairsTested, 'signature')} came before them at all.`,
    ),
    metadata: {
      support,
      hits: statistics.hits,
      trials: statistics.trials,
      confidence: statistics.confidence,
      medianLeadSeconds: medianLeadUs / US_PER_SECOND,
      baseRate: statistics.baseRate,
      lift: statistics.lift,
      luck: statistics.luck,
      failures: evidence.failuresHit,
      pairsTested: evidence.pairsTested,
      precursor: sign.key,
      failure: failure.key,
    },
    examples: exampleSpans(
      inOrder.flatMap((hit) => [
        spanOf(sign.signatureId, hit.sign),
        spanOf(failure.signatureId, hit.failure),
      ]),
    ),
  };
}

const spanOf = (signatureId: string, { assetId, startUs, endUs }: Episode) => ({
  signatureIds: [signatureId],
  assetId,
  fromUs: startUs,
  toUs: endUs,
});
