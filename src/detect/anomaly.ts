// ANOMALY: a signature whose words or novelty are alarming. What is new and harmless never makes one.
import { type Severity, severityName, worstOf } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import { exampleSpans, type Finding } from './finding.ts';
import { countOccurrences } from './recurrence.ts';
import { type Episode, type Hostnames, NO_ASSET, type SignatureFacts } from './rows.ts';
import { splitRuns } from './runs.ts';
import type { DetectSettings } from './settings.ts';
import { counted, distinctDays, lasting, onHosts, quoted, spaced, utcRange, utcTime } from './text.ts';

/** What a scorer said of one signature at one severity. */
export interface EpisodeVerdict {
  readonly scorer: string;
  readonly label: string;
  /** How anomalous, 0..1. */
  readonly risk: number;
  /** An anomalous label at or above the threshold. */
  readonly isAnomalous: boolean;
}

export interface AnomalousEpisode extends Episode {
  /** Null: it is anomalous for being new alone. */
  readonly verdict: EpisodeVerdict | null;
  /** An error that was not seen for long. */
  readonly isNew: boolean;
}

export const anomalySubject = (signature: Pick<SignatureFacts, 'key'>): string => `sig:${signature.key}`;

/**
 * Those of a signature's episodes (in any order) that are anomalous by themselves. An episode is new where the signature
 * had no event for `unseenUs` before it, on any asset: `episodes` must reach that far back. `memoryFromUs`: the first
 * event of the tenant, from which the warm-up counts.
 */
export function anomalousEpisodes(
  episodes: readonly Episode[],
  verdictOf: (severity: Severity) => EpisodeVerdict | undefined,
  memoryFromUs: Micros,
  { anomaly }: DetectSettings,
): AnomalousEpisode[] {
  const inOrder = [...episodes].sort((a, b) => a.startUs - b.startUs);
  let seenUs = Number.NEGATIVE_INFINITY;
  let seenNext = seenUs;
  return inOrder.flatMap((episode, i): AnomalousEpisode[] => {
    // Of episodes that begin at one moment none is before another.
    if (episode.startUs !== inOrder[i - 1]?.startUs) seenUs = seenNext;
    const isNew =
      episode.worst >= anomaly.minSeverity &&
      episode.startUs - seenUs >= anomaly.unseenUs &&
      episode.startUs - memoryFromUs >= anomaly.warmUpUs;
    seenNext = Math.max(seenNext, episode.endUs);
    const verdict = verdictOf(episode.worst);
    const isScored = verdict?.isAnomalous === true;
    return isNew || isScored ? [{ ...episode, isNew, verdict: isScored ? verdict : null }] : [];
  });
}

/** One finding per run. `episodes`: the anomalous ones of the signature, in any order. */
export function findAnomalies(
  signature: SignatureFacts,
  episodes: readonly AnomalousEpisode[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding[] {
  const name = (id: string) => hostnames.get(id) ?? '';
  const inOrder = [...episodes].sort(
    (a, b) => a.startUs - b.startUs || a.endUs - b.endUs || (name(a.assetId) < name(b.assetId) ? -1 : 1),
  );
  return splitRuns(inOrder, settings.runGapUs).map((run) => describe(signature, run, hostnames, settings));
}

/** `HARDWARE_ISSUE` → `hardware issue` */
export const labelInWords = (label: string): string => label.toLowerCase().replaceAll('_', ' ');

/** `a hardware issue`, `an anomaly` */
export const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

export const twoDigits = (ratio: number): string => ratio.toFixed(2);

const sumOf = (run: readonly Episode[], figure: (episode: Episode) => number): number =>
  run.reduce((sum, episode) => sum + figure(episode), 0);

function describe(
  signature: SignatureFacts,
  run: readonly AnomalousEpisode[],
  hostnames: Hostnames,
  settings: DetectSettings,
): Finding {
  const firstUs = run[0]!.startUs;
  const lastUs = run.reduce((last, e) => Math.max(last, e.endUs), firstUs);
  const severity = worstOf(run.map((e) => e.worst));
  const verdict = worstVerdict(run);
  const newAt = run.find((e) => e.isNew);
  const events = sumOf(run, (e) => e.events);
  const episodes = countOccurrences(run, settings.episode.gapUs);
  const days = distinctDays(run.map((e) => e.startUs));
  const assetIds = [...new Set(run.map((e) => e.assetId))].filter((id) => id !== NO_ASSET);
  const where = onHosts(assetIds, hostnames);
  const pattern = quoted(signature.pattern);
  const kind = verdict === null ? null : withArticle(labelInWords(verdict.label));
  const summary = `${spaced(counted(events, 'event'), `in ${counted(episodes, 'episode')}`, where)}, ${utcRange(firstUs, lastUs)}`;
  return {
    type: 'ANOMALY',
    subject: anomalySubject(signature),
    firstUs,
    lastUs,
    signatureIds: [signature.signatureId],
    assetIds,
    groupIds: [],
    severity,
    episodes,
    distinctDays: days,
    events,
    sourced: sumOf(run, (e) => e.sourced),
    strength: { type: 'ANOMALY', modelScore: verdict?.risk ?? null },
    title: kind === null ? spaced(`New: ${pattern}`, where) : spaced(`${pattern} looks like ${kind}`, where),
    summary,
    explanation: spaced(
      verdict === null
        ? ''
        : `The ${verdict.scorer} scorer takes ${pattern} at ${severityName(severity)} for ${kind}, with a score of ${twoDigits(verdict.risk)}.`,
      newAt === undefined
        ? ''
        : `${verdict === null ? pattern : 'It'} is new: ${severityName(newAt.worst)} at ${utcTime(newAt.startUs)}, and nothing like it in the ${lasting(settings.anomaly.unseenUs)} before.`,
      `Seen: ${summary}.`,
    ),
    metadata: {
      label: verdict?.label ?? null,
      modelScore: verdict?.risk ?? null,
      scorer: verdict?.scorer ?? null,
      newSince: newAt === undefined ? null : new Date(newAt.startUs / 1_000).toISOString(),
    },
    examples: exampleSpans(
      run.map((e) => ({
        signatureIds: [signature.signatureId],
        assetId: e.assetId,
        fromUs: e.startUs,
        toUs: e.endUs,
      })),
    ),
  };
}

function worstVerdict(run: readonly AnomalousEpisode[]): EpisodeVerdict | null {
  let worst: EpisodeVerdict | null = null;
  for (const { verdict } of run)
    if (verdict !== null && (worst === null || verdict.risk > worst.risk)) worst = verdict;
  return worst;
}
